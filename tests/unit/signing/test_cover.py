"""The carátula: it says what was received, and carries it byte for byte."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pikepdf
import pypdfium2
import pytest

from signing.cover import ATTACHMENT, REASONS, CoverContent, Kind, Why, make_cover

AT = datetime(2026, 11, 23, 17, 43, 10, tzinfo=UTC)
ORIGINAL = b"%PDF-1.4 esto no lo abre nadie \x00\xff" + bytes(range(256)) * 50
CONTENT = CoverContent(
    municipality="Municipio de Chalco",
    office="Oficialía de Partes Digital",
    folio="OP-2026-000123-5",
    registered_at="23 de noviembre de 2026, 17:43:10",
    filename="petición #1 *urgente* $x$.pdf",
    sha256=sha256(ORIGINAL).hexdigest(),
    size=len(ORIGINAL),
    url="https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H",
)


@pytest.fixture(params=list(REASONS))
def why(request: pytest.FixtureRequest) -> Why:
    reason: Why = request.param
    return reason


def cover(folder: Path, why: Why = "no_extensible", content: CoverContent = CONTENT) -> Path:
    (folder / "original").write_bytes(ORIGINAL)
    make_cover(content, why, folder / "original", folder / "caratula.pdf", at=AT)
    return folder / "caratula.pdf"


def text_of(path: Path) -> str:
    return " ".join(str(pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range()).split())


def test_carries_the_original_byte_for_byte(tmp_path: Path) -> None:
    with pikepdf.open(cover(tmp_path)) as document:
        specification = document.attachments[ATTACHMENT]
        assert specification.get_file().read_bytes() == ORIGINAL
        assert specification.obj.AFRelationship == "/Source"
        assert [each.objgen for each in document.Root.AF] == [specification.obj.objgen]


def test_poppler_finds_the_attachment(tmp_path: Path, tool: Callable[[str], str]) -> None:
    page = cover(tmp_path)
    subprocess.run([tool("pdfdetach"), "-save", "1", "-o", str(tmp_path / "salvado"), str(page)], check=True)
    assert (tmp_path / "salvado").read_bytes() == ORIGINAL


def test_says_what_was_received(tmp_path: Path, why: Why) -> None:
    text = text_of(cover(tmp_path, why))
    for words in (CONTENT.folio, CONTENT.registered_at, CONTENT.sha256, CONTENT.url, REASONS[why]):
        assert words in text
    assert f"{len(ORIGINAL):,} bytes" in text


def test_says_what_the_document_is(tmp_path: Path) -> None:
    received, answered = (text_of(cover(tmp_path, content=replace(CONTENT, kind=kind))) for kind in get_args(Kind))
    assert "Carátula de recepción" in received
    assert "Recibimos su documento. El original va adjunto" in received
    assert "Carátula de respuesta" in answered
    assert "Esta es la respuesta de la autoridad. El original va adjunto" in answered
    assert "Recibimos" not in answered


def test_a_file_name_is_shown_and_never_obeyed(tmp_path: Path) -> None:
    assert CONTENT.filename in text_of(cover(tmp_path))


def test_is_one_tagged_page_in_spanish(tmp_path: Path) -> None:
    with pikepdf.open(cover(tmp_path)) as document:
        assert len(document.pages) == 1
        assert str(document.Root.Lang) == "es-MX"
        assert bool(document.Root.MarkInfo.Marked)
