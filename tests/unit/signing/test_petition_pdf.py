"""What a citizen types or photographs becomes a document that shows just that."""

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from signing.errors import DocumentRefused, RefusalCode
from signing.petition_pdf import TypedPetition, photos_pdf, typed_petition_pdf
from signing.place import EDGE, find_place
from signing.sandbox import Sandbox
from signing.stamp import SMALLEST, TALL, WIDE
from tests.support.pages import page_texts, picture, text_of

PETITION = TypedPetition(
    municipality="Municipio de Chalco",
    office="Oficialía de Partes Digital",
    date_line="Chalco, jueves 19 de marzo de 2026",
    addressed_to="Presidencia Municipal\nPresente",
    asunto="Bache en la calle Riva Palacio",
    paragraphs=("Pido que se repare el bache.", "Uno.\nDos."),
    applicant_lines=("María Guadalupe Ñúñez Xóchitl", "Por conducto de: José Ángel"),
)
RED, WHITE = (254, 0, 0), (255, 255, 255)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


def test_the_letter_has_all_its_parts_in_order() -> None:
    shown = text_of(typed_petition_pdf(PETITION))
    for part in (
        PETITION.date_line, PETITION.asunto, "Presidencia Municipal\nPresente", "Pido que se repare el bache.",
        "Uno.\nDos.", "Atentamente", *PETITION.applicant_lines,
    ):  # fmt: skip
        _, found, shown = shown.partition(part)
        assert found, part


def test_the_letter_is_tagged_spanish_and_titled_by_its_asunto() -> None:
    with pikepdf.open(BytesIO(typed_petition_pdf(PETITION))) as document:
        assert str(document.Root.Lang) == "es-MX"
        assert bool(document.Root.MarkInfo.Marked)
        assert document.open_metadata()["dc:title"] == PETITION.asunto
        assert not document.attachments


def test_the_letter_has_room_for_the_stamp_above_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(typed_petition_pdf(PETITION))
    found = find_place(tmp_path / "a.pdf", [WIDE, TALL], SMALLEST)
    assert found is not None
    assert found.box == pytest.approx((612 - EDGE - WIDE[0], 792 - EDGE - WIDE[1], 612 - EDGE, 792 - EDGE))


def test_twenty_thousand_characters_flow_over_numbered_pages() -> None:
    paragraph = "La calle está sin luz desde hace tres semanas. " * 21
    pages = page_texts(typed_petition_pdf(replace(PETITION, paragraphs=(paragraph,) * 20)))
    assert len(pages) > 4
    assert all(f"página {number} de {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert sum(page.count("semanas.") for page in pages) == 420


@pytest.mark.parametrize(
    "text", ["", "😟🙏🏽 ¡ya!", "السلام عليكم", "日本語", "\x00\x07\ud83d", "\u202eoculto", "a\u0308" * 50, "\n\n"]
)
def test_no_text_of_a_phone_stops_it(text: str) -> None:
    pdf = typed_petition_pdf(replace(PETITION, asunto=text, paragraphs=(text,), applicant_lines=(text,)))
    assert len(page_texts(pdf)) == 1


def photo(path: Path, size: tuple[int, int] = (400, 300), mode: str = "RGB", **options: object) -> Path:
    """White, its upper left quarter red."""
    image = Image.new("RGB", size, WHITE)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=RED)
    image.convert(mode).save(path, **options)  # type: ignore[arg-type]
    return path


def made(sandbox: Sandbox, folder: Path, *images: Path) -> bytes:
    photos_pdf(sandbox, images, folder / "fotos.pdf")
    return (folder / "fotos.pdf").read_bytes()


def page_size(page: pikepdf.Page) -> tuple[int, int]:
    _, _, width, height = (int(side) for side in page.mediabox)
    return width, height


def quarters(pdf: bytes, page: int = 0) -> list[bool]:
    """Which quarters of the picture are red: upper left, upper right, lower left, lower right."""
    image = picture(pdf, page, 36).convert("RGB")
    colours = [image.getpixel((int(image.width * x), int(image.height * y))) for y in (0.3, 0.7) for x in (0.3, 0.7)]
    return [isinstance(colour, tuple) and colour[0] > 150 and colour[1] < 100 for colour in colours]


def test_each_photograph_is_one_page_turned_as_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    pdf = made(sandbox, tmp_path, photo(tmp_path / "a.jpg"), photo(tmp_path / "b.png", (300, 400)))
    with pikepdf.open(BytesIO(pdf)) as document:
        assert [page_size(page) for page in document.pages] == [(792, 612), (612, 792)]
    assert quarters(pdf, 0) == quarters(pdf, 1) == [True, False, False, False]


@pytest.mark.parametrize("size", [(1500, 2000), (2000, 1500)])
@pytest.mark.parametrize("colour", ["darkgreen", (235, 228, 214)], ids=["dark", "paper"])
def test_the_stamp_has_its_whole_size_and_covers_nothing_of_a_photograph(
    sandbox: Sandbox, tmp_path: Path, size: tuple[int, int], colour: str | tuple[int, int, int]
) -> None:
    Image.new("RGB", size, colour).save(tmp_path / "a.jpg")
    pdf = made(sandbox, tmp_path, tmp_path / "a.jpg", tmp_path / "a.jpg")
    found = find_place(tmp_path / "fotos.pdf", [WIDE, TALL], SMALLEST)
    assert found is not None
    left, bottom, right, top = found.box
    assert sorted((right - left, top - bottom)) == pytest.approx(sorted((WIDE, TALL)[found.drawing]))
    with pikepdf.open(BytesIO(pdf)) as document:
        x0, y0, x1, y1 = map(float, document.Root.StructTreeRoot.K[0].K[0].A.BBox)
    assert left >= x1 or right <= x0 or bottom >= y1 or top <= y0


def test_only_the_first_page_makes_room_for_the_stamp(sandbox: Sandbox, tmp_path: Path) -> None:
    first, second = (photo(tmp_path / f"{name}.jpg", (3000, 4000)) for name in "ab")
    with pikepdf.open(BytesIO(made(sandbox, tmp_path, first, second))) as document:
        tall = [float(figure.A.BBox[3] - figure.A.BBox[1]) for figure in document.Root.StructTreeRoot.K[0].K]
    assert tall == pytest.approx([792 - 18 - 87, 792 - 2 * 18])


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, [1, 0, 0, 0]), (2, [0, 1, 0, 0]), (3, [0, 0, 0, 1]), (6, [0, 1, 0, 0]), (8, [0, 0, 1, 0])],
)
def test_the_camera_s_orientation_is_followed(
    sandbox: Sandbox, tmp_path: Path, orientation: int, expected: list[int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pdf = made(sandbox, tmp_path, photo(tmp_path / "a.jpg", exif=exif))
    assert quarters(pdf) == [bool(quarter) for quarter in expected]


def test_a_turned_photograph_loses_no_detail_to_its_page(sandbox: Sandbox, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pdf = made(sandbox, tmp_path, photo(tmp_path / "a.jpg", (4000, 3000), exif=exif))
    assert drawn_size(pdf) == (1575, 2100)


def drawn_size(pdf: bytes) -> tuple[int, int]:
    with pikepdf.open(BytesIO(pdf)) as document:
        image = document.pages[0].obj.Resources.XObject.Foto
        return int(image.Width), int(image.Height)


def test_a_large_photograph_is_brought_to_200_dots_an_inch(sandbox: Sandbox, tmp_path: Path) -> None:
    width, height = drawn_size(made(sandbox, tmp_path, photo(tmp_path / "a.jpg", (9000, 6000))))
    assert (width, height) == (2100, 1400)


def test_a_small_photograph_is_not_blown_up(sandbox: Sandbox, tmp_path: Path) -> None:
    assert drawn_size(made(sandbox, tmp_path, photo(tmp_path / "a.png"))) == (400, 300)


@pytest.mark.parametrize(("name", "mode"), [("a.jpg", "CMYK"), ("a.jpg", "L"), ("a.png", "P"), ("a.png", "1")])
def test_every_colour_space_of_cameras_and_scanners_is_drawn(
    sandbox: Sandbox, tmp_path: Path, name: str, mode: str
) -> None:
    image = picture(made(sandbox, tmp_path, photo(tmp_path / name, mode=mode)), dots_per_inch=36).convert("L")
    red, white = (image.getpixel((int(image.width * x), int(image.height * 0.3))) for x in (0.3, 0.7))
    assert isinstance(red, int | float)
    assert red < 200
    assert white == 255


def test_transparency_becomes_white(sandbox: Sandbox, tmp_path: Path) -> None:
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(tmp_path / "a.png")
    image = picture(made(sandbox, tmp_path, tmp_path / "a.png"), dots_per_inch=36).convert("L")
    assert image.getextrema() == (255, 255)


def test_sixteen_bits_are_scaled_not_cut(sandbox: Sandbox, tmp_path: Path) -> None:
    gray = Image.frombytes("I;16", (64, 64), struct.pack("<H", 0x8000) * 64 * 64)
    gray.save(tmp_path / "a.png")
    image = picture(made(sandbox, tmp_path, tmp_path / "a.png"), dots_per_inch=36).convert("L")
    assert image.getpixel((image.width // 2, image.height // 2)) in range(120, 136)


def test_it_is_tagged_with_a_text_for_each_photograph(sandbox: Sandbox, tmp_path: Path) -> None:
    images = [photo(tmp_path / f"{number}.jpg") for number in range(3)]
    with pikepdf.open(BytesIO(made(sandbox, tmp_path, *images))) as document:
        figures = document.Root.StructTreeRoot.K[0].K
        assert [str(figure.Alt) for figure in figures] == [f"Fotografía {number} de 3" for number in (1, 2, 3)]
        assert str(document.Root.Lang) == "es-MX"
        assert bool(document.Root.MarkInfo.Marked)
        assert not document.check_pdf_syntax()


def test_the_same_photographs_give_the_same_bytes(sandbox: Sandbox, tmp_path: Path) -> None:
    image = photo(tmp_path / "a.jpg")
    assert made(sandbox, tmp_path, image) == made(sandbox, tmp_path, image)


def png(width: int, height: int) -> bytes:
    """The head of a PNG of that size, and hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7000, 20_000, 2_000_000_000])
def test_a_bomb_is_refused_as_too_large(sandbox: Sandbox, tmp_path: Path, side: int) -> None:
    (tmp_path / "a.png").write_bytes(png(side, side))
    with pytest.raises(DocumentRefused) as refused:
        made(sandbox, tmp_path, tmp_path / "a.png")
    assert refused.value.code is RefusalCode.IMAGE_TOO_LARGE


@pytest.mark.parametrize("content", [b"", b"no es imagen", png(100, 100), b"GIF89a" + bytes(50), b"\xff\xd8\xff\xe0"])
def test_what_is_no_whole_jpeg_or_png_is_refused_as_unreadable(
    sandbox: Sandbox, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(DocumentRefused) as refused:
        made(sandbox, tmp_path, tmp_path / "a.jpg")
    assert refused.value.code is RefusalCode.IMAGE_UNREADABLE


def test_a_truncated_jpeg_is_refused_as_unreadable(sandbox: Sandbox, tmp_path: Path) -> None:
    image = photo(tmp_path / "a.jpg", (1600, 1200))
    image.write_bytes(image.read_bytes()[:-2000])
    with pytest.raises(DocumentRefused) as refused:
        made(sandbox, tmp_path, image)
    assert refused.value.code is RefusalCode.IMAGE_UNREADABLE
