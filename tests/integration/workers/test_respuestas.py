"""An answer is handed in, sealed, and only then given; nothing loses it, doubles it or makes a signature worse."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import delete, select

from oficialia.app import create_app
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Etapa
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.errors import NotFound, SubmissionRefused, Unavailable
from oficialia.models import Event, Filing, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, jobs, reconcile, tracking
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion
from oficialia.services.outbox import MAX_ATTEMPTS
from oficialia.services.prevenciones import prevenir
from oficialia.services.respuestas import ONLY_PDF, responder
from oficialia.services.turnos import turnar
from oficialia.web.context import WebOptions
from signing.verify import examine
from storage.bucket import Bucket
from tests.conftest import SmtpSink
from tests.support.desk import ANA, BETO, CARLA, stands
from tests.support.kinds import ON_BOTH
from tests.support.office import TestClock, blank_pdf, upload
from tests.support.papers import Signing, sign
from tests.support.reviewing import review_of
from tests.support.window import File, Visitor
from tests.support.working import make_parts, work
from workers.parts import Parts

OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False
)
HOUR = timedelta(hours=1)


@pytest.fixture
def visitor(runtime: Runtime) -> Visitor:
    """A browser at the window of this office."""
    return Visitor(create_app(runtime, OPTIONS))


@pytest.fixture
def folio(visitor: Visitor) -> str:
    """Of a petition whose promovente gave an address."""
    return visitor.filed(correo="maria@correo.mx")


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


def objects(runtime: Runtime, purpose: Purpose) -> list[StoredObject]:
    """The objects of a purpose."""
    with runtime.database.reading() as session:
        query = select(StoredObject).where(StoredObject.purpose == purpose)
        return list(session.scalars(query.order_by(StoredObject.edition)))


def leaves(runtime: Runtime) -> list[str]:
    """The acts of the ledger."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(LedgerLeaf.act).order_by(LedgerLeaf.index)))


@ON_BOTH
def test_an_answer_is_given_once_it_is_sealed_and_then_everything_knows_of_it(
    parts: Parts, visitor: Visitor, folio: str, turned: UUID, answer: Path, tmp_path: Path, clock: TestClock
) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer, "respuesta"), "Se reparará la próxima semana.")
    [raw] = objects(runtime, Purpose.ANSWER)
    page = visitor.get(f"/seguimiento/{folio}").text
    assert "<strong>Turnado:</strong> lo enviamos al área que lo atiende, Obras Públicas." in page
    assert "respuesta de la autoridad" not in page.lower().replace("respuesta de la autoridad</strong>", "")  # a term
    assert visitor.get(f"/seguimiento/{folio}/documentos/{raw.id}").status_code == 404
    assert review_of(runtime, at=clock.time, quick=True).findings == ()

    work(parts)
    assert stands(runtime, turned) == ("resuelto", "")
    assert leaves(runtime) == ["ingreso", "turno", "sello", "acuse", "respuesta", "sello_respuesta"]
    [sealed] = objects(runtime, Purpose.SEALED_ANSWER)
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
    assert f'Es exactamente la respuesta que sellamos para el folio  <span class="junto">{folio}' in page
    raw_page = visitor.send("/verificar", {"documento": File(answer.read_bytes())}).text
    assert folio not in raw_page
    assert review_of(runtime, at=clock.time).findings == ()


def test_mail_announces_it_to_a_confirmed_address_and_says_nothing_of_it(
    parts: Parts,
    folio: str,
    turned: UUID,
    answer: Path,
    development_pki: Path,
    responders: str,
    smtp_sink: SmtpSink,
    clock: TestClock,
) -> None:
    runtime = parts.runtime
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
        "Hay una respuesta a su escrito",
        "Le pedimos completar su escrito",
    ]
    for message in messages:
        if "Acuse" in message["Subject"]:
            continue
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert folio in text
        assert "/seguimiento" in text
        assert not any(word in text for word in ("número", "reparará", "María", runtime.codes.tracking(turned)))
        assert [part for part in message.iter_attachments() if part.get_filename()] == []
    with runtime.database.reading() as session:
        told = [event.act for event in session.scalars(select(Event)) if event.act.startswith("correo_a")]
    assert sorted(told) == ["correo_acuse", "correo_aviso", "correo_aviso"]
    assert review_of(runtime, at=clock.time, quick=True).findings == ()


def test_an_answer_without_its_time_gets_it_later_and_no_acuse_is_issued_anew(
    parts: Parts, turned: UUID, answer: Path, development_pki: Path, clock: TestClock
) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    [port] = free_ports(1)
    work(make_parts(runtime, development_pki, f"http://{LOOPBACK}:{port}"))
    assert [item.seal_level for item in objects(runtime, Purpose.SEALED_ANSWER)] == ["b_b"]
    assert review_of(runtime, at=clock.time, quick=True).findings == ()
    clock.time += timedelta(minutes=1)
    work(parts)
    assert [item.seal_level for item in objects(runtime, Purpose.SEALED_ANSWER)] == ["b_b", "b_t"]
    assert len(objects(runtime, Purpose.ACUSE)) == 1
    assert leaves(runtime)[-3:] == ["respuesta", "sello_respuesta", "edicion"]
    seen = tracking.view(runtime, turned)
    assert seen.answer
    assert seen.answer.sha256 == objects(runtime, Purpose.SEALED_ANSWER)[-1].sha256
    assert seen.events[-1].text == "Añadimos a la respuesta la hora certificada que le faltaba."
    assert review_of(runtime, at=clock.time).findings == ()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def picture(path: Path) -> None:
    Image.new("RGB", (60, 80)).save(path, "png")


def locked(path: Path) -> None:
    with pikepdf.open(blank_pdf(path), allow_overwriting_input=True) as document:
        document.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))


def damaged(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\nno hay nada que leer")


REFUSED: dict[Callable[[Path], None], str] = {
    empty: "El archivo está vacío.",
    picture: ONLY_PDF,
    locked: "El PDF pide una contraseña",
    damaged: "El PDF está dañado",
}


@pytest.mark.parametrize("make", REFUSED)
def test_what_cannot_be_an_answer_is_refused_with_a_sentence_and_nothing_is_done(
    parts: Parts, turned: UUID, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    runtime, path = parts.runtime, tmp_path / "mal.pdf"
    make(path)
    with pytest.raises(SubmissionRefused) as refused:
        responder(runtime, CARLA, turned, upload(path, "respuesta"), "Se reparará.")
    [fault] = refused.value.faults
    assert REFUSED[make] in fault.sentence
    assert (fault.field, stands(runtime, turned)) == ("respuesta", ("turnado", ""))
    assert objects(runtime, Purpose.ANSWER) == []


def test_without_storage_no_answer_is_taken_and_it_is_said_so(parts: Parts, turned: UUID, answer: Path) -> None:
    gone = Bucket("http://127.0.0.1:9", "llave", "secreto-secreto", bucket="nada", region="us-east-1")
    with pytest.raises(Unavailable, match="no podemos guardar la respuesta"):
        responder(replace(parts.runtime, bucket=gone), CARLA, turned, upload(answer), "Se reparará.")
    assert stands(parts.runtime, turned) == ("turnado", "")


def test_other_bytes_are_not_sealed_and_once_mended_the_answer_is_given_once(
    parts: Parts, turned: UUID, answer: Path, clock: TestClock, tmp_path: Path
) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    [raw] = objects(runtime, Purpose.ANSWER)
    other = blank_pdf(tmp_path / "otra.pdf", "otra respuesta")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    version = runtime.bucket.put(raw.key, other, sha256=digest, media_type="application/pdf").version_id
    with runtime.database.transaction() as session:
        session.get_one(StoredObject, raw.id).version_id = version
    for _ in range(MAX_ATTEMPTS + 1):
        work(parts)
        clock.time += HOUR
    assert (stands(runtime, turned), objects(runtime, Purpose.SEALED_ANSWER)) == (("turnado", "respuesta"), [])
    [trouble] = jobs.troubled(runtime.database, clock.time)[:1]
    assert (trouble.held, jobs.WORDS[trouble.kind]) == (True, "sellar la respuesta")
    with runtime.database.transaction() as session:
        assert session.get_one(Filing, turned).etapa == Etapa.ACUSE_LISTO
        session.get_one(StoredObject, raw.id).version_id = raw.version_id
    jobs.retry(runtime.database, [trouble.number], who="root", motive="Se restauró.", now=clock.time)
    work(parts)
    work(parts)
    assert len(objects(runtime, Purpose.SEALED_ANSWER)) == 1
    assert stands(runtime, turned) == ("resuelto", "")


def test_an_answer_whose_work_was_lost_is_asked_for_again(parts: Parts, turned: UUID, answer: Path) -> None:
    runtime = parts.runtime
    work(parts)
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    assert reconcile.sweep(runtime).asked_again == 0
    with runtime.database.transaction() as session:
        session.execute(delete(Job).where(Job.kind == "sellar_respuesta"))
    assert reconcile.sweep(runtime).asked_again == 1
    work(parts)
    assert stands(runtime, turned) == ("resuelto", "")


def test_what_was_asked_for_is_done_for_an_annulled_filing_too(
    parts: Parts, visitor: Visitor, folio: str, turned: UUID, clock: TestClock
) -> None:
    runtime = parts.runtime
    pedir_anulacion(runtime, ANA, turned, "Se presentó dos veces.\nEl bueno es el de ayer.")
    confirmar_anulacion(runtime, BETO, turned, "Son iguales.")
    work(parts)
    assert leaves(runtime) == ["ingreso", "turno", "anulacion", "sello", "acuse"]
    assert stands(runtime, turned) == ("anulado_con_traza", "")
    page = visitor.get(f"/seguimiento/{folio}").text
    for words in ("Anulado con traza", "<p>Se presentó dos veces.</p>", "El bueno es el de ayer.", "Son iguales."):
        assert words in page
    assert "Descargar acuse de recibo" in page
    page = visitor.get(f"/v/{runtime.codes.verification(turned)}").text
    assert "Este escrito está anulado" in page
    assert "Se presentó dos veces" not in page
    assert review_of(runtime, at=clock.time).findings == ()


def test_the_page_says_what_is_asked_and_until_when(runtime: Runtime, visitor: Visitor, tmp_path: Path) -> None:
    folio = visitor.filed(destino="tramite:SA-001", curp="PEXM800101MMCXXR09")
    with runtime.database.reading() as session:
        filing_id = session.scalars(select(Filing.id).where(Filing.folio == folio)).one()
    prevenir(runtime, ANA, filing_id, ["comprobante_domicilio"], "No se lee <la calle>.")
    page = visitor.get(f"/seguimiento/{folio}").text
    assert "<strong>Prevenido:</strong> le pedimos completarlo para poder seguir." in page
    for words in ("<li>Comprobante de domicilio</li>", "No se lee &lt;la calle&gt;.", "3 días hábiles desde el día"):
        assert words in page


def test_an_answer_of_another_filing_is_absent(parts: Parts, visitor: Visitor, turned: UUID, answer: Path) -> None:
    runtime = parts.runtime
    responder(runtime, CARLA, turned, upload(answer), "Se reparará.")
    work(parts)
    [sealed] = objects(runtime, Purpose.SEALED_ANSWER)
    other = visitor.filed(asunto="Otro")
    with runtime.database.reading() as session:
        theirs = session.scalars(select(Filing.id).where(Filing.folio == other)).one()
    with pytest.raises(NotFound):
        tracking.download(runtime, theirs, sealed.id)
    with runtime.database.reading() as session:
        [leaf] = session.scalars(select(LedgerLeaf).where(LedgerLeaf.act == "sello_respuesta"))
    record = json.loads(leaf.record)
    assert (record["original"], record["sellado"]) == (objects(runtime, Purpose.ANSWER)[0].sha256, sealed.sha256)
