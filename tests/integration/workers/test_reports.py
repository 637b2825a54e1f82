"""The desk asks for a report on a document's signatures: one job, one sealed file, events and no leaf."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from oficialia.clock import now as present
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto
from oficialia.errors import NotFound
from oficialia.models import Event, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake, reports, tracking, verification
from oficialia.services.outbox import Kind
from oficialia.services.register_words import Known
from oficialia.services.tracking_words import event_text
from oficialia.services.turnos import turnar
from oficialia.services.verification import by_digest
from signing.reason import Colour
from signing.report_pdf import ATTACHMENT
from signing.revocation import Responders, RevocationClient
from tests.support.authorities import serving
from tests.support.desk import ANA, CARLA, DANIEL, EVA
from tests.support.kinds import ON_BOTH
from tests.support.office import TestClock, submission
from tests.support.pages import attachments, text_of
from tests.support.reviewing import review_of
from tests.support.shown_papers import signed_petition
from tests.support.working import make_parts, work
from workers.parts import Parts


@pytest.fixture
def clock() -> TestClock:
    """The present: a petition is signed now, and not when the tests began."""
    return TestClock(present())


@pytest.fixture
def parts(runtime: Runtime, development_pki: Path, clock: TestClock) -> Iterator[Parts]:
    """A worker that may ask its authorities."""
    with serving(development_pki, clock) as (url, _):
        client = RevocationClient(Responders((f"{url}/ocsp",), (f"{url}/crl", f"{url}/raiz.crl")), runtime.anchors)
        yield make_parts(replace(runtime, revocation=client), development_pki, url)


def _filed(parts: Parts, pki: Path, folder: Path, now: datetime) -> UUID:
    petition = signed_petition(folder / "petición.pdf", pki)
    filing_id = intake.receive(parts.runtime, submission(petition, received_at=now)).filing_id
    work(parts)
    return filing_id


def _kept(runtime: Runtime, filing_id: UUID) -> list[StoredObject]:
    with runtime.database.reading() as session:
        mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == Purpose.REPORT)
        return list(session.scalars(select(StoredObject).where(mine).order_by(StoredObject.edition)))


@ON_BOTH
def test_a_report_is_asked_for_sealed_and_known_for_ever(
    parts: Parts, development_pki: Path, tmp_path: Path, now: datetime
) -> None:
    runtime = parts.runtime
    filing_id = _filed(parts, development_pki, tmp_path, now)
    with runtime.database.reading() as session:
        leaves = len(session.scalars(select(LedgerLeaf.index)).all())
    reports.ask(runtime, ANA, filing_id, 0)
    reports.ask(runtime, ANA, filing_id, 0)  # a second tap
    with runtime.database.reading() as session:
        assert len(session.scalars(select(Job.id).where(Job.kind == Kind.REPORT)).all()) == 1
        assert reports.under_way(session, filing_id) == {0}
    work(parts)
    [kept] = _kept(runtime, filing_id)
    path = tmp_path / "dictamen.pdf"
    runtime.bucket.fetch(kept.key, kept.version_id, kept.sha256, path)
    shown = " ".join(text_of(path.read_bytes()).split())
    assert "Todo está en orden" in shown  # the authorities were asked,
    assert "Al recibirlo Ámbar. Revise antes de confiar." in shown  # as they were not when it came in
    assert "PEXM800101" not in shown + attachments(path.read_bytes())[ATTACHMENT].decode()
    view = verification.by_file(runtime, path, kept.sha256)
    assert (view.known, view.verdict and view.verdict.colour) == (Known.EXACT_REPORT, Colour.GREEN)
    with runtime.database.reading() as session:
        asked, made = session.scalars(select(Event).where(Event.act.startswith("dictamen")).order_by(Event.id))
        assert (asked.actor, made.data["pedido"], made.data["dictamen"]) == (ANA.username, asked.id, kept.sha256)
        assert all(event_text(event, {}) for event in (asked, made))
        assert len(session.scalars(select(LedgerLeaf.index)).all()) == leaves
    with pytest.raises(NotFound):  # it is the office's
        tracking.download(runtime, filing_id, kept.id)
    reports.ask(runtime, ANA, filing_id, 0)
    work(parts)
    first, second = _kept(runtime, filing_id)
    assert (first.edition, second.edition) == (1, 2)
    assert by_digest(runtime, first.sha256) and by_digest(runtime, second.sha256)
    assert review_of(runtime, at=runtime.clock()).findings == ()


def test_only_who_attends_to_it_may_ask_and_only_of_a_document_that_is_there(
    parts: Parts, development_pki: Path, tmp_path: Path, now: datetime
) -> None:
    runtime = parts.runtime
    filing_id = _filed(parts, development_pki, tmp_path, now)
    turnar(runtime, ANA, filing_id, "OB", "Le toca.")
    for actor, number in ((DANIEL, 0), (EVA, 0), (ANA, 1), (CARLA, 99)):
        with pytest.raises(NotFound):
            reports.ask(runtime, actor, filing_id, number)
    reports.ask(runtime, CARLA, filing_id, 0)
    with runtime.database.reading() as session:
        [asked] = session.scalars(select(Event).where(Event.act == Acto.DICTAMEN_PEDIDO))
    assert (asked.actor, asked.data) == (CARLA.username, {"documento": 0})


def test_a_job_that_runs_twice_makes_one_report(
    parts: Parts, development_pki: Path, tmp_path: Path, now: datetime
) -> None:
    runtime = parts.runtime
    filing_id = _filed(parts, development_pki, tmp_path, now)
    reports.ask(runtime, ANA, filing_id, 0)
    work(parts)
    with runtime.database.transaction() as session:  # a late duplicate, and the end of the first lost
        session.scalars(select(Job).where(Job.kind == Kind.REPORT)).one().done_at = None
    work(parts)
    assert len(_kept(runtime, filing_id)) == 1
