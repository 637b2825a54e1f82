"""Sealed copy and acuse get their evidence for later years in a quiet hour, and nothing of it is in anybody's way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from sqlalchemy import select, update

from oficialia.app import create_app
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Etapa
from oficialia.domain.protection import QUIET, RENEW_BEFORE
from oficialia.models import Acuse, Event, Filing, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import protection, tracking
from oficialia.services.outbox import MAX_ATTEMPTS, PATIENT, Kind
from oficialia.services.respuestas import responder
from oficialia.services.tracking_words import event_text
from oficialia.services.turnos import turnar
from oficialia.services.verification import LEVEL_WORDS
from oficialia.web.context import WebOptions
from signing.protection import Protected, Protector
from signing.revocation import Responders, RevocationClient
from signing.timestamp import Timestamper
from signing.trust import TrustAnchors
from tests.support.archive import lasts
from tests.support.authorities import later_authority, serving
from tests.support.desk import ANA, CARLA
from tests.support.kinds import ON_BOTH
from tests.support.ledgers import MINE
from tests.support.office import TestClock, blank_pdf, upload
from tests.support.reviewing import review_of
from tests.support.window import KEY, File, Visitor
from tests.support.working import make_parts, schedule_protection, work
from workers.parts import Parts

OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False
)
NOWHERE = "http://127.0.0.1:1"
MOMENT = timedelta(seconds=1)


@pytest.fixture
def clock(now: datetime) -> TestClock:
    """Some hours ago: pyHanko asks the real clock when it looks back."""
    return TestClock(now - timedelta(hours=6))


@pytest.fixture
def authorities() -> Iterator[ExitStack]:
    """Closed, they are stopped."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def parts(runtime: Runtime, development_pki: Path, clock: TestClock, authorities: ExitStack) -> Parts:
    """A worker whose authorities live in the test's hour."""
    url, _ = authorities.enter_context(serving(development_pki, clock))
    return make_parts(runtime, development_pki, url)


@pytest.fixture
def visitor(runtime: Runtime) -> Visitor:
    """A browser at the window of this office."""
    return Visitor(create_app(runtime, OPTIONS))


def protect(parts: Parts) -> None:
    """What the worker does of this within some minutes."""
    schedule_protection(parts)
    work(parts)


def objects(runtime: Runtime, purpose: Purpose) -> list[StoredObject]:
    """The editions of a purpose, over all filings."""
    with runtime.database.reading() as session:
        query = select(StoredObject).where(StoredObject.purpose == purpose)
        return list(session.scalars(query.order_by(StoredObject.id)))


def levels(runtime: Runtime) -> tuple[list[str], list[str]]:
    """Of the editions of sealed copies and acuses."""
    sealed, acuses = (objects(runtime, purpose) for purpose in (Purpose.SEALED, Purpose.ACUSE))
    return [item.seal_level for item in sealed], [item.seal_level for item in acuses]


def leaves(runtime: Runtime) -> list[str]:
    """The acts of the ledger."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)))


def open_jobs(runtime: Runtime) -> list[Job]:
    """Work that is asked for."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(Job).where(Job.done_at.is_(None)).order_by(Job.id)))


def fetched(runtime: Runtime, item: StoredObject, folder: Path) -> Path:
    """A copy of an object."""
    target = folder / f"{item.purpose}-{item.edition}.pdf"
    runtime.bucket.fetch(item.key, item.version_id, item.sha256, target)
    return target


def renewing(parts: Parts, base: str) -> Parts:
    """The same worker with another authority of time."""
    settings, runtime = parts.settings, parts.runtime
    responders = Responders((settings.ocsp_urls,), tuple(settings.crl_urls.split()))
    protector = Protector(
        runtime.sandbox,
        runtime.anchors,
        revocation=RevocationClient(responders, runtime.anchors),
        timestamper=Timestamper(f"{base}/tsa", runtime.anchors, timeout_seconds=1, cool_down_seconds=0),
    )
    return replace(parts, protector=protector)


@ON_BOTH
def test_both_documents_become_b_lta_once_and_everything_knows_of_it(
    parts: Parts, visitor: Visitor, clock: TestClock, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    runtime = parts.runtime
    folio = visitor.filed()
    work(parts)
    protect(parts)
    assert levels(runtime) == (["b_t"], ["b_t"])  # not yet
    clock.time += QUIET + MOMENT
    protect(parts)
    protect(parts)
    assert levels(runtime) == (["b_t", "b_lta"], ["b_t", "b_lta"])
    assert leaves(runtime) == ["ingreso", "sello", "acuse", "edicion", "edicion"]
    assert open_jobs(runtime) == []
    with runtime.database.reading() as session:
        filing = session.scalars(select(Filing)).one()
        first, second = session.scalars(select(Acuse).order_by(Acuse.edition))
        assert (filing.nivel_sello, filing.etapa) == ("b_lta", Etapa.ACUSE_LISTO)
        for name in ("cadena", "sello", "token", "issued_at"):
            assert getattr(first, name) == getattr(second, name)
        events = [event_text(event, {}) for event in session.scalars(select(Event).order_by(Event.id))]
    assert len(set(events[-2:])) == 2
    assert all("dentro de muchos años" in text for text in events[-2:])

    before, newest = objects(runtime, Purpose.SEALED)
    acuse = objects(runtime, Purpose.ACUSE)[-1]
    assert before.protect_at is None
    assert newest.protect_at == acuse.protect_at
    assert newest.protect_at and newest.protect_at + RENEW_BEFORE > clock.time + 4 * timedelta(days=365)
    old, new = fetched(runtime, before, tmp_path), fetched(runtime, newest, tmp_path)
    assert new.read_bytes().startswith(old.read_bytes())
    for path in (new, fetched(runtime, acuse, tmp_path)):
        assert lasts(path, runtime.anchors, now=clock.time)

    assert review_of(runtime, at=clock.time).findings == ()
    key = KEY.search(visitor.get(f"/presentado/{folio}").text)
    assert key
    shown = tracking.view(runtime, tracking.open_with_key(runtime, folio, key[1]))
    assert (shown.sealed and shown.sealed.sha256, shown.acuse and shown.acuse.sha256) == (newest.sha256, acuse.sha256)
    page = visitor.get(f"/v/{shown.verification_code}").text
    assert LEVEL_WORDS[newest.seal_level] in page  # type: ignore[index]
    assert newest.sha256[:8] in page.replace(" ", "")
    for path, level in ((new, "PAdES B-LTA"), (old, "PAdES B-T")):
        page = visitor.send("/verificar", {"documento": File(path.read_bytes())}).text
        assert f'Es exactamente el documento que sellamos con el folio <span class="junto">{folio}' in page
        assert level in page
        assert "el documento cambió" not in page
    assert (
        "Una autoridad da fe de que el archivo ya existía"
        in visitor.send("/verificar", {"documento": File(new.read_bytes())}).text
    )


def test_an_answer_is_protected_as_well_and_the_level_of_the_filing_stays_that_of_its_copy(
    parts: Parts, visitor: Visitor, clock: TestClock, tmp_path: Path
) -> None:
    runtime = parts.runtime
    visitor.filed()
    work(parts)
    [filing] = _filings(runtime)
    turnar(runtime, ANA, filing.id, "OB", "Es de su competencia.")
    clock.time += QUIET
    responder(runtime, CARLA, filing.id, upload(blank_pdf(tmp_path / "respuesta.pdf")), "Se reparará.")
    work(parts)
    with runtime.database.transaction() as session:  # the copy and the acuse have their evidence: that is tried above
        session.execute(
            update(StoredObject).where(StoredObject.purpose != Purpose.SEALED_ANSWER).values(protect_at=None)
        )
    clock.time += QUIET + MOMENT
    protect(parts)
    assert [item.seal_level for item in objects(runtime, Purpose.SEALED_ANSWER)] == ["b_t", "b_lta"]
    assert _filings(runtime)[0].nivel_sello == "b_t"
    answer = objects(runtime, Purpose.SEALED_ANSWER)[-1]
    assert lasts(fetched(runtime, answer, tmp_path), runtime.anchors, now=clock.time)
    assert leaves(runtime)[-1] == "edicion"
    shown = tracking.view(runtime, filing.id)
    assert shown.answer and shown.answer.sha256 == answer.sha256
    assert shown.events[-1].text.startswith("Añadimos a la respuesta las pruebas")
    assert review_of(runtime, at=clock.time).findings == ()


def test_while_the_authorities_are_away_acuses_go_out_and_the_rest_is_done_when_they_are_back(
    parts: Parts, visitor: Visitor, clock: TestClock, authorities: ExitStack, development_pki: Path
) -> None:
    runtime = parts.runtime
    visitor.filed()
    work(parts)
    clock.time += QUIET + MOMENT
    authorities.close()
    schedule_protection(parts)
    for _ in range(MAX_ATTEMPTS + 1):
        work(parts)
        clock.time += PATIENT[Kind.PROTECT] + MOMENT
    [job] = open_jobs(runtime)
    assert (job.attempts, job.quarantined_at) == (0, None)
    assert job.last_error == "No responde quien dice si los certificados del sello siguen vigentes."
    visitor.filed(asunto="Otro asunto")
    work(parts)
    assert levels(runtime) == (["b_t", "b_b"], ["b_t", "b_b"])
    assert all(filing.etapa == Etapa.ACUSE_LISTO for filing in _filings(runtime))

    with serving(development_pki, clock) as (url, _):
        back = make_parts(runtime, development_pki, url)
        for _ in range(3):
            clock.time += QUIET + MOMENT
            work(back)
            protect(back)
    assert [filing.nivel_sello for filing in _filings(runtime)] == ["b_lta", "b_lta"]
    assert open_jobs(runtime) == []
    assert review_of(runtime, at=clock.time).findings == ()


def _filings(runtime: Runtime) -> list[Filing]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Filing).order_by(Filing.sequence)))


def test_without_the_authority_of_time_alone_b_lt_comes_first(parts: Parts, visitor: Visitor, clock: TestClock) -> None:
    runtime = parts.runtime
    visitor.filed()
    work(parts)
    clock.time += QUIET + MOMENT
    protect(renewing(parts, NOWHERE))
    assert levels(runtime) == (["b_t", "b_lt"], ["b_t", "b_lt"])
    assert _filings(runtime)[0].nivel_sello == "b_lt"
    assert review_of(runtime, at=clock.time).findings == ()
    clock.time += QUIET + MOMENT
    protect(parts)
    assert levels(runtime) == (["b_t", "b_lt", "b_lta"], ["b_t", "b_lt", "b_lta"])
    assert review_of(runtime, at=clock.time).findings == ()


@pytest.mark.thorough
def test_what_is_due_is_renewed_as_soon_as_the_authority_has_its_next_certificate(
    parts: Parts, visitor: Visitor, clock: TestClock, development_pki: Path
) -> None:
    """The end of a certificate is years ahead; so the register is told that the day has come."""
    runtime = parts.runtime
    visitor.filed()
    work(parts)
    clock.time += QUIET + MOMENT
    protect(parts)
    with runtime.database.transaction() as session:
        session.execute(update(StoredObject).where(StoredObject.seal_level == "b_lta").values(protect_at=clock.time))
    protect(parts)
    assert levels(runtime) == (["b_t", "b_lta"], ["b_t", "b_lta"])  # the same certificate: another day
    for item in (objects(runtime, Purpose.SEALED)[-1], objects(runtime, Purpose.ACUSE)[-1]):
        assert item.protect_at and timedelta(hours=23) < item.protect_at - clock.time < timedelta(hours=25)
    assert open_jobs(runtime) == []
    with runtime.database.transaction() as session:
        session.execute(update(StoredObject).where(StoredObject.seal_level == "b_lta").values(protect_at=clock.time))
    first_end = _stamp_end(development_pki)
    with later_authority(development_pki, clock.time, certified=clock.time + timedelta(hours=20)) as base:
        protect(renewing(parts, base))
    assert levels(runtime) == (["b_t", "b_lta", "b_lta"], ["b_t", "b_lta", "b_lta"])
    last = objects(runtime, Purpose.SEALED)[-1]
    assert last.protect_at and last.protect_at > first_end - RENEW_BEFORE
    assert [item.protect_at for item in objects(runtime, Purpose.SEALED)[:-1]] == [None, None]
    assert review_of(runtime, at=clock.time).findings == ()


def _stamp_end(pki: Path) -> datetime:
    """When the certificate of the authority of time ends."""
    return x509.load_pem_x509_certificate((pki / "tsa.pem").read_bytes()).not_valid_after_utc


@pytest.mark.thorough
def test_nothing_is_asked_for_while_a_citizen_waits_and_then_in_small_batches(
    parts: Parts, visitor: Visitor, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = parts.runtime
    monkeypatch.setattr(protection, "BATCH", 2)
    for number in range(3):
        visitor.filed(asunto=f"Asunto {number}")
    work(parts)
    clock.time += QUIET + MOMENT
    visitor.filed(asunto="Alguien espera")
    assert protection.ask(runtime) == 0
    work(parts)
    assert protection.ask(runtime) == 2
    assert protection.ask(runtime) == 0
    work(parts)
    assert [filing.nivel_sello for filing in _filings(runtime)] == ["b_lta", "b_lta", "b_t", "b_t"]
    assert protection.ask(runtime) == 1


def test_without_anybody_to_ask_seals_stay_as_they_are(parts: Parts, visitor: Visitor, clock: TestClock) -> None:
    visitor.filed()
    work(parts)
    clock.time += QUIET + MOMENT
    protect(replace(parts, protector=None))
    assert levels(parts.runtime) == (["b_t"], ["b_t"])
    assert open_jobs(parts.runtime) == []


def test_what_cannot_be_protected_waits_for_a_person_and_stays_as_it_was(
    parts: Parts, visitor: Visitor, clock: TestClock
) -> None:
    runtime = parts.runtime
    visitor.filed()
    work(parts)
    clock.time += QUIET + MOMENT
    assert parts.protector
    blind = Protector(
        runtime.sandbox,
        TrustAnchors(),
        revocation=RevocationClient(Responders(), TrustAnchors()),
        timestamper=parts.timestamper,
    )
    schedule_protection(parts)
    for _ in range(MAX_ATTEMPTS + 1):
        work(replace(parts, protector=blind))
        clock.time += timedelta(minutes=20)
    [job] = open_jobs(runtime)
    assert job.quarantined_at is not None
    assert job.last_error.startswith("No se pudo proteger el sello a largo plazo, y el documento queda como estaba.")
    assert levels(runtime) == (["b_t"], ["b_t"])
    assert _filings(runtime)[0].etapa == Etapa.ACUSE_LISTO
    assert protection.ask(runtime) == 0


class PowerCut(Exception):
    """The power goes."""


class Dying(Protector):
    """Does one document, and dies with the second."""

    done = 0

    def protect(self, *arguments: Any, **named: Any) -> Protected:
        """As any, once."""
        if self.done:
            raise PowerCut
        self.done += 1
        return super().protect(*arguments, **named)


def test_after_a_power_cut_only_what_is_missing_is_done(parts: Parts, visitor: Visitor, clock: TestClock) -> None:
    runtime = parts.runtime
    visitor.filed()
    work(parts)
    clock.time += QUIET + MOMENT
    responders = Responders((parts.settings.ocsp_urls,), tuple(parts.settings.crl_urls.split()))
    revocation = RevocationClient(responders, runtime.anchors)
    dying = Dying(runtime.sandbox, runtime.anchors, revocation=revocation, timestamper=parts.timestamper)
    protect(replace(parts, protector=dying))
    assert levels(runtime) == (["b_t", "b_lta"], ["b_t"])
    clock.time += timedelta(minutes=1)
    work(parts)
    assert levels(runtime) == (["b_t", "b_lta"], ["b_t", "b_lta"])
    assert open_jobs(runtime) == []
    assert leaves(runtime) == ["ingreso", "sello", "acuse", "edicion", "edicion"]
