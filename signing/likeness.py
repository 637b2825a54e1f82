"""Whether a copy that was written anew still shows what its original showed. Runs in the sandbox.

Every page of both is read and rendered by the same reader (pdfium). Text and picture must be the same; an annotation or
a field of a form may be drawn otherwise, for the copy has appearances of its own, but not vanish. What cannot be
compared, or not in time, counts as different: the caller then keeps the original under a carátula.
"""

import ctypes
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops

from signing.place import annotations

LONGEST_RASTER = 700
"""Pixels of the longer side: a letter of 8 points is 7 pixels high, so that none can vanish unseen."""
CONTRAST = 24
"""Levels of 255 by which pixels must differ to count; the same reader gives the same pixels."""
MOST_SECONDS = 6.0
"""CPU time. Some 300 pages; a longer document that has to be repaired goes under a carátula."""

Pixels = tuple[int, int, int, int]


class NotAlike(Exception):
    """The copy shows something else than its original, or nobody can tell."""


def require_alike(original: Path, copy: Path) -> None:
    """Raises NotAlike, or what pdfium raises when it opens one of them not at all."""
    until = time.process_time() + MOST_SECONDS
    with _opened(original) as before, _opened(copy) as after:
        if len(before) != len(after):
            raise NotAlike(f"{len(after)} pages of {len(before)}")
        for number in range(len(before)):
            if time.process_time() > until:
                raise NotAlike(f"no time to compare page {number + 1}")
            if reason := _difference(before, after, number):
                raise NotAlike(f"page {number + 1}: {reason}")


@contextmanager
def _opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    with closing(pypdfium2.PdfDocument(path)) as document:
        document.init_forms()
        yield document


def _difference(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, number: int) -> str:
    """In what the two pages differ; empty when in nothing."""
    with closing(before[number]) as old, closing(after[number]) as new:
        if (old.get_bbox(), old.get_rotation()) != (new.get_bbox(), new.get_rotation()):
            return "its size"
        if _text(old) != _text(new):
            return "its text"
        if not _same(_picture(old), _picture(new)):
            return "its picture"
        return "an annotation that is gone" if _lost_annotation(old, new) else ""


def _lost_annotation(old: pypdfium2.PdfPage, new: pypdfium2.PdfPage) -> bool:
    """Whether an annotation, or a field of a form, showed something in `old` and shows nothing in `new`."""
    boxes = list(annotations(old))
    if not boxes:
        return False
    was, became = ((_picture(page), _picture(page, annotated=True)) for page in (old, new))
    cut = [_pixels(old, was[0].size, box) for box in boxes]
    return any(_shows(was, box) and not _shows(became, box) for box in cut)


def _shows(pictures: tuple[Image.Image, Image.Image], box: Pixels) -> bool:
    """Whether the page looks different there with its annotations than without them."""
    plain, annotated = pictures
    return not _same(plain.crop(box), annotated.crop(box))


def _text(page: pypdfium2.PdfPage) -> str:
    with closing(page.get_textpage()) as text:
        return str(text.get_text_range())


def _picture(page: pypdfium2.PdfPage, *, annotated: bool = False) -> Image.Image:
    scale = LONGEST_RASTER / max(page.get_size())
    bitmap = page.render(scale=scale, draw_annots=annotated, may_draw_forms=annotated, grayscale=True)
    picture: Image.Image = bitmap.to_pil()
    return picture


def _same(one: Image.Image, other: Image.Image) -> bool:
    strongest = ImageChops.difference(one, other).getextrema()[1]
    return int(strongest) < CONTRAST  # type: ignore[arg-type]


def _pixels(page: pypdfium2.PdfPage, size: tuple[int, int], box: tuple[float, float, float, float]) -> Pixels:
    """A rectangle of user space in pixels of a picture of that size, one pixel at least."""
    (x0, y0), (x1, y1) = pixel(page, size, box[0], box[1]), pixel(page, size, box[2], box[3])
    left, top = max(0, min(x0, x1)), max(0, min(y0, y1))
    return left, top, max(left + 1, min(size[0], max(x0, x1))), max(top + 1, min(size[1], max(y0, y1)))


def pixel(page: pypdfium2.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    """Where a point of user space lies on a picture of the page of that size; the origin is its top left corner."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value
