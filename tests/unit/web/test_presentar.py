"""The window: what it receives, what it sends back with a sentence, and that nothing typed is lost."""

import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from oficialia.app import create_app
from oficialia.runtime import Runtime
from oficialia.services import tracking
from oficialia.web import privacy
from oficialia.web.context import WebOptions
from storage.bucket import Bucket
from tests.support.office import blank_pdf
from tests.support.window import FOLIO, KEY, File, Visitor, faults, hidden_fields, petition


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    """A PDF of one page."""
    return blank_pdf(tmp_path / "hoja.pdf").read_bytes()


def test_a_typed_petition_gets_its_folio_and_its_clave(visitor: Visitor) -> None:
    response = visitor.file()
    assert response.status_code == 303
    page = visitor.get(response.location)
    assert page.status_code == 200
    assert FOLIO.search(page.text)
    assert KEY.search(page.text)


def test_a_pdf_is_received_under_its_cleaned_name(visitor: Visitor, pdf: bytes) -> None:
    folio = visitor.filed(forma="pdf", peticion="", principal=File(pdf, "C:\\x\\mi escrito.pdf"))
    assert folio in visitor.get(f"/presentado/{folio}").text


def test_the_name_is_all_one_must_say_of_oneself(visitor: Visitor) -> None:
    assert visitor.filed(correo="", curp="", rfc="", telefono="", domicilio="")


def test_an_empty_form_names_every_fault_in_the_order_of_the_page(visitor: Visitor) -> None:
    response = visitor.send("/presentar/en-una-pagina", {})
    assert response.status_code == 422
    found = faults(response)
    assert len(found) == 7
    assert "persona" in found[0]
    assert "aviso de privacidad" in found[-1]
    assert "<title>Error: " in response.text


def test_each_fault_is_tied_to_its_field(visitor: Visitor) -> None:
    page = visitor.file(curp="MAL").text
    assert 'href="#curp"' in page
    assert 'aria-describedby="curp-ayuda curp-error" aria-invalid="true"' in page
    assert 'id="curp-error"' in page


def test_what_was_typed_comes_back(visitor: Visitor) -> None:
    page = visitor.file(asunto="a|b", peticion="Pido <agua> & luz", destino="tramite:OB-001", buzon="1").text
    assert 'value="a|b"' in page
    assert "Pido &lt;agua&gt; &amp; luz</textarea>" in page
    assert '<option value="tramite:OB-001" selected>' in page
    assert 'id="buzon" name="buzon" value="1" checked' in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"persona": "otra"}, "Elija si presenta"),
        ({"nombre": " \u200b "}, "Escriba el nombre"),
        ({"nombre": "x" * 201}, "200 caracteres"),
        ({"curp": "123"}, "Revise la CURP"),
        ({"rfc": "XX"}, "Revise el RFC"),
        ({"correo": "maria@"}, "Revise el correo"),
        ({"telefono": "no tengo"}, "Revise el teléfono"),
        ({"rep_curp": "BOXW310820HNERXN09"}, "nombre de quien representa"),
        ({"destino": "tramite:NADA"}, "Elija una opción"),
        ({"destino": "basura"}, "Elija una opción"),
        ({"asunto": "a|b"}, "barra vertical"),
        ({"asunto": "x" * 201}, "200 caracteres"),
        ({"forma": "paloma"}, "Elija cómo entrega"),
        ({"peticion": " \n "}, "Escriba su petición"),
        ({"peticion": "x" * 20_001}, "20,000 caracteres"),
        ({"forma": "pdf"}, "Elija el PDF"),
        ({"forma": "fotos"}, "al menos una fotografía"),
        ({"folio_previo": "OP-2026-000123-9"}, "Revise el folio anterior"),
        ({"folio_previo": "OP-2026-" + "1" * 9000 + "-5"}, "Revise el folio anterior"),
        ({"declaracion": None}, "Marque la declaración"),
        ({"privacidad": None}, "aviso de privacidad"),
        ({"privacidad_version": "1999-01-01"}, "El aviso de privacidad cambió"),
        ({"clave_envio": ""}, "El formulario llegó incompleto"),
        ({"anexo__3__titulo": "INE"}, "Anexo 4: Elija el archivo"),
        ({"anexo__0": File(b"", "vacio.pdf")}, "El archivo está vacío"),
        ({"anexo__0": File(b"hola", "a.txt", "text/plain")}, "no es un PDF ni una imagen"),
        ({"anexo__20": File(b"x", "a.pdf")}, "Envió más de 20 anexos"),
        ({"forma": "pdf", "principal": File(b"%PDF-1.7 basura")}, "dañado"),
        ({"principal": File(b"%PDF-1.7")}, "Subió un PDF"),
    ],
)
def test_a_fault_has_its_sentence(visitor: Visitor, changes: dict[str, object], sentence: str) -> None:
    response = visitor.file(**changes)
    assert response.status_code == 422
    assert any(sentence in fault for fault in faults(response)), faults(response)


def test_a_line_break_in_the_asunto_is_a_blank(visitor: Visitor) -> None:
    folio = visitor.filed(asunto="uno\r\ndos")
    assert "uno dos" in visitor.get(f"/presentado/{folio}").text


def test_a_failed_check_digit_warns_and_does_not_stop(visitor: Visitor) -> None:
    folio = visitor.filed(curp="BOXW310820HNERXN08")
    assert "Revise este dato" in visitor.get(f"/presentado/{folio}").text


def test_the_same_form_twice_is_one_folio(visitor: Visitor) -> None:
    values = visitor.hidden("/presentar/en-una-pagina") | petition()
    first, second = visitor.post("/presentar/en-una-pagina", values), visitor.post("/presentar/en-una-pagina", values)
    assert [first.location, second.location] == [first.location, f"{first.location}?repetido=1"]


def test_the_same_writing_in_a_new_form_has_the_folio_that_it_had_and_says_so(visitor: Visitor) -> None:
    first, second = visitor.file(), visitor.file()
    assert second.location == f"{first.location}?repetido=1"
    assert "ya tenía su folio" in visitor.get(second.location).text
    assert "ya tenía su folio" not in visitor.get(first.location).text
    assert visitor.file(asunto="Otro asunto").location.startswith("/presentado/OP-")
    assert "repetido" not in visitor.file(asunto="Otro asunto más").location
    assert "repetido" not in Visitor(visitor.app).file().location


def test_signs_that_the_pdf_cannot_show_are_told(visitor: Visitor) -> None:
    plain, boxed = visitor.filed(), visitor.filed(peticion="Pido agua 🙏 水")
    assert "se ven como recuadros" not in visitor.get(f"/presentado/{plain}").text
    assert (
        "Escrito principal: tiene signos que en el PDF se ven como recuadros"
        in visitor.get(f"/presentado/{boxed}").text
    )
    key = _key(visitor, boxed)
    other = Visitor(visitor.app)
    other.send("/seguimiento", {"folio": boxed, "clave": key})
    assert "se ven como recuadros" in other.get(f"/seguimiento/{boxed}").text


@pytest.mark.parametrize("forma", ["texto", "pdf", "fotos"])
def test_faults_name_the_choices_as_the_form_does(visitor: Visitor, pdf: bytes, forma: str) -> None:
    page = unescape(visitor.get("/presentar/en-una-pagina").text)
    found = faults(visitor.file(forma=forma, principal=File(pdf), fotos=File(pdf, "a.jpg", "image/jpeg")))
    named = re.findall("«([^»]+)»", " ".join(found))
    assert named
    assert all(f">{name}<" in page for name in named)


def test_an_image_in_the_place_of_the_pdf_is_sent_to_the_choice_that_the_form_has(visitor: Visitor) -> None:
    image = io.BytesIO()
    Image.new("RGB", (20, 20)).save(image, "PNG")
    found = faults(visitor.file(forma="pdf", principal=File(image.getvalue(), "a.png", "image/png")))
    assert any("«Subo fotografías»" in fault for fault in found)


def test_the_same_key_with_another_body_is_a_conflict_that_loses_nothing(visitor: Visitor) -> None:
    values = visitor.hidden("/presentar/en-una-pagina") | petition()
    folio = str(visitor.post("/presentar/en-una-pagina", values).location).rsplit("/", 1)[-1]
    conflict = visitor.post("/presentar/en-una-pagina", values | {"asunto": "Otro asunto"})
    assert conflict.status_code == 409
    assert folio in conflict.text
    assert 'value="Otro asunto"' in conflict.text
    again = visitor.post("/presentar/en-una-pagina", values | hidden_fields(conflict.text) | {"asunto": "Otro asunto"})
    assert again.status_code == 303
    assert folio not in again.location


def test_the_same_key_in_another_session_is_another_filing(visitor: Visitor) -> None:
    values = visitor.hidden("/presentar/en-una-pagina")
    other = Visitor(visitor.app)
    mine = visitor.post("/presentar/en-una-pagina", values | petition())
    theirs = other.send("/presentar/en-una-pagina", petition() | {"clave_envio": values["clave_envio"]})
    assert mine.location != theirs.location


@pytest.mark.parametrize("token", ["", "basura", None])
def test_without_our_token_the_form_comes_back_with_what_was_typed(visitor: Visitor, token: str | None) -> None:
    response = visitor.file(csrf_token=token)
    assert response.status_code == 400
    assert "María Peña Núñez" in response.text
    assert any("demasiado tiempo" in fault for fault in faults(response))


def test_a_token_of_another_session_is_refused(visitor: Visitor) -> None:
    stolen = Visitor(visitor.app).hidden("/presentar/en-una-pagina")["csrf_token"]
    assert visitor.file(csrf_token=stolen).status_code == 400


def test_the_catalogue_can_choose_the_tramite(visitor: Visitor) -> None:
    assert '<option value="tramite:SA-001" selected>' in visitor.get("/presentar/en-una-pagina?tramite=SA-001").text


def test_the_notice_accepted_is_the_text_shown(visitor: Visitor) -> None:
    version = visitor.hidden("/presentar/en-una-pagina")["privacidad_version"]
    text = visitor.get(f"/aviso-de-privacidad/{version}.txt")
    with visitor.app.test_request_context():
        notice = privacy.current()
    assert text.data == notice.text.encode()
    assert notice.sha256[:8] in visitor.get("/aviso-de-privacidad").text


def test_anexos_take_their_title_from_what_is_known(visitor: Visitor, pdf: bytes, runtime: Runtime) -> None:
    visitor.filed(
        anexo__0=File(pdf, "plano azul.pdf"),
        anexo__1=File(pdf + b"\n%1", "b.pdf"),
        anexo__1__tipo="identificacion_oficial",
        anexo__7=File(pdf + b"\n%2", "c.pdf"),
        anexo__7__titulo="Mi título",
        anexo__7__soporte="original",
        anexo__7__reservado="1",
    )
    with visitor.client.session_transaction() as session:
        folio = next(iter(session["expedientes"]))
    with visitor.app.test_request_context():
        view = tracking.view(runtime, tracking.open_with_key(runtime, folio, _key(visitor, folio)))
    labels = " ".join(document.label for document in view.others)
    assert "plano azul" in labels
    assert "Identificación" in labels
    assert "Mi título" in labels


def test_twenty_anexos_are_received(visitor: Visitor, tmp_path: Path) -> None:
    anexos = {f"anexo-{n}": File(_numbered(tmp_path, n)) for n in range(20)}
    assert visitor.filed(**anexos)


def _numbered(folder: Path, number: int) -> bytes:
    path = folder / f"{number}.pdf"
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(300 + number, 400))
        document.save(path)
    return path.read_bytes()


def _key(visitor: Visitor, folio: str) -> str:
    found = KEY.search(visitor.get(f"/presentado/{folio}").text)
    assert found
    return found[1]


def test_with_the_storage_out_nothing_is_promised_and_nothing_typed_is_lost(
    runtime: Runtime, options: WebOptions, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Bucket("http://127.0.0.1:1", "llave", "secreto-largo", bucket="pruebas", region="us-east-1")
    visitor = Visitor(create_app(replace(runtime, bucket=nowhere), options))
    response = visitor.file()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert any("no le dimos folio" in fault for fault in faults(response))
    assert "María Peña Núñez" in response.text
    assert "unavailable in /presentar/en-una-pagina: Storage" in caplog.text
