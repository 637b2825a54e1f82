"""Where on page 1 the stamp covers nothing. Runs in the sandbox: it renders a document that nobody trusts.

The page is rendered small, as a reader shows it (crop, rotation and annotations included). What differs from white is
ink, be it as pale as it likes; where that leaves no room, what differs more than a scanner's noise does; and then what
differs from the commonest colour, if that is a light one: the ground of a sheet that was scanned or tinted. Rectangles
of annotations count as ink, because an empty form field shows none. The stamp goes into the largest free place near an
edge, and nowhere when there is none.
"""

import ctypes
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
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
PALE_CONTRAST = 5
"""The same on white that no scanner touched, where text may be as pale as its author liked."""
DARKEST_GROUND = 160
"""A ground darker than this is a picture, and a picture is not to be covered."""
EDGE = 9.0
"""Points between stamp and edge of the page: printers leave that much blank."""
INSETS = (EDGE, 18.0, 27.0, 36.0, 45.0)
"""How far from the edge a stamp may lie, in points, the nearest first: many a paper has a frame near its edge."""
CLEARANCE = 4.0
"""Points of white between the stamp and the nearest ink."""
HEAD_ROWS = 120
HEAD = HEAD_ROWS - 2.0 * CELL
"""Pixels, and points that they show for certain. Most pages have room there, and then the rest is not looked at."""
INK = 255
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


@dataclass(frozen=True)
class _Ground:
    """A colour that may be stamped, and by how much ink must differ from it."""

    colour: Colour
    contrast: int


class _Picture:
    """The page as a reader shows it, in pixels; no more of it is rendered than is asked for."""

    def __init__(self, page: pypdfium2.PdfPage, view: _View) -> None:
        self._page, self._scale = page, min(1.0, LONGEST_RASTER / max(view.size))
        self.width, self.height = (math.ceil(side * self._scale) for side in page.get_size())

    @cached_property
    def head(self) -> Image.Image:
        """Its first `HEAD_ROWS` rows, pixel for pixel as they are in the whole."""
        return self._rendered(without=self.height - HEAD_ROWS)

    @cached_property
    def whole(self) -> Image.Image:
        """All of it."""
        return self._rendered(without=0)

    def _rendered(self, *, without: int) -> Image.Image:
        """All but the last rows."""
        # Half a pixel less: pdfium's binding rounds up.
        crop = (0, max(0, without - 0.5) / self._scale, 0, 0)
        # With a fourth byte that nobody uses pdfium draws in a quarter of the time.
        drawn = self._page.render(
            scale=self._scale, crop=crop, may_draw_forms=True, rev_byteorder=True, prefer_bgrx=True
        )
        image: Image.Image = drawn.to_pil()
        return image


class _Grid:
    """Which cells hold ink."""

    def __init__(self, picture: _Picture, ground: _Ground, view: _View, marked: Sequence[Rectangle]) -> None:
        """`marked`: rectangles, as shown, that count as ink."""
        self._picture, self._ground, self._marked = picture, ground, marked
        self._width, self._height = view.size
        self._across = -(-picture.width // CELL) / self._width
        self._down = -(-picture.height // CELL) / self._height

    def first_free(self, width: float, height: float) -> Rectangle | None:
        """The first place along the edges that no ink touches, in the order in which an office would stamp.

        Head, foot, right, left; along head and foot from the right, along the sides from above; then farther inside.
        """
        found = (self._first_at(inset, width, height) for inset in INSETS)
        return next(filter(None, found), None)

    def _first_at(self, inset: float, width: float, height: float) -> Rectangle | None:
        right, bottom = self._width - inset - width, self._height - inset - height
        if right < inset or bottom < inset:
            return None
        for top in (inset, bottom):
            across = _first_gap(self._ink_across(top, height), _steps(right, inset), width, self._across)
            if across is not None:
                return across, top, across + width, top + height
        for left in (right, inset):
            down = _first_gap(self._ink_down(left, width), _steps(inset, bottom), height, self._down)
            if down is not None:
                return left, down, left + width, down + height
        return None

    def _ink_across(self, top: float, height: float) -> bytes:
        """For each column of cells, whether it holds ink from `top` on."""
        first, last = _cells(top, height, self._down)
        cells = self._head if top + height < HEAD else self._page
        return bytes(cells.crop((0, first, cells.width, last)).getprojection()[0])

    def _ink_down(self, left: float, width: float) -> bytes:
        """For each row of cells, whether it holds ink from `left` on."""
        first, last = _cells(left, width, self._across)
        return bytes(self._page.crop((first, 0, last, self._page.height)).getprojection()[1])

    @cached_property
    def _head(self) -> Image.Image:
        return self._inked(self._picture.head)

    @cached_property
    def _page(self) -> Image.Image:
        return self._inked(self._picture.whole)

    def _inked(self, image: Image.Image) -> Image.Image:
        """The cells of a part of the page, from its top on; what holds ink is not zero."""
        red, green, blue = (
            image.getchannel(channel).point(_inked_levels(level, self._ground.contrast)).reduce(CELL)
            for channel, level in enumerate(self._ground.colour)
        )
        cells = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        for left, top, right, bottom in self._marked:
            box = (*_cells(left, right - left, self._across, 0), *_cells(top, bottom - top, self._down, 0))
            cells.paste(INK, (box[0], box[2], box[1], box[3]))
        return cells


def _first_gap(ink: bytes, starts: Iterable[float], length: float, density: float) -> float | None:
    """The first of `starts` from which on `length` points hold no ink."""
    if bytes(int((length + 2 * CLEARANCE) * density) + 1) not in ink:
        return None
    return next((start for start in starts if ink.find(1, *_cells(start, length, density)) < 0), None)


def _steps(start: float, end: float) -> Iterator[float]:
    """From `start` towards `end`, a cell at a time."""
    count, direction = int(abs(end - start) / CELL) + 1, CELL if end > start else -CELL
    return (start + number * direction for number in range(count))


def _cells(start: float, length: float, density: float, around: float = CLEARANCE) -> tuple[int, int]:
    """The first and the last but one of the cells that a length touches, with the clearance around it."""
    return max(0, int((start - around) * density)), max(0, int((start + length + around) * density) + 1)


@cache
def _inked_levels(ground: int, contrast: int) -> list[int]:
    """INK for each level of a colour that differs from the ground, else zero."""
    return [INK if abs(level - ground) >= contrast else 0 for level in range(256)]


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
        picture = _Picture(page, view)
        fields = [view.to_shown(box) for box in annotations(page)]
        wanted = [(width / unit, height / unit) for width, height in sizes]
        grids = (_Grid(picture, ground, view, fields) for ground in _grounds(picture))
        found = (_search(grid, view, wanted, smallest) for grid in grids)
        return next(filter(None, found), None)
    finally:
        document.close()


def _search(grid: _Grid, view: _View, sizes: Sequence[tuple[float, float]], smallest: float) -> Place | None:
    for step, (number, size) in product(range(STEPS), enumerate(sizes)):
        scale = 1 - (1 - smallest) * step / (STEPS - 1)
        width, height = size[0] * scale, size[1] * scale
        if shown := grid.first_free(width, height):
            return Place(number, view.to_user_space(shown), view.rotation)
    return None


def _grounds(picture: _Picture) -> Iterator[_Ground]:
    """What may be stamped, best first: a blank margin before the sheet that was scanned or photographed into it."""
    yield _Ground(WHITE, PALE_CONTRAST)
    yield _Ground(WHITE, INK_CONTRAST)
    histogram = picture.whole.histogram()
    red, green, blue = (max(range(256), key=histogram[start : start + 256].__getitem__) for start in (0, 256, 512))
    if min(red, green, blue) >= DARKEST_GROUND and (red, green, blue) != WHITE:
        yield _Ground((red, green, blue), INK_CONTRAST)


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
