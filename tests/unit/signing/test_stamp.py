"""The stamp on the page: upright, its QR decodes in two renderers, its letters are embedded and can be copied."""

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from signing.fonts import Weight
from signing.prepare import prepare
from signing.stamp import StampContent, draw
from signing.stamp_font import REPERTOIRE, face, writable
from tests.support.papers import Paper, write_pdf

CONTENT = StampContent(
    office="Oficialía de Partes Digital · Municipio de Chalco",
    folio="OP-2026-000123-5",
    registered_at="23 de noviembre de 2026, 17:43:10",
    digest_prefix="3fa9c1d2e4b5a697",
    url="https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H",
)
DPI = 200


def stamped(folder: Path, paper: Paper, content: StampContent = CONTENT) -> Path:
    """A page with its stamp and an empty gap, as it leaves the sandbox."""
    source, increment = write_pdf(folder / "origen.pdf", paper), folder / "aumento"
    outcome = prepare(
        str(source), str(folder / "base.pdf"), str(increment), field="Sello", at="2026-11-23T17:43:10-06:00",
        reason="Recepción", office="Oficialía", reserve=4096, art=draw(content),
    )  # fmt: skip
    assert outcome["outcome"] == "prepared", outcome
    assert outcome["visible"], outcome
    target = folder / "sellado.pdf"
    target.write_bytes(source.read_bytes() + increment.read_bytes())
    return target


def by_pdfium(path: Path) -> Image.Image:
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    image: Image.Image = document[0].render(scale=DPI / 72, may_draw_forms=True).to_pil().convert("RGB")
    return image


def by_poppler(path: Path, pdftoppm: str) -> Image.Image:
    command = [pdftoppm, "-r", str(DPI), "-cropbox", "-png", str(path)]
    return Image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)).convert("RGB")


def qr_codes(image: Image.Image) -> list[tuple[str, int]]:
    """Text and orientation (degrees) of each QR in the image."""
    return [(code.text, round(code.orientation / 90) * 90) for code in zxingcpp.read_barcodes(image)]


SHAPES = {
    "wide": Paper(filled=()),
    "smallest": Paper(box=(0, 0, 180, 72), filled=()),
    "tall": Paper(box=(0, 0, 100, 400), filled=()),
    "origin elsewhere": Paper(box=(-300, 500, 312, 1292), filled=()),
    "cropped": Paper(box=(0, 0, 1000, 1000), crop=(300, 250, 700, 800), filled=()),
}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("shape", SHAPES)
def test_qr_reads_upright_in_both_renderers(
    tmp_path: Path, shape: str, rotate: int, tool: Callable[[str], str]
) -> None:
    page = stamped(tmp_path, replace(SHAPES[shape], rotate=rotate))
    assert qr_codes(by_pdfium(page)) == [(CONTENT.url, 0)]
    assert qr_codes(by_poppler(page, tool("pdftoppm"))) == [(CONTENT.url, 0)]


def test_the_stamp_is_drawn_in_ink_over_an_opaque_ground(tmp_path: Path) -> None:
    """On a coloured sheet the stamp stays white, so that the QR keeps its contrast."""
    cream = ((1.0, 0.9, 0.7), (0.0, 0.0, 612.0, 792.0))
    page = by_pdfium(stamped(tmp_path, Paper(filled=(), colored=(cream,))))
    sheet = page.getpixel((5, 5))
    colors = {color for _, color in page.getcolors(1 << 20) or []}
    assert sheet != (255, 255, 255)
    assert {(255, 255, 255), (0, 0, 0)} <= colors
    assert qr_codes(page) == [(CONTENT.url, 0)]


@pytest.mark.parametrize("shared", [True, False])
def test_the_stamp_appears_on_no_other_page(tmp_path: Path, shared: bool) -> None:
    """Pages may have their list of annotations in common: what is hung into it for one shows on all."""
    source, increment = write_pdf(tmp_path / "origen.pdf"), tmp_path / "aumento"
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.pages.append(document.pages[0])
        empty = document.make_indirect(pikepdf.Array())
        document.pages[0].obj.Annots = empty
        document.pages[1].obj.Annots = empty if shared else document.make_indirect(pikepdf.Array())
        document.save(source)
    outcome = prepare(
        str(source), str(tmp_path / "base.pdf"), str(increment), field="Sello", at="2026-11-23T17:43:10-06:00",
        reason="Recepción", office="Oficialía", reserve=4096, art=draw(CONTENT),
    )  # fmt: skip
    assert outcome["visible"] is not shared


def test_outside_the_stamp_no_pixel_changes(tmp_path: Path) -> None:
    page = stamped(tmp_path, Paper())
    before, after = by_pdfium(tmp_path / "origen.pdf"), by_pdfium(page)
    with pikepdf.open(page) as document:
        left, bottom, right, top = (float(number) * DPI / 72 for number in document.pages[0].Annots[0].Rect)
    box = (int(left) - 1, int(before.height - top) - 1, int(right) + 2, int(before.height - bottom) + 2)
    for image in (before, after):
        image.paste((9, 9, 9), box)
    assert before.tobytes() == after.tobytes()


def test_page_content_is_untouched(tmp_path: Path) -> None:
    page = stamped(tmp_path, Paper())
    with pikepdf.open(tmp_path / "origen.pdf") as before, pikepdf.open(page) as after:
        assert before.pages[0].Contents.read_bytes() == after.pages[0].Contents.read_bytes()
        assert after.pages[0].Contents.objgen == before.pages[0].Contents.objgen


def test_the_letters_are_embedded(tmp_path: Path, tool: Callable[[str], str]) -> None:
    page = stamped(tmp_path, Paper())
    listed = subprocess.run([tool("pdffonts"), str(page)], capture_output=True, check=True, text=True).stdout
    fonts = [line.split() for line in listed.splitlines()[2:]]
    assert fonts, "pdffonts sees the fonts of annotations"
    assert all("SourceSansPro" in line[0] and line[-5:-2] == ["yes", "yes", "yes"] for line in fonts)


def shown_text(page: Path) -> str:
    """The words of the appearance, decoded as a reader does: through the ToUnicode map of each font."""
    with pikepdf.open(page) as document:
        appearance = document.pages[0].Annots[0].AP.N
        maps = {name: to_unicode(font) for name, font in appearance.Resources.Font.items()}
        return "\n".join(lines_of(appearance.read_bytes().decode("ascii"), maps))


def to_unicode(font: pikepdf.Object) -> dict[str, str]:
    pairs = re.findall(rb"<(\w{4})> <(\w{4})>", font.ToUnicode.read_bytes())
    return {glyph.decode(): chr(int(character, 16)) for glyph, character in pairs}


def lines_of(content: str, maps: dict[str, dict[str, str]]) -> Iterator[str]:
    for name, glyphs in re.findall(r"(/F\d) [^<]*<(\w*)> Tj", content):
        yield "".join(maps[name][glyphs[start : start + 4]] for start in range(0, len(glyphs), 4))


def test_its_text_can_be_copied(tmp_path: Path) -> None:
    text = shown_text(stamped(tmp_path, Paper()))
    for words in ("Oficialía de Partes Digital", CONTENT.folio, CONTENT.registered_at, CONTENT.digest_prefix):
        assert words in text
    assert "7KQF-M2XD-9PRT-ZB4H" in text


def test_the_field_says_in_words_what_the_stamp_shows(tmp_path: Path) -> None:
    with pikepdf.open(stamped(tmp_path, Paper())) as document:
        assert CONTENT.folio in str(document.pages[0].Annots[0].TU)


def test_long_names_shrink_and_strange_letters_do_not_break_it(tmp_path: Path) -> None:
    content = replace(
        CONTENT, office="Oficialía de Partes Digital y Ventanilla Única · Ayuntamiento Constitucional de Ñuñoa 漢字"
    )
    page = stamped(tmp_path, Paper(), content)
    assert "Ñuñoa ??" in shown_text(page).replace("\n", " ")
    assert qr_codes(by_pdfium(page)) == [(CONTENT.url, 0)]


def test_every_spanish_letter_can_be_written() -> None:
    spanish = "áéíóúüñÁÉÍÓÚÜÑ¿¡“”–—…·"
    assert writable(spanish) == spanish
    assert set(spanish) <= set(REPERTOIRE)
    assert writable("Łódź") == "?ódz"
    assert writable("n\u0303") == "ñ"


def test_faces_are_prepared_once() -> None:
    assert face(Weight.REGULAR) is face(Weight.REGULAR)
