"""Pictures of pages: what they show, how large they are, and what cannot be drawn."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from signing.errors import DocumentRefused, SandboxFailure
from signing.page_picture import LONGEST_PIXELS, Kind, draw
from signing.sandbox import Sandbox
from tests.support.papers import Paper, write_pdf


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox."""
    box = Sandbox(require_isolation=False)
    yield box
    box.close()


def picture(sandbox: Sandbox, path: Path, kind: Kind = "PDF", page: int = 0) -> Image.Image:
    """What is drawn of it."""
    target = path.parent / "dibujo" / "pagina.webp"
    target.parent.mkdir(exist_ok=True)
    draw(sandbox, path, kind, page, target)
    drawn = Image.open(io.BytesIO(target.read_bytes()))
    assert drawn.format == "WEBP"
    return drawn.convert("RGB")


@pytest.mark.parametrize(
    ("paper", "size"),
    [
        (Paper(), (1236, 1600)),
        (Paper(box=(0, 0, 200, 100), filled=()), (1600, 800)),
        (Paper(box=(0, 0, 200, 100), filled=(), rotate=90), (800, 1600)),
        (Paper(box=(0, 0, 14400, 14400), filled=()), (1600, 1600)),
        (Paper(box=(0, 0, 4, 4), filled=()), (1600, 1600)),
    ],
    ids=["letter", "wide", "turned", "huge", "tiny"],
)
def test_a_page_of_any_size_is_a_picture_of_bounded_size(
    sandbox: Sandbox, tmp_path: Path, paper: Paper, size: tuple[int, int]
) -> None:
    drawn = picture(sandbox, write_pdf(tmp_path / "a.pdf", paper))
    assert max(drawn.size) == LONGEST_PIXELS
    assert all(abs(got - wanted) <= 1 for got, wanted in zip(drawn.size, size, strict=True))


def test_what_is_on_the_page_is_in_the_picture(sandbox: Sandbox, tmp_path: Path) -> None:
    half = Paper(box=(0, 0, 100, 100), filled=((0, 50, 100, 100),))
    drawn = picture(sandbox, write_pdf(tmp_path / "a.pdf", half))
    assert drawn.getpixel((800, 200)) == (0, 0, 0)
    assert drawn.getpixel((800, 1400)) == (255, 255, 255)


def test_a_page_that_there_is_none_of_is_not_drawn(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(SandboxFailure):
        picture(sandbox, write_pdf(tmp_path / "a.pdf"), page=1)


@pytest.mark.parametrize("content", [b"", b"no es un PDF", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_document_is_not_drawn(sandbox: Sandbox, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(SandboxFailure):
        picture(sandbox, path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photograph_is_drawn_upright_and_smaller(sandbox: Sandbox, tmp_path: Path, kind: Kind) -> None:
    photo = Image.new("RGB", (3000, 2000), "white")
    photo.paste("black", (0, 0, 1500, 2000))
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the phone turned
    path = tmp_path / "foto"
    photo.save(path, kind, exif=exif)
    drawn = picture(sandbox, path, kind)
    assert drawn.size == (1067, 1600)
    top, bottom = drawn.getpixel((500, 100)), drawn.getpixel((500, 1500))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert max(top) < 10
    assert min(bottom) > 245


def test_a_photograph_beyond_reason_is_refused_before_it_is_decoded(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "foto.png"
    Image.new("1", (8000, 8000)).save(path)
    with pytest.raises(DocumentRefused):
        picture(sandbox, path, "PNG")
