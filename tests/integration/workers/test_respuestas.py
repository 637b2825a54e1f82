"""An answer is handed in, sealed, and only then given; nothing loses it, doubles it or makes a signature worse."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pikepdf
import pytest
from sqlalchemy import delete, select

from oficialia.app import create_app
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Etapa
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.errors import NotFound
from oficialia.models import Event, Filing, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, jobs, reconcile, tracking
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion
from oficialia.services.outbox import MAX_ATTEMPTS
from oficialia.services.prevenciones import prevenir
from oficialia.services.respuestas import responder
from oficialia.services.submission import Person
from oficialia.services.turnos import turnar
from oficialia.web.context import WebOptions
from signing.examine import examine
from signing.sandbox import Sandbox
from tests.conftest import SmtpSink
from tests.support import postgres
from tests.support.desk import ANA, BETO, CARLA, file, filing_of, records, stands
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, blank_pdf, make_runtime, upload
from tests.support.papers import Signing, sign
from tests.support.reviewing import review_of
from tests.support.window import File, Visitor
from tests.support.working import make_parts, work
from workers.parts import Parts

OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False
)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=["sqlite", THOROUGH_POSTGRES])
def parts(
    request: pytest.FixtureRequest,
    s3: SeaweedFS,
    sandbox: Sandbox,
    development_pki: Path,
    responders: str,
    now: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Parts]:
    """The worker of one office for all tests here: each has a filing of its own, and leaves no work undone."""
    folder, name = tmp_path_factory.mktemp("respuestas"), f"respuestas-{uuid4().hex[:8]}"
    url = f"sqlite:///{folder / 'oficialia.db'}"
    if request.param == "postgres":
        url = postgres.create_database(request.getfixturevalue("postgres_port"), name.replace("-", "_"))
    bucket = s3.bucket(name)
    bucket.ensure(retention_days=0)
    office = make_runtime(
        url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=TestClock(now)
    )
    yield make_parts(office, development_pki, responders)
    office.database.close()


@pytest.fixture
def runtime(parts: Parts) -> Runtime:
    """That office."""
    return parts.runtime


@pytest.fixture
def clock(runtime: Runtime) -> TestClock:
    """Its clock, which only goes ahead."""
    assert isinstance(runtime.clock, TestClock)
    return runtime.clock


@pytest.fixture
def visitor(runtime: Runtime) -> Visitor:
    """A browser at its window."""
    return Visitor(create_app(runtime, OPTIONS))


@pytest.fixture
def folio(visitor: Visitor) -> str:
    """Of a petition that this browser filed."""
    return visitor.filed(asunto=f"Bache {uuid4()}")


@pytest.fixture
def turned(runtime: Runtime, folio: str) -> UUID:
    """That petition, which Obras Públicas attends to."""
    with runtime.database.reading() as session:
        filing_id = session.scalars(select(Filing.id).where(Filing.folio == folio)).one()
    turnar(runtime, ANA, filing_id, "OB", "Es de su competencia.")
    return filing_id


@pytest.fixture
def answer(tmp_path: Path, development_pki: Path) -> Path:
    """An answer that somebody of the area signed, and that admits nothing more than signatures."""
    people = development_pki / "ciudadanos"
    path = blank_pdf(tmp_path / "oficio 12.pdf", "respuesta")
    return sign(path, people / "maria.p12", (people / "maria.password").read_text().strip(), [Signing()])


def objects(runtime: Runtime, filing_id: UUID, purpose: Purpose) -> list[StoredObject]:
    """Its objects of a purpose."""
    mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == purpose)
    with runtime.database.reading() as session:
        return list(session.scalars(select(StoredObject).where(mine).order_by(StoredObject.edition)))


def leaves(runtime: Runtime, filing_id: UUID) -> list[str]:
    """The acts that the ledger has of it."""
    with runtime.database.reading() as session:
        query = select(LedgerLeaf.act).where(LedgerLeaf.filing_id == filing_id)
        return list(session.scalars(query.order_by(LedgerLeaf.index)))


def test_an_answer_is_given_once_it_is_sealed_and_then_everything_knows_of_it(
    parts: Parts, visitor: Visitor, folio: str, turned: UUID, answer: Path, tmp_path: Path, clock: TestClock
) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer, "respuesta"), "Se reparará la próxima semana.")
    [raw] = objects(runtime, turned, Purpose.ANSWER)
    page = visitor.get(f"/seguimiento/{folio}").text
    assert "<strong>Turnado:</strong> lo enviamos al área que lo atiende, Obras Públicas." in page
    assert "respuesta de la autoridad" not in page.lower().replace("respuesta de la autoridad</strong>", "")  # a term
    assert visitor.get(f"/seguimiento/{folio}/documentos/{raw.id}").status_code == 404
    assert review_of(runtime, at=clock.time, quick=True).findings == ()

    work(parts)
    assert stands(runtime, turned) == ("resuelto", "")
    assert leaves(runtime, turned) == ["ingreso", "turno", "sello", "acuse", "respuesta", "sello_respuesta"]
    [sealed] = objects(runtime, turned, Purpose.SEALED_ANSWER)
    path = tmp_path / "sellada.pdf"
    runtime.bucket.fetch(sealed.key, sealed.version_id, sealed.sha256, path)
    hers, ours = examine(runtime.sandbox, path, anchors=runtime.anchors, at=clock.time)
    assert all(found.intact and found.trusted and not found.problem for found in (hers, ours))
    assert ours.covers_whole_file
    assert hers.modified_after in {"nada", "solo_firmas"}
    with pikepdf.open(path) as document:
        assert str(document.Root.AcroForm.Fields[-1].V.Reason) == f"Respuesta, folio {folio}"

    page = visitor.get(f"/seguimiento/{folio}").text
    assert "<strong>Resuelto:</strong>" in page
    assert "Descargar respuesta de la autoridad" in page
    assert "Se reparará" not in page
    given = visitor.get(f"/seguimiento/{folio}/documentos/{sealed.id}")
    assert hashlib.sha256(given.data).hexdigest() == sealed.sha256
    assert f"respuesta-{folio}.pdf" in given.headers["Content-Disposition"]
    code = runtime.codes.verification(turned)
    assert sealed.sha256[:8] in visitor.get(f"/v/{code}").text.replace(" ", "")
    page = visitor.send("/verificar", {"documento": File(given.data)}).text
    assert f'Es exactamente la respuesta que sellamos para el folio <span class="junto">{folio}' in page
    raw_page = visitor.send("/verificar", {"documento": File(answer.read_bytes())}).text
    assert folio not in raw_page
    other = file(runtime, tmp_path, "otra")
    with pytest.raises(NotFound):
        tracking.download(runtime, other, sealed.id)
    record = records(runtime, turned)[-1]
    assert (record["original"], record["sellado"]) == (raw.sha256, sealed.sha256)
    work(parts)
    assert review_of(runtime, at=clock.time).findings == ()


def test_mail_announces_it_to_a_confirmed_address_and_says_nothing_of_it(
    parts: Parts,
    answer: Path,
    development_pki: Path,
    responders: str,
    smtp_sink: SmtpSink,
    clock: TestClock,
    tmp_path: Path,
) -> None:
    runtime = parts.runtime
    turned = file(runtime, tmp_path, "correo", applicant=Person("fisica", "María Peña", email="maria@correo.mx"))
    folio = filing_of(runtime, turned).folio
    mailing = make_parts(runtime, development_pki, responders, smtp_port=smtp_sink.port)
    prevenir(runtime, ANA, turned, [], "Diga en qué calle vive.")  # before the address is confirmed
    assert email_confirmation.confirm(runtime, turned, runtime.codes.mail_code(turned, 1))
    turnar(runtime, ANA, turned, "OB", "Ya lo dijo.")
    prevenir(runtime, ANA, turned, [], "Diga en qué número vive.")
    responder(runtime, ANA, turned, upload(answer), "Se reparará.")
    work(mailing, with_mail=True)
    messages = smtp_sink.messages()
    subjects = sorted(str(message["Subject"]) for message in messages)
    assert subjects == [
        "Acuse de recibo de su escrito",
        "Enviamos su escrito al área que lo atiende",
        "Hay una respuesta a su escrito",
        "Le pedimos completar su escrito",
    ]
    for message in messages:
        if "Acuse" in message["Subject"]:
            continue
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert folio in text
        assert "/seguimiento" in text
        assert not any(word in text for word in ("número", "reparará", "María"))
        clave = runtime.codes.tracking(turned)
        assert text.split(clave)[0].endswith(f"/seguimiento#{folio}/")  # behind the #, which no server gets
        assert text.count(clave) == 1
        assert [part for part in message.iter_attachments() if part.get_filename()] == []
    with runtime.database.reading() as session:
        happened = session.scalars(select(Event).where(Event.filing_id == turned)).all()
        told = [event.act for event in happened if event.act.startswith("correo_a")]
    assert sorted(told) == ["correo_acuse", "correo_aviso", "correo_aviso", "correo_aviso"]
    assert review_of(runtime, at=clock.time, quick=True).findings == ()


def test_an_answer_without_its_time_gets_it_later_and_no_acuse_is_issued_anew(
    parts: Parts, turned: UUID, answer: Path, development_pki: Path, clock: TestClock
) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    [port] = free_ports(1)
    work(make_parts(runtime, development_pki, f"http://{LOOPBACK}:{port}"))
    assert [item.seal_level for item in objects(runtime, turned, Purpose.SEALED_ANSWER)] == ["b_b"]
    assert review_of(runtime, at=clock.time, quick=True).findings == ()
    clock.time += timedelta(minutes=1)
    work(parts)
    assert [item.seal_level for item in objects(runtime, turned, Purpose.SEALED_ANSWER)] == ["b_b", "b_t"]
    assert len(objects(runtime, turned, Purpose.ACUSE)) == 1
    assert leaves(runtime, turned)[-3:] == ["respuesta", "sello_respuesta", "edicion"]
    seen = tracking.view(runtime, turned)
    assert seen.answer
    assert seen.answer.sha256 == objects(runtime, turned, Purpose.SEALED_ANSWER)[-1].sha256
    assert seen.events[-1].text == "Añadimos a la respuesta la hora certificada que le faltaba."
    assert review_of(runtime, at=clock.time).findings == ()


def test_other_bytes_are_not_sealed_and_once_mended_the_answer_is_given_once(
    parts: Parts, turned: UUID, answer: Path, clock: TestClock, tmp_path: Path
) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    [raw] = objects(runtime, turned, Purpose.ANSWER)
    other = blank_pdf(tmp_path / "otra.pdf", "otra respuesta")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    version = runtime.bucket.put(raw.key, other, sha256=digest, media_type="application/pdf").version_id
    with runtime.database.transaction() as session:
        session.get_one(StoredObject, raw.id).version_id = version
    for _ in range(MAX_ATTEMPTS + 1):
        work(parts)
        clock.time += HOUR
    assert (stands(runtime, turned), objects(runtime, turned, Purpose.SEALED_ANSWER)) == (("turnado", "respuesta"), [])
    [trouble] = jobs.troubled(runtime.database, clock.time)[:1]
    assert (trouble.held, jobs.WORDS[trouble.kind]) == (True, "sellar la respuesta")
    with runtime.database.transaction() as session:
        assert session.get_one(Filing, turned).etapa == Etapa.ACUSE_LISTO
        session.get_one(StoredObject, raw.id).version_id = raw.version_id
    jobs.retry(runtime.database, [trouble.number], who="root", motive="Se restauró.", now=clock.time)
    work(parts)
    work(parts)
    assert len(objects(runtime, turned, Purpose.SEALED_ANSWER)) == 1
    assert stands(runtime, turned) == ("resuelto", "")


def test_an_answer_whose_work_was_lost_is_asked_for_again(parts: Parts, turned: UUID, answer: Path) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    assert reconcile.sweep(runtime).asked_again == 0
    with runtime.database.transaction() as session:
        session.execute(delete(Job).where(Job.kind == "sellar_respuesta", Job.done_at.is_(None)))
    assert reconcile.sweep(runtime).asked_again == 1
    work(parts)
    assert stands(runtime, turned) == ("resuelto", "")


def test_what_was_asked_for_is_done_for_an_annulled_filing_too(
    parts: Parts, visitor: Visitor, folio: str, turned: UUID, clock: TestClock
) -> None:
    runtime = parts.runtime
    pedir_anulacion(runtime, ANA, turned, "Se presentó dos veces.")
    confirmar_anulacion(runtime, BETO, turned, "Son iguales.")
    work(parts)
    assert leaves(runtime, turned) == ["ingreso", "turno", "anulacion", "sello", "acuse"]
    assert stands(runtime, turned) == ("anulado_con_traza", "")
    assert "Descargar acuse de recibo" in visitor.get(f"/seguimiento/{folio}").text
    assert review_of(runtime, at=clock.time, quick=True).good
