"""A picture of one page of a document that somebody else wrote, to be looked at without opening the document.

What draws it is a child of the sandbox; what leaves it is a WebP of bounded size, which the caller may show as it is:
it holds nothing of the document but its pixels.
"""

from contextlib import closing
from pathlib import Path
from typing import Literal

import pypdfium2
from PIL import Image, ImageOps

from signing.photos import on_white, refuse_oversize
from signing.sandbox import Limits, Sandbox

Kind = Literal["PDF", "JPEG", "PNG"]
# A letter page at 145 dots an inch: small print can be read, and a large screen is filled.
LONGEST_PIXELS = 1600
QUALITY = 80
# A person waits: what is not drawn by then is told to be heavy. The picture of the densest scan has half a megabyte.
LIMITS = Limits(memory_bytes=512 << 20, cpu_seconds=8, wall_seconds=10, file_bytes=4 << 20)


def draw(sandbox: Sandbox, path: Path, kind: Kind, page: int, target: Path) -> None:
    """Write the picture of page number ``page`` (from 0; of an image the only one) to ``target``.

    Raises SandboxFailure and DocumentRefused for what cannot be drawn, SandboxUnavailable.
    """
    sandbox.call(
        "signing.page_picture:draw_in_child",
        limits=LIMITS,
        reads=[path],
        writes=target.parent,
        path=str(path.resolve()),
        kind=kind,
        page=page,
        target=str(target.resolve()),
    )


def draw_in_child(path: str, kind: Kind, page: int, target: str) -> None:
    """The part of `draw` that looks into the document, for the sandbox."""
    picture = _page(path, page) if kind == "PDF" else _image(path, kind)
    picture.save(target, "WEBP", quality=QUALITY)


def _page(path: str, number: int) -> Image.Image:
    with closing(pypdfium2.PdfDocument(path)) as document:
        document.init_forms()
        with closing(document[number]) as page:
            picture: Image.Image = page.render(scale=LONGEST_PIXELS / max(page.get_size())).to_pil()
            return on_white(picture)


def _image(path: str, kind: Kind) -> Image.Image:
    with Image.open(path, formats=[kind]) as image:
        refuse_oversize(image)
        box = (LONGEST_PIXELS, LONGEST_PIXELS)
        image.draft("RGB", box)
        image.thumbnail(box, Image.Resampling.LANCZOS)
        return on_white(ImageOps.exif_transpose(image))
