"""Whatever is wrong with the seal: filings are received and held, an alarm is raised, nothing unsealed leaves; and once
the seal is good again everything held is sealed by itself. Real tasks, real keys, no restart."""

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pkcs11
import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from sqlalchemy import select

from oficialia.app import create_app
from oficialia.cli import cli
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Etapa
from oficialia.models import Acuse, Event, Filing, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import certificates, seal_state
from oficialia.services.outbox import MAX_ATTEMPTS
from oficialia.services.seals import OPEN_AGAIN
from oficialia.web.context import WebOptions
from signing.errors import IdentityFault
from tests.support.authorities import serving
from tests.support.ledgers import MINE
from tests.support.office import TestClock
from tests.support.reviewing import review_of
from tests.support.seals import PASSWORD, PIN, Authority, SoftToken
from tests.support.window import Visitor
from tests.support.working import make_parts, work
from workers import sealing
from workers import seals as watching
from workers.parts import Parts

OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False
)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Where no authority of time answers: these tests move the clock, and the seals begin and end by it.
NO_TSA = "http://127.0.0.1:1"


@dataclass
class Place:
    """What a test breaks and mends."""

    folder: Path
    authority: Authority
    clock: TestClock
    token: Callable[[], SoftToken]
    until_end: ExitStack

    @property
    def file(self) -> Path:
        """Where the seal is looked for, when it is a file."""
        return self.folder / "sello.p12"

    @property
    def good(self) -> dict[str, str]:
        """Settings of that file, after OFICIALIA_SEAL_."""
        return {"PKCS12": str(self.file), "PASSWORD": PASSWORD}

    def put_good(self) -> None:
        """A seal that is in force."""
        self.authority.pkcs12(self.file, self.clock.time - DAY)


@pytest.fixture
def place(tmp_path: Path, authority: Authority, clock: TestClock, request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(tmp_path, authority, clock, lambda: request.getfixturevalue("soft_token"), stack)


Broken = tuple[dict[str, str], Callable[[], object]]
"""Settings of the seal, and what mends it."""


def expired(place: Place) -> Broken:
    place.authority.pkcs12(place.file, place.clock.time - 9 * DAY, place.clock.time - HOUR)
    return place.good, place.put_good


def not_yet_valid(place: Place) -> Broken:
    place.authority.pkcs12(place.file, place.clock.time + 2 * DAY)

    def wait() -> None:
        place.clock.time += 3 * DAY

    return place.good, wait


def revoked(place: Place) -> Broken:
    certificate = place.authority.pkcs12(place.file, place.clock.time - DAY)
    crl = place.authority.revoke(place.folder / "lista.crl", [certificate.serial_number], place.clock.time - HOUR)
    return place.good | {"CRL": str(crl)}, place.put_good


def list_unreadable(place: Place) -> Broken:
    place.put_good()
    crl = place.folder / "lista.crl"
    crl.write_bytes(b"404")
    return place.good | {"CRL": str(crl)}, lambda: place.authority.revoke(crl, [], place.clock.time)


def file_missing(place: Place) -> Broken:
    return place.good, place.put_good


def file_damaged(place: Place) -> Broken:
    place.file.write_bytes(b"no es un PKCS#12")
    return place.good, place.put_good


def wrong_password(place: Place) -> Broken:
    place.put_good()
    good = place.file.read_bytes()
    (place.folder / "clave").write_text("otra cosa")
    pki = place.authority.pki
    place.file.write_bytes((pki / "sello.p12").read_bytes())  # under a password of its own
    return place.good, lambda: place.file.write_bytes(good)


def token_away(place: Place) -> Broken:
    token = place.token()
    name = f"k{place.folder.parent.name}{place.folder.name}"[:30]
    settings = token.seal(name, place.folder / "s.pem", place.authority, place.clock.time - DAY)
    away = place.until_end.enter_context(ExitStack())
    away.enter_context(token.away())
    pkcs11.lib(token.module).reinitialize()
    return settings, away.close


STATES: dict[Callable[[Place], Broken], IdentityFault] = {
    expired: IdentityFault.EXPIRED,
    not_yet_valid: IdentityFault.NOT_YET_VALID,
    revoked: IdentityFault.REVOKED,
    list_unreadable: IdentityFault.UNREADABLE_LIST,
    file_missing: IdentityFault.UNREADABLE_FILE,
    file_damaged: IdentityFault.UNREADABLE_FILE,
    wrong_password: IdentityFault.WRONG_PASSWORD,
    token_away: IdentityFault.NO_TOKEN,
}
WORDS = {
    IdentityFault.EXPIRED: "su certificado venció",
    IdentityFault.NOT_YET_VALID: "todavía no está vigente",
    IdentityFault.REVOKED: "fue revocado",
    IdentityFault.UNREADABLE_LIST: "la lista de certificados revocados no se puede leer",
    IdentityFault.UNREADABLE_FILE: "un archivo suyo no existe o no se puede leer",
    IdentityFault.WRONG_PASSWORD: "la contraseña de su llave no es",
    IdentityFault.NO_TOKEN: "no se encuentra su token",
    IdentityFault.WRONG_PIN: "no acepta el PIN",
}


def look(ours: Parts) -> None:
    """The task that watches over the seal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "parts", lambda: replace(ours))
        watching.look()


def filing(runtime: Runtime) -> Filing:
    """The only one."""
    with runtime.database.reading() as session:
        return session.scalars(select(Filing)).one()


def made(runtime: Runtime) -> tuple[int, int]:
    """How many sealed copies and acuses there are."""
    with runtime.database.reading() as session:
        objects = session.scalars(select(StoredObject).where(StoredObject.purpose.in_([Purpose.SEALED, Purpose.ACUSE])))
        return len(objects.all()), len(session.scalars(select(Acuse)).all())


def leaves(runtime: Runtime) -> list[str]:
    """The acts of the ledger."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)))


def held_events(runtime: Runtime) -> list[str]:
    """The reasons for which filings were held."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(Event.reason).where(Event.act == Acto.EN_ESPERA)))


def trabajos(runtime: Runtime, *options: str) -> Result:
    """The list of the work that does not go on."""
    environment = {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": runtime.database.url,
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": "http://127.0.0.1",
        "OFICIALIA_S3_ACCESS_KEY": "nadie",
        "OFICIALIA_S3_SECRET_KEY": "ninguno-1",
        "OFICIALIA_TRUST_DIR": str(runtime.spool),
    }
    return CliRunner().invoke(cli, ["trabajos", "lista", *options], prog_name="oficialia", env=environment)


@pytest.mark.parametrize(
    "broken",
    [pytest.param(state, marks=[pytest.mark.thorough] * (number >= 3)) for number, state in enumerate(STATES)],
    ids=lambda function: function.__name__,
)
def test_filings_are_held_the_alarm_is_raised_and_all_is_sealed_once_the_seal_is_good(
    runtime: Runtime,
    development_pki: Path,
    clock: TestClock,
    place: Place,
    caplog: pytest.LogCaptureFixture,
    broken: Callable[[Place], Broken],
) -> None:
    settings, mend = broken(place)
    words = WORDS[STATES[broken]]
    ours = make_parts(runtime, development_pki, NO_TSA, seal=settings)
    visitor = Visitor(create_app(runtime, OPTIONS))
    folio = visitor.filed()
    caplog.set_level(logging.INFO, "oficialia.trabajo")
    for _ in range(MAX_ATTEMPTS + 1):
        work(ours)
        look(ours)
        clock.time += timedelta(minutes=1)

    # Received, and held with a reason for people; nothing was made, and nothing counts against the work.
    held = filing(runtime)
    assert held.etapa == Etapa.EN_ESPERA
    assert words in held.held_reason
    assert held_events(runtime) == [held.held_reason]
    assert (leaves(runtime), made(runtime)) == (["ingreso"], (0, 0))
    with runtime.database.reading() as session:
        job = session.scalars(select(Job)).one()
        assert (job.attempts, job.quarantined_at, job.last_error) == (0, None, held.held_reason)
    page = visitor.get(f"/presentado/{folio}").text
    assert "Ahora no podemos usar el sello electrónico del municipio." in page
    assert "Una persona revisa su documento" not in page

    # The alarm: once in the log, and wherever whoever looks after the office looks.
    alarms = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [STATES[broken].value in record.getMessage() for record in alarms] == [True]
    health = visitor.get("/salud/lista").json
    assert health is not None
    assert (health["partes"]["registro"], health["avisos"]["sello"]) == (True, False)
    listed = trabajos(runtime)
    assert listed.exit_code == 10
    assert words in listed.output
    assert words in json.loads(trabajos(runtime, "--json").stdout)["sello"]["motivo"]
    assert "sello_detenido" in review_of(runtime, at=clock.time, quick=True).by_code()

    # Good again: all by itself, in the same process.
    mend()
    clock.time += OPEN_AGAIN
    look(ours)
    work(ours)
    assert leaves(runtime) == ["ingreso", "sello", "acuse"]
    mended = filing(runtime)
    assert (mended.etapa, mended.held_reason, mended.registered_at) == (Etapa.ACUSE_LISTO, "", held.registered_at)
    assert made(runtime) == (2, 1)
    state = seal_state.current(runtime.database)
    assert state is not None and state.usable
    assert "sello_detenido" not in review_of(runtime, at=clock.time, quick=True).by_code()
    assert json.loads(trabajos(runtime, "--json").stdout)["sello"] is None
    assert "Su acuse de recibo está listo" in visitor.get(f"/presentado/{folio}").text


def test_a_seal_that_goes_away_between_copy_and_acuse_holds_the_acuse_alone(
    runtime: Runtime, development_pki: Path, clock: TestClock, place: Place
) -> None:
    place.authority.pkcs12(place.file, clock.time - DAY)
    ours = make_parts(runtime, development_pki, NO_TSA, seal=place.good)
    visitor = Visitor(create_app(runtime, OPTIONS))
    folio = visitor.filed()
    acuse = replace(ours, seals=make_parts(runtime, development_pki, NO_TSA, seal={"PKCS12": "/no/hay"}).seals)
    seal_only(ours, runtime)
    work(acuse)
    assert leaves(runtime) == ["ingreso", "sello"]
    assert filing(runtime).etapa == Etapa.EN_ESPERA
    assert "su acuse saldrá sin que haga nada" in visitor.get(f"/presentado/{folio}").text
    clock.time += timedelta(minutes=1)
    work(ours)
    assert leaves(runtime) == ["ingreso", "sello", "acuse"]
    assert (filing(runtime).etapa, filing(runtime).held_reason) == (Etapa.ACUSE_LISTO, "")


def seal_only(ours: Parts, runtime: Runtime) -> None:
    """The first job of a filing, and not what it asks for."""
    with runtime.database.reading() as session:
        job = session.scalars(select(Job)).one()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "parts", lambda: replace(ours))
        sealing.seal(job.id)


def test_what_its_authority_revokes_seals_nothing_more(
    runtime: Runtime, development_pki: Path, clock: TestClock, tmp_path: Path
) -> None:
    pki = shutil.copytree(development_pki, tmp_path / "pki")
    certificate = x509.load_pem_x509_certificate((pki / "sello.pem").read_bytes())
    visitor = Visitor(create_app(runtime, OPTIONS))
    with serving(pki, clock) as (responders, asked):
        ours = make_parts(runtime, pki, responders)
        visitor.filed()
        work(ours)
        assert leaves(runtime) == ["ingreso", "sello", "acuse"]
        assert asked.paths.count("/ocsp") == 2, "for the seal and for its issuer, once for all the work"
    clock.time += DAY
    (pki / "revocados.json").write_text(json.dumps({str(certificate.serial_number): clock.time.isoformat()}))
    with serving(pki, clock) as (responders, _):
        ours = make_parts(runtime, pki, responders)
        visitor.filed(asunto="Otro bache")
        work(ours)
    assert leaves(runtime) == ["ingreso", "sello", "acuse", "ingreso"]
    [reason] = held_events(runtime)
    assert WORDS[IdentityFault.REVOKED] in reason


def test_a_wrong_pin_is_tried_once_by_a_process_and_held_until_it_is_right(
    runtime: Runtime, development_pki: Path, clock: TestClock, place: Place
) -> None:
    token = place.token()
    settings = token.seal("pin-equivocado", place.folder / "s.pem", place.authority, clock.time - DAY)
    pkcs11.lib(token.module).reinitialize()  # a login of another test counts for this process
    ours = make_parts(runtime, development_pki, NO_TSA, seal=settings | {"PASSWORD": "999999"})
    Visitor(create_app(runtime, OPTIONS)).filed()
    work(ours)
    assert WORDS[IdentityFault.WRONG_PIN] in filing(runtime).held_reason
    # Were it tried again, this would be taken for a login with the right one.
    pkcs11.lib(token.module).get_token(token_label=token.label).open(user_pin=PIN)
    clock.time += HOUR
    work(ours)
    assert WORDS[IdentityFault.WRONG_PIN] in filing(runtime).held_reason
    clock.time += HOUR
    work(make_parts(runtime, development_pki, NO_TSA, seal=settings))
    assert leaves(runtime) == ["ingreso", "sello", "acuse"]


def test_a_session_lost_under_the_work_is_opened_again(
    runtime: Runtime, development_pki: Path, clock: TestClock, place: Place
) -> None:
    token = place.token()
    settings = token.seal("sesion-perdida", place.folder / "s.pem", place.authority, clock.time - DAY)
    ours = make_parts(runtime, development_pki, NO_TSA, seal=settings)
    visitor = Visitor(create_app(runtime, OPTIONS))
    for number in range(2):
        visitor.filed(asunto=f"Bache {number}")
        work(ours)
        pkcs11.lib(token.module).reinitialize()
    assert leaves(runtime) == ["ingreso", "sello", "acuse"] * 2


def test_the_newest_in_force_seals_without_a_restart_and_each_is_remembered(
    runtime: Runtime, development_pki: Path, clock: TestClock, place: Place
) -> None:
    other = place.folder / "otro.p12"
    old = place.authority.pkcs12(place.file, clock.time - 9 * DAY, clock.time + 2 * DAY)
    new = place.authority.pkcs12(other, clock.time + HOUR)
    seals = place.good | {"NEXT_PKCS12": str(other), "NEXT_PASSWORD": PASSWORD}
    ours = make_parts(runtime, development_pki, NO_TSA, seal=seals)
    visitor = Visitor(create_app(runtime, OPTIONS))
    used = []
    # The new one has not begun; both are in force; the old one has ended.
    for number, wait in enumerate((timedelta(0), 2 * HOUR, 3 * DAY)):
        clock.time += wait
        visitor.filed(asunto=f"Bache {number}")
        look(ours)
        work(ours)
        state = seal_state.current(runtime.database)
        assert state is not None
        used.append(state.sha256)
    with runtime.database.reading() as session:
        query = select(StoredObject.certificate_serial).where(StoredObject.certificate_serial.is_not(None))
        serials = [int(serial, 16) for serial in session.scalars(query.order_by(StoredObject.id)) if serial]
    assert serials == [old.serial_number] * 2 + [new.serial_number] * 4
    assert used[0] != used[1] == used[2]
    published = certificates.published(runtime.database)
    assert [int(each.facts.serial, 16) for each in published] == [new.serial_number, old.serial_number]
    assert [each.in_use for each in published] == [True, False]
    assert "firma_ajena" not in review_of(runtime, at=clock.time).by_code()


def test_when_the_newest_cannot_be_used_the_other_one_stands_in(
    runtime: Runtime, development_pki: Path, clock: TestClock, place: Place
) -> None:
    place.put_good()
    other = place.folder / "otro.p12"
    newest = place.authority.pkcs12(other, clock.time - HOUR)
    crl = place.folder / "listas"
    crl.mkdir()
    seals = place.good | {"NEXT_PKCS12": str(other), "NEXT_PASSWORD": PASSWORD, "CRL": str(crl)}
    ours = make_parts(runtime, development_pki, NO_TSA, seal=seals)
    assert replace(ours).identity.certificate.serial_number == newest.serial_number
    place.authority.revoke(crl / "lista.crl", [newest.serial_number], clock.time)
    assert replace(ours).identity.certificate.serial_number != newest.serial_number
