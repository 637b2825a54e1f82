"""A document written anew shows what it showed, or is not taken."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pypdfium2 import PdfiumError

from signing import likeness
from signing.likeness import NotAlike, require_alike
from signing.rewrite import rewrite
from tests.support.papers import need_appearances, text_field, write_pdf

FIELD = (100.0, 400.0, 400.0, 430.0)
TEXT = b"BT /F1 12 Tf 100 700 Td (%s) Tj ET"
Change = Callable[[pikepdf.Pdf], None]


def letter(path: Path, *, words: bytes = b"Solicito la poda de un arbol", pages: int = 2) -> Path:
    """Pages with a line of text and a black square."""
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for _ in range(pages):
            page = document.add_blank_page(page_size=(612, 792))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = document.make_stream(TEXT % words + b"\n100 100 50 50 re f")
        document.save(path)
    return path


def changed(source: Path, change: Change) -> Path:
    copy = source.with_name("copia.pdf")
    with pikepdf.open(source) as document:
        change(document)
        document.save(copy)
    return copy


def page_lost(document: pikepdf.Pdf) -> None:
    del document.pages[1]


def page_turned(document: pikepdf.Pdf) -> None:
    document.pages[1].rotate(90, relative=False)


def word_changed(document: pikepdf.Pdf) -> None:
    page = document.pages[1]
    page.Contents = document.make_stream(page.Contents.read_bytes().replace(b"arbol", b"ARBOL"))


def word_hidden(document: pikepdf.Pdf) -> None:
    """Invisible text: it is read as before, and not seen."""
    page = document.pages[1]
    page.Contents = document.make_stream(page.Contents.read_bytes().replace(b"Tf", b"Tf 3 Tr"))


def picture_lost(document: pikepdf.Pdf) -> None:
    page = document.pages[1]
    page.Contents = document.make_stream(page.Contents.read_bytes().replace(b"50 50 re", b"1 1 re"))


CHANGES: dict[Change, str] = {
    page_lost: "1 pages of 2",
    page_turned: "page 2: its size",
    word_changed: "page 2: its text",
    word_hidden: "page 2: its picture",
    picture_lost: "page 2: its picture",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_lost_or_changed_is_named(tmp_path: Path, change: Change) -> None:
    source = letter(tmp_path / "a.pdf")
    with pytest.raises(NotAlike) as fault:
        require_alike(source, changed(source, change))
    assert str(fault.value) == CHANGES[change]


def test_a_faithful_copy_is_taken(tmp_path: Path) -> None:
    source = letter(tmp_path / "a.pdf")
    source.write_bytes(source.read_bytes().replace(b"startxref\n", b"startxref\n9"))
    rewrite(source, tmp_path / "copia.pdf")
    require_alike(source, tmp_path / "copia.pdf")


def test_a_field_may_be_drawn_otherwise_but_not_be_blank(tmp_path: Path) -> None:
    form = need_appearances(text_field("nombre", "María Peña", FIELD))
    source, copy = write_pdf(tmp_path / "a.pdf", form=form), tmp_path / "copia.pdf"
    rewrite(source, copy)
    require_alike(source, copy)
    with pikepdf.open(copy, allow_overwriting_input=True) as document:
        widget = document.pages[0].Annots[0]
        widget.AP = pikepdf.Dictionary(N=document.make_stream(b"", Type=pikepdf.Name.XObject, BBox=[0, 0, 300, 30]))
        widget.AP.N.Subtype = pikepdf.Name.Form
        del widget.V
        document.save(copy)
    with pytest.raises(NotAlike, match="an annotation that is gone"):
        require_alike(source, copy)


def test_what_cannot_be_opened_or_not_be_compared_in_time_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = letter(tmp_path / "a.pdf")
    (tmp_path / "nada.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    with pytest.raises(PdfiumError):
        require_alike(source, tmp_path / "nada.pdf")
    monkeypatch.setattr(likeness, "MOST_SECONDS", -1.0)
    with pytest.raises(NotAlike, match="no time to compare page 1"):
        require_alike(source, source)
