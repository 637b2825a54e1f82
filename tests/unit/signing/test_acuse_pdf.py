"""The acuse: every field is there, can be read, copied and checked, in any reader and by any program."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from signing.acuse_pdf import AcuseContent, AcuseParty, acuse_pdf
from tests.support.acuse_sample import ATTACHMENTS, CADENA, SELLO, URL, acuse, bare_acuse, document, sha256
from tests.support.pages import attachments, page_texts, picture, qr_codes, text_of

HEADINGS = [
    "Acuse de recibo", "Fecha de efectos", "Plazos que corren", "Quién presenta", "Ante quién y para qué",
    "Documentos recibidos", "Firmas encontradas", "Cadena original", "Sello electrónico", "Sello de tiempo",
    "Cómo comprobarlo", "Libro público", "Sus derechos", "Estado",
]  # fmt: skip


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return acuse_pdf(acuse(), ATTACHMENTS)


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_fields_come_in_their_order(pdf: bytes) -> None:
    shown = one_line(text_of(pdf))
    for heading in HEADINGS:
        _, found, shown = shown.partition(heading)
        assert found, heading


@pytest.mark.parametrize(
    "words",
    [
        "Municipio de Chalco", "OP-2026-000123-5", "19 de marzo de 2026, 17:42:07 (−06:00, America/Mexico_City)",
        "19 de marzo de 2026, 17:42:09 (−06:00, America/Mexico_City)", "jueves 19 de marzo de 2026", "plazos-2026-01",
        "15 días hábiles desde el 20 de marzo.", "art. 8", "(provisional)", "María Guadalupe Ñúñez Xóchitl",
        "NUXG••••••MMC•••07", "Carta poder, anexo 2", "Dirección de Servicios Públicos", "CHA-SP-004, versión 3",
        sha256("cedula"), "Reparación de la luminaria", "Escrito de petición", "(reservado)", "nacido digital",
        sha256("principal"), sha256("sellado"), sha256("documento 2"), "MARIA GUADALUPE NUÑEZ XOCHITL",
        "30001000000500003416", "revocación", "3C91A2B7740F", "TSA de prueba", "17:42:11", URL, "7KQ2-M9XD-4TRW-0ZP1",
        "hoja 245", sha256("hoja 245"), "hoja 246", sha256("hoja 246"), "pendiente", "protesta ciudadana",
        "no prejuzga sobre su procedencia", "Trae JavaScript.", "Reforma 4",
    ],
)  # fmt: skip
def test_every_value_is_shown(pdf: bytes, words: str) -> None:
    assert words in one_line(text_of(pdf))


def test_what_was_not_given_is_said_in_words() -> None:
    shown = one_line(text_of(acuse_pdf(bare_acuse(), {})))
    for words in (
        "CURP No se proporcionó", "RFC No se proporcionó", "Escrito libre", "No se indicó", "no traían firmas",
        "no tiene plazos que correr", "no respondió cuando se emitió", "No se presentaron anexos",
        "No se observaron defectos",
    ):  # fmt: skip
        assert words in shown
    assert "None" not in shown


@pytest.mark.parametrize("value", [CADENA, SELLO])
def test_cadena_and_sello_copy_exactly_when_their_lines_are_joined(pdf: bytes, value: str) -> None:
    assert value in text_of(pdf).replace("\n", "")


@pytest.mark.parametrize("value", [CADENA, SELLO])
def test_cadena_and_sello_copy_exactly_with_pdftotext(
    pdf: bytes, value: str, tool: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf)
    shown = subprocess.run([tool("pdftotext"), "a.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert value in shown.stdout.replace("\n", "")


@pytest.mark.parametrize("shift", range(12))
def test_no_line_of_the_cadena_ends_in_what_readers_drop(shift: int) -> None:
    cadena = "||" + "x" * shift + " ab - cd-" * 40 + "||"
    content = acuse()
    shown = text_of(acuse_pdf(replace(content, seal=replace(content.seal, cadena=cadena)), {}))
    assert cadena in shown.replace("\n", "")


def test_the_qr_opens_the_address(pdf: bytes) -> None:
    assert qr_codes(picture(pdf, dots_per_inch=150)) == [URL]


def test_the_attachments_are_byte_exact_and_described(pdf: bytes) -> None:
    assert attachments(pdf) == ATTACHMENTS
    with pikepdf.open(BytesIO(pdf)) as document:
        for name, spec in document.attachments.items():
            assert str(spec.obj.AFRelationship) == ("/Data" if name == "cadena-original.txt" else "/Supplement")
            assert "original" in spec.description
            assert spec.get_file().mime_type in {"text/plain", "application/timestamp-reply"}


def test_an_attachment_of_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        acuse_pdf(acuse(), {"otro.bin": b""})


def test_it_is_tagged_spanish_pdf_a_with_a_title(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "es-MX"
        assert bool(document.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in document.Root
        metadata = document.open_metadata()
        assert metadata["dc:title"] == "Acuse de recibo OP-2026-000123-5"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert all([int(side) for side in page.mediabox] == [0, 0, 612, 792] for page in document.pages)


def test_the_headings_and_the_table_are_tagged(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        tags = [
            item for item in document.objects if isinstance(item, pikepdf.Dictionary) and {"/P", "/S"} <= item.keys()
        ]
        kinds = [str(item.S) for item in tags]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == len(HEADINGS)
    assert {"/Table", "/TH", "/TD", "/Figure"} <= set(kinds)


def test_all_fonts_are_embedded(pdf: bytes, tool: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf)
    listed = subprocess.run([tool("pdffonts"), "a.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True)
    rows = listed.stdout.splitlines()[2:]
    assert rows
    assert all(re.search(r" yes yes yes +\d+ +0$", row) for row in rows)


def test_qpdf_finds_nothing_wrong(pdf: bytes, tool: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf)
    subprocess.run([tool("qpdf"), "--check", "a.pdf"], cwd=tmp_path, check=True, capture_output=True)


def test_it_lists_21_documents_over_numbered_pages() -> None:
    many = replace(acuse(), documents=tuple(document(number, "Título largo " * 15) for number in range(1, 22)))
    pages = page_texts(acuse_pdf(many, ATTACHMENTS))
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"página {number} de {len(pages)}" in page
        assert "Folio OP-2026-000123-5" in page
    for number in range(1, 22):
        assert sum(sha256(f"documento {number}") in page for page in pages) == 1


def test_the_digest_of_every_photograph_is_there_over_as_many_pages_as_it_takes() -> None:
    photos = tuple(sha256(f"foto {number}") for number in range(1, 61))
    main = replace(acuse().documents[0], photos=photos)
    pages = page_texts(acuse_pdf(replace(acuse(), documents=(main, document(2))), ATTACHMENTS))
    for number, photo in enumerate(photos, start=1):
        [page] = [page for page in pages if photo in page]
        assert f"Foto {number}" in page
    assert any(sha256("documento 2") in page for page in pages)


def stretched(value: str) -> AcuseContent:
    """Every text that a citizen types, as long as it may be."""
    content = acuse()
    return replace(
        content,
        parties=tuple(replace(party, name=value, note=value) for party in content.parties),
        matter=replace(content.matter, asunto=value, authority=value, previous_folio=value),
        documents=tuple(replace(item, title=value, filename=value) for item in content.documents),
        signers=tuple(replace(item, subject=value, issuer=value) for item in content.signers),
        state=replace(content.state, defects=(value,)),
    )


@pytest.mark.parametrize("value", ["Ñandú " * 33, "W" * 200, "ruta/de/archivo_" * 12, "😀" * 100, "שלום " * 30])
def test_nothing_long_leaves_its_page(value: str) -> None:
    pdf = acuse_pdf(stretched(value), {})
    for number in range(len(page_texts(pdf))):
        image = picture(pdf, number).convert("L")
        right_margin = image.crop((image.width - 74, 0, image.width, image.height))
        assert right_margin.getextrema() == (255, 255)


@pytest.mark.parametrize("anexos", range(5, 19))
def test_no_page_begins_in_the_middle_of_a_section(anexos: int) -> None:
    content = replace(acuse(), documents=tuple(document(number) for number in range(1, anexos + 2)))
    for page in page_texts(acuse_pdf(content, {}))[1:]:
        assert page.startswith((*HEADINGS, "Núm. Documento", "La oficina"))


def test_how_a_term_was_found_ends_before_its_basis_begins() -> None:
    for computation in ("15 días hábiles", "15 días hábiles."):
        term = replace(acuse().terms[0], computation=computation)
        assert "15 días hábiles. Fundamento: art. 8." in one_line(
            text_of(acuse_pdf(replace(acuse(), terms=(term,)), {}))
        )


def test_what_somebody_cannot_have_is_not_asked_for() -> None:
    company = AcuseParty("Promovente", "Vecinos, A. C.", "Persona jurídica colectiva", curp=None)
    foreigner = replace(acuse().signers[0], curp="", rfc="")
    shown = one_line(text_of(acuse_pdf(replace(acuse(), parties=(company,), signers=(foreigner,)), {})))
    assert "CURP" not in shown
    assert "RFC No se proporcionó" in shown


def test_a_seal_that_is_not_to_be_seen_is_told_beside_its_document() -> None:
    main = replace(acuse().documents[0], note="El sello va dentro del archivo.")
    assert "El sello va dentro del archivo." in text_of(acuse_pdf(replace(acuse(), documents=(main,)), {}))


def test_the_same_acuse_gives_the_same_bytes(pdf: bytes) -> None:
    assert acuse_pdf(acuse(), ATTACHMENTS) == pdf


def test_no_field_is_taken_for_markup() -> None:
    hostile = '#read("/etc/passwd") $x$ *a* @ref <label> `c` // d'
    shown = one_line(text_of(acuse_pdf(stretched(hostile), {})))
    assert shown.count('#read("/etc/passwd")') > 8
    assert "root:" not in shown
