"""Verification says what it knows and not a word more."""

import io
from pathlib import Path

import pytest
from PIL import Image

from oficialia.runtime import Runtime
from oficialia.services import tracking
from oficialia.services.verification import Known
from tests.support.office import blank_pdf
from tests.support.window import KEY, File, Visitor, faults


def test_the_code_of_a_filing_shows_when_and_not_who(visitor: Visitor, runtime: Runtime) -> None:
    folio = visitor.filed()
    key = KEY.search(visitor.get(f"/presentado/{folio}").text)
    assert key
    code = tracking.view(runtime, tracking.open_with_key(runtime, folio, key[1])).verification_code
    page = Visitor(visitor.app).get(f"/v/{code.lower()}")
    assert page.status_code == 200
    assert folio in page.text
    assert "María" not in page.text
    assert "Bache" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA-AAAA", "x", "A" * 5000, "%00", "ñ", "..%2F", "%FF%FE"])
def test_an_unknown_code_is_told_clearly(visitor: Visitor, code: str) -> None:
    response = visitor.get(f"/v/{code}")
    assert response.status_code == 404


def test_a_code_typed_from_paper_goes_to_its_page(visitor: Visitor) -> None:
    response = visitor.send("/verificar/codigo", {"codigo": " abcd efgh jkmn pqrs "}, page="/verificar")
    assert (response.status_code, response.location) == (303, "/v/ABCD-EFGH-JKMN-PQRS")


@pytest.mark.parametrize("code", ["", "---", "\x00"])
def test_no_code_is_a_fault(visitor: Visitor, code: str) -> None:
    assert visitor.send("/verificar/codigo", {"codigo": code}, page="/verificar").status_code == 422


def test_a_file_that_nobody_knows_is_not_called_ours(visitor: Visitor, tmp_path: Path) -> None:
    pdf = blank_pdf(tmp_path / "ajeno.pdf", "ajeno").read_bytes()
    response = visitor.send("/verificar", {"documento": File(pdf, "ajeno <b>.pdf")})
    assert response.status_code == 200
    assert "No conocemos este archivo" in response.text
    assert "ajeno &lt;b&gt;.pdf" in response.text
    assert "válid" not in response.text.lower()


def test_whoever_has_a_copy_of_a_paper_does_not_learn_that_it_was_filed(visitor: Visitor, tmp_path: Path) -> None:
    pdf = blank_pdf(tmp_path / "propio.pdf", "propio").read_bytes()
    folio = visitor.filed(forma="pdf", principal=File(pdf))
    page = visitor.send("/verificar", {"documento": File(pdf)}).text
    assert folio not in page
    assert "No conocemos este archivo" in page


@pytest.mark.parametrize("content", [b"hola", b"%PDF-1.7\n", b"\x00" * 3000])
def test_what_is_no_document_is_told_as_such(visitor: Visitor, content: bytes) -> None:
    response = visitor.send("/verificar", {"documento": File(content, "x.pdf")})
    assert response.status_code == 200
    assert "No pudimos leer este archivo" in response.text


def test_an_image_is_told_to_be_one(visitor: Visitor) -> None:
    image = io.BytesIO()
    Image.new("RGB", (20, 20)).save(image, "PNG")
    page = visitor.send("/verificar", {"documento": File(image.getvalue(), "captura.png", "image/png")}).text
    assert "Este archivo es una imagen, no un PDF" in page
    assert "No conocemos este archivo" not in page


@pytest.mark.parametrize("values", [{}, {"documento": File(b"", "vacio.pdf")}, {"documento": "texto"}])
def test_no_file_is_a_fault(visitor: Visitor, values: dict[str, object]) -> None:
    response = visitor.send("/verificar", values)
    assert response.status_code == 422
    assert len(faults(response)) == 1


def test_every_answer_of_the_register_has_its_words(visitor: Visitor) -> None:
    source = Path(visitor.app.root_path, "templates", "resultado.html").read_text()
    assert all(f'"{known.value}": (' in source for known in Known)
    assert "válid" not in source.lower()
