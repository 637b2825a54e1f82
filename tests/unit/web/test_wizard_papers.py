"""The files of the wizard, as forms send them: the writing, what accompanies it, and how it is signed then."""

import io
from pathlib import Path
from uuid import UUID

import pytest

from oficialia.models import Document, Filing
from oficialia.runtime import Runtime
from tests.support.office import blank_pdf
from tests.support.shown_papers import signed_petition
from tests.support.window import File, Visitor, faults
from tests.support.wizardry import REVIEW, Citizen


@pytest.fixture
def citizen(visitor: Visitor) -> Citizen:
    """Who files."""
    return Citizen(visitor)


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    """A PDF of one page."""
    return blank_pdf(tmp_path / "hoja.pdf").read_bytes()


def test_a_pdf_and_anexos_go_through_with_their_names_and_what_they_are(
    citizen: Citizen, runtime: Runtime, pdf: bytes
) -> None:
    citizen.answered("/presentar")
    citizen.answered("/presentar/quien")
    citizen.answered("/presentar/escrito", forma="pdf")
    assert citizen.answered("/presentar/escrito/contenido", principal=File(pdf)) == "/presentar/documentos"
    where = citizen.answered("/presentar/documentos", anexo=[File(pdf, "plano.pdf"), File(pdf, "recibo.pdf")])
    assert where == "/presentar/documentos/datos"
    page = citizen.visitor.get(where).text
    key = page.split('name="titulo-')[1].split('"')[0]
    told = {f"titulo-{key}": "Plano de la casa", f"soporte-{key}": "copia_simple", f"reservado-{key}": "1"}
    assert citizen.visitor.send(where, told).location == "/presentar/firma"
    citizen.answered("/presentar/firma")
    assert citizen.answered("/presentar/aviso") == REVIEW
    assert "Plano de la casa" in citizen.visitor.get(REVIEW).text
    folio = citizen.filed()
    with runtime.database.reading() as session:
        documents = {each.number: each for each in session.query(Document).join(Filing).filter(Filing.folio == folio)}
        assert (documents[1].title, documents[1].support) == ("Plano de la casa", "copia_simple")
        assert documents[1].reserved
        assert documents[2].title == "recibo"


def test_more_anexos_than_are_received_are_told_where_they_are_handed_in(
    citizen: Citizen, runtime: Runtime, pdf: bytes
) -> None:
    citizen.answered("/presentar")
    files = [File(pdf, f"{number}.pdf") for number in range(runtime.limits.anexos + 1)]
    refused = citizen.answer("/presentar/documentos", anexo=files)
    assert refused.status_code == 422
    assert faults(refused) == [runtime.limits.refusal("demasiados_anexos")]
    taken = refused.text.split('name="quitar" value="')[1].split('"')[0]
    citizen.answer("/presentar/documentos", quitar=taken)
    assert citizen.answered("/presentar/documentos") == "/presentar/documentos/datos"


def test_who_changes_a_signed_pdf_is_asked_again_how_they_sign(
    citizen: Citizen, pdf: bytes, tmp_path: Path, development_pki: Path
) -> None:
    citizen.answers_all()
    signed = File(signed_petition(tmp_path / "firmado.pdf", development_pki).read_bytes())
    citizen.answered("/presentar/escrito", forma="pdf")
    citizen.answered("/presentar/escrito/contenido", principal=signed)
    assert citizen.answered("/presentar/firma", nivel="n2") == REVIEW
    assert citizen.answered("/presentar/escrito/contenido", principal=File(pdf)) == "/presentar/firma"
    assert citizen.visitor.get(REVIEW).location == "/presentar/pasos"


def test_of_two_pdfs_where_one_belongs_the_newest_is_filed(citizen: Citizen, runtime: Runtime, tmp_path: Path) -> None:
    citizen.answers_all()
    citizen.answered("/presentar/escrito", forma="pdf")
    with citizen.visitor.client.session_transaction() as kept:
        draft_id = UUID(hex=kept["borrador"])
    for name in ("viejo", "nuevo"):  # as a script leaves them that could not take the first away
        content = blank_pdf(tmp_path / name, name).read_bytes()
        file = runtime.drafts.begin(draft_id, "principal", f"{name}.pdf", len(content))
        runtime.drafts.append(draft_id, file.id, 0, io.BytesIO(content))
    page = citizen.visitor.get(REVIEW).text
    assert "nuevo.pdf" in page
    assert "viejo.pdf" not in page
    folio = citizen.filed()
    with runtime.database.reading() as session:
        [main] = session.query(Document).join(Filing).filter(Filing.folio == folio)
        assert main.filename == "nuevo.pdf"


def test_a_file_that_cannot_be_received_is_told_at_its_page_and_taken_away(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    citizen.answered("/presentar/quien")
    citizen.answered("/presentar/escrito", forma="pdf")
    response = citizen.answer("/presentar/escrito/contenido", principal=File(b"%PDF-1.7 nada"))
    assert response.status_code == 422
    assert any("dañado o incompleto" in fault for fault in faults(response))
    assert "Ver su huella digital" not in response.text.split("<template>")[0]
