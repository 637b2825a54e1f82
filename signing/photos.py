"""Photographs of a paper made into a PDF, one to a page. Decoded only inside the sandbox.

What comes out shows what the citizen saw: upright, on white, at most 200 dots an inch. The photographs themselves are
kept by the caller byte for byte; this is a copy to read, to stamp and to seal.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

from signing.errors import DocumentRefused, RefusalCode, SandboxFailure
from signing.photo_pages import Photo, write_pages
from signing.sandbox import Limits, Sandbox

DOTS_PER_INCH = 200
# Letter (8.5 by 11 inches) less a margin of a quarter of an inch all around.
BOX_INCHES = (8.0, 10.5)
JPEG_QUALITY = 85

# A megapixel of JPEG takes 0.02 s, as it is decoded at a fraction of its size; 150 is beyond the phones in use.
MAX_JPEG_PIXELS = 150_000_000
# PNG is decoded whole, and once more for its transparency: 320 MiB.
MAX_PNG_PIXELS = 40_000_000
SECONDS_EACH = 5


def photos_pdf(sandbox: Sandbox, images: Sequence[Path], target: Path) -> None:
    """Write the PDF of these JPEG or PNG files, in their order, to `target`; one page each, with alternative text.

    Raises DocumentRefused with `imagen_ilegible` or `imagen_demasiado_grande`; then `target` is not to be used.
    """
    seconds = Limits().cpu_seconds + SECONDS_EACH * len(images)
    try:
        sandbox.call(
            "signing.photos:photos_in_child",
            limits=Limits(cpu_seconds=seconds, wall_seconds=seconds + SECONDS_EACH),
            reads=images,
            writes=target.parent,
            images=[str(image.resolve()) for image in images],
            target=str(target.resolve()),
        )
    except SandboxFailure as failure:
        too_large = failure.reason in {"time", "memory"}
        code = RefusalCode.IMAGE_TOO_LARGE if too_large else RefusalCode.IMAGE_UNREADABLE
        raise DocumentRefused(code, failure.detail) from failure


def photos_in_child(images: Sequence[str], target: str) -> int:
    """The part of `photos_pdf` that looks into the images, for the sandbox; gives the number of pages."""
    return write_pages(_prepared(images), Path(target))


def _prepared(images: Sequence[str]) -> Iterator[Photo]:
    for path in images:
        try:
            with Image.open(path, formats=("JPEG", "PNG")) as opened:
                refuse_oversize(opened)
                yield _redrawn(opened)
        except Image.DecompressionBombError as fault:
            raise DocumentRefused(RefusalCode.IMAGE_TOO_LARGE, str(fault)) from fault
        except (OSError, SyntaxError, ValueError) as fault:
            raise DocumentRefused(RefusalCode.IMAGE_UNREADABLE, str(fault)) from fault


def refuse_oversize(image: Image.Image) -> None:
    """Raises DocumentRefused for an image, opened and not yet decoded, of more pixels than are ever decoded."""
    limit = MAX_PNG_PIXELS if image.format == "PNG" else MAX_JPEG_PIXELS
    if image.width * image.height > limit:
        raise DocumentRefused(RefusalCode.IMAGE_TOO_LARGE, f"{image.width} x {image.height}")


class _Box(NamedTuple):
    width: int
    height: int


def _box(image: Image.Image) -> _Box:
    """The dots that fit on the page, turned as the image is."""
    short, long = (round(side * DOTS_PER_INCH) for side in BOX_INCHES)
    return _Box(long, short) if image.width > image.height else _Box(short, long)


def _redrawn(image: Image.Image) -> Photo:
    box = _box(image)
    # JPEG only: the decoder halves as often as it can while it decodes, so that the full size is never in memory.
    image.draft("RGB", box)
    image.thumbnail(box, Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(image)
    drawn = on_white(upright)
    jpeg = BytesIO()
    drawn.save(jpeg, "JPEG", quality=JPEG_QUALITY, optimize=True, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return Photo(jpeg.getvalue(), drawn.width, drawn.height, gray=drawn.mode == "L")


def on_white(image: Image.Image) -> Image.Image:
    """RGB or grayscale without transparency."""
    if image.mode.startswith("I"):
        # Sixteen bits a dot: Pillow would cut, not scale, them to eight.
        return image.point(lambda value: value / 257).convert("L")
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")
