"""Where on page 1 the stamp covers nothing. Runs in the sandbox: it renders a document that nobody trusts.

The page is rendered small, as a reader shows it (crop, rotation and annotations included). What differs from white is
ink; where that leaves no room, what differs from the commonest colour, if that is a light one: the ground of a sheet
that was scanned or tinted. Rectangles of annotations count as ink, because an empty form field shows none. The stamp
goes into the largest free place along an edge, and nowhere when there is none.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops

LONGEST_RASTER = 1100
"""Pixels of the longer side at most: below 1 pixel a point, thin strokes would fade into the ground."""
CELL = 3
"""Pixels of a side of the cells that are searched."""
INK_CONTRAST = 20
"""Levels of 255 by which a pixel must differ from the ground to be ink; the noise of scanners stays below."""
DARKEST_GROUND = 160
"""A ground darker than this is a picture, and a picture is not to be covered."""
EDGE = 9.0
"""Points between stamp and edge of the page: printers leave that much blank."""
CLEARANCE = 4.0
"""Points of white between the stamp and the nearest ink."""
STEPS = 5
"""Sizes tried between the standard one and the smallest."""
MOST_ANNOTATIONS = 5000

JSON = dict[str, Any]
Rectangle = tuple[float, float, float, float]
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True)
class Place:
    """A place for drawing number `drawing`: `box` in user space, on a page shown with `rotation` degrees clockwise."""

    drawing: int
    box: Rectangle
    rotation: int


@dataclass(frozen=True)
class _View:
    """The page as shown: its box in user space, its rotation, and its size in points of user space."""

    box: Rectangle
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        left, bottom, right, top = self.box
        sides = (right - left, top - bottom)
        return sides if self.rotation in (0, 180) else (sides[1], sides[0])

    def to_user_space(self, shown: Rectangle) -> Rectangle:
        """The rectangle of user space that is shown at `shown`, whose origin is the top left corner."""
        first, second = (self._point(shown[0], shown[1]), self._point(shown[2], shown[3]))
        return (
            min(first[0], second[0]),
            min(first[1], second[1]),
            max(first[0], second[0]),
            max(first[1], second[1]),
        )

    def _point(self, across: float, down: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        match self.rotation:
            case 90:
                return left + down, bottom + across
            case 180:
                return right - across, bottom + down
            case 270:
                return right - down, top - across
            case _:
                return left + across, top - down

    def to_shown(self, box: Rectangle) -> Rectangle:
        """The inverse of `to_user_space`."""
        left, bottom, right, top = self.box
        x0, y0, x1, y1 = box
        match self.rotation:
            case 90:
                return y0 - bottom, x0 - left, y1 - bottom, x1 - left
            case 180:
                return right - x1, y0 - bottom, right - x0, y1 - bottom
            case 270:
                return top - y1, right - x1, top - y0, right - x0
            case _:
                return x0 - left, top - y1, x1 - left, top - y0


class _Grid:
    """Which cells hold ink, with running sums so that a rectangle is judged in four look-ups."""

    def __init__(self, ink: Image.Image, view: _View, marked: Iterable[Rectangle]) -> None:
        width, height = view.size
        self._cells = ink.reduce(CELL).point(lambda level: 1 if level else 0)
        self.across, self.down = self._cells.width / width, self._cells.height / height
        for shown in marked:
            self._mark(shown)
        self._sum_up()

    def _mark(self, shown: Rectangle) -> None:
        """Count this rectangle as ink."""
        left, top, right, bottom = self._cells_of(shown)
        if right > left and bottom > top:
            self._cells.paste(1, (left, top, right, bottom))

    def _sum_up(self) -> None:
        width, data = self._cells.width, self._cells.tobytes()
        sums = [[0] * (width + 1)]
        for start in range(0, len(data), width):
            row = [0, *accumulate(data[start : start + width])]
            sums.append([above + own for above, own in zip(sums[-1], row, strict=True)])
        self._sums = sums

    def is_free(self, shown: Rectangle) -> bool:
        """Whether no ink touches this rectangle."""
        left, top, right, bottom = self._cells_of(shown)
        low, high = self._sums[top], self._sums[bottom]
        return high[right] - high[left] - low[right] + low[left] == 0

    def _cells_of(self, shown: Rectangle) -> tuple[int, int, int, int]:
        left, top, right, bottom = shown
        return (
            max(0, int(left * self.across)),
            max(0, int(top * self.down)),
            min(self._cells.width, int(right * self.across) + 1),
            min(self._cells.height, int(bottom * self.down) + 1),
        )


def find_place(path: Path, sizes: Sequence[tuple[float, float]], smallest: float, unit: float = 1.0) -> Place | None:
    """The largest free place along an edge of page 1 for one of `sizes` (points), shrunk to `smallest` at most.

    `unit` is the page's UserUnit. Same document, same place. None when every place would cover something or leave the
    page. Raises what pdfium raises on a page that it cannot render.
    """
    document = pypdfium2.PdfDocument(path)
    try:
        document.init_forms()
        page = document[0]
        view = _View(page.get_bbox(), page.get_rotation() % 360)
        image = _rendered(page, view)
        fields = [view.to_shown(box) for box in annotations(page)]
        wanted = [(width / unit, height / unit) for width, height in sizes]
        found = (
            _search(_Grid(_ink(image, ground), view, fields), view, wanted, smallest) for ground in _grounds(image)
        )
        return next(filter(None, found), None)
    finally:
        document.close()


def _search(grid: _Grid, view: _View, sizes: Sequence[tuple[float, float]], smallest: float) -> Place | None:
    for step, (number, size) in product(range(STEPS), enumerate(sizes)):
        scale = 1 - (1 - smallest) * step / (STEPS - 1)
        width, height = size[0] * scale, size[1] * scale
        for left, top in _positions(view.size, width, height):
            shown = (left, top, left + width, top + height)
            around = (left - CLEARANCE, top - CLEARANCE, left + width + CLEARANCE, top + height + CLEARANCE)
            if grid.is_free(around):
                return Place(number, view.to_user_space(shown), view.rotation)
    return None


def _positions(page: tuple[float, float], width: float, height: float) -> Iterator[tuple[float, float]]:
    """Top left corners along the edges, in the order in which an office would stamp: head, foot, right, left."""
    right, bottom = page[0] - EDGE - width, page[1] - EDGE - height
    if right < EDGE or bottom < EDGE:
        return
    across = [right - step * CELL for step in range(int((right - EDGE) / CELL) + 1)]
    down = [EDGE + step * CELL for step in range(int((bottom - EDGE) / CELL) + 1)]
    yield from ((left, EDGE) for left in across)
    yield from ((left, bottom) for left in across)
    yield from ((right, top) for top in down)
    yield from ((EDGE, top) for top in down)


def _rendered(page: pypdfium2.PdfPage, view: _View) -> Image.Image:
    scale = min(1.0, LONGEST_RASTER / max(view.size))
    image: Image.Image = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True).to_pil()
    return image.convert("RGB")


def _grounds(image: Image.Image) -> Iterator[Colour]:
    """What may be stamped, best first: a blank margin before the sheet that was scanned or photographed into it."""
    yield WHITE
    histogram = image.histogram()
    red, green, blue = (max(range(256), key=histogram[start : start + 256].__getitem__) for start in (0, 256, 512))
    if min(red, green, blue) >= DARKEST_GROUND and (red, green, blue) != WHITE:
        yield red, green, blue


def _ink(image: Image.Image, ground: Colour) -> Image.Image:
    """White where a pixel differs from the ground."""
    channels = ImageChops.difference(image, Image.new("RGB", image.size, ground)).split()
    strongest = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    return strongest.point(lambda level: 255 if level >= INK_CONTRAST else 0)


def annotations(page: pypdfium2.PdfPage) -> Iterator[Rectangle]:
    """The rectangle of each annotation, in user space."""
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        rectangle = pdfium.FS_RECTF()
        if annotation and pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle)):
            left, right = sorted((rectangle.left, rectangle.right))
            bottom, top = sorted((rectangle.bottom, rectangle.top))
            yield left, bottom, right, top
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)
