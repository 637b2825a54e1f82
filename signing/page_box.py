"""What part of page 1 is shown, and how: read from the page tree, where every reader must find the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.rw_common import PdfHandler

TOLERANCE = 1.0
"""Points by which two readers may round a box differently."""
MOST_LEVELS = 64
"""Depth of the page tree beyond which it is a loop."""

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class PageBox:
    """The crop box within the media box, in user space, whose unit is `unit` points; rotation in degrees clockwise."""

    box: Rectangle
    rotation: int
    unit: float

    def holds(self, box: Rectangle, rotation: int) -> bool:
        """Whether `box` lies on what is shown of the page, seen with that rotation."""
        left, bottom, right, top = self.box
        within = (
            box[0] >= left - TOLERANCE
            and box[1] >= bottom - TOLERANCE
            and box[2] <= right + TOLERANCE
            and box[3] <= top + TOLERANCE
        )
        return within and rotation == self.rotation


def first_page_box(handler: PdfHandler) -> PageBox:
    """The box of page 1; raises PdfReadError when it has none."""
    page = handler.find_page_for_modification(0)[0].get_object()
    media = _rectangle(_inherited(page, "/MediaBox"))
    if media is None:
        raise PdfReadError("page 1 has no MediaBox")
    crop = _rectangle(_inherited(page, "/CropBox")) or media
    shown = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if shown[2] <= shown[0] or shown[3] <= shown[1]:
        shown = media
    return PageBox(shown, int(_inherited(page, "/Rotate") or 0) % 360, float(entry(page, "/UserUnit", 1)) or 1.0)


def annotations_are_shared(handler: PdfHandler) -> bool:
    """Whether another page has the very list of annotations of page 1: what is hung into it shows on both."""
    first = handler.find_page_for_modification(0)[0]
    mine = _raw(first.get_object(), "/Annots")
    if not isinstance(mine, IndirectObject):
        return False
    others = (page for number, page in _pages(handler) if number != first.idnum)
    return any(_raw(page, "/Annots") == mine for page in others)


def _pages(handler: PdfHandler) -> Iterator[tuple[int, Any]]:
    """Every page, in no order, with the number of its object."""
    waiting, seen = [_raw(handler.root, "/Pages")], set[int]()
    while waiting:
        node = waiting.pop()
        number, held = node.idnum, node.get_object()
        if number in seen:
            continue
        seen.add(number)
        if "/Kids" in held:
            waiting.extend(held["/Kids"].raw_get(number) for number in range(len(held["/Kids"])))
        else:
            yield number, held


def _raw(dictionary: Any, key: str) -> Any:
    return dictionary.raw_get(key) if key in dictionary else None


def entry(dictionary: Any, key: str, otherwise: Any) -> Any:
    """The value of `key`, followed if it is a reference: pyHanko's own `get` does not follow."""
    return dictionary[key] if key in dictionary else otherwise  # noqa: SIM401


def _inherited(page: Any, key: str) -> Any:
    node = page
    for _ in range(MOST_LEVELS):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return None


def _rectangle(value: Any) -> Rectangle | None:
    """Two opposite corners, in whatever order they were written."""
    if value is None or len(value) != 4:
        return None
    x0, y0, x1, y1 = (float(value[index]) for index in range(4))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
