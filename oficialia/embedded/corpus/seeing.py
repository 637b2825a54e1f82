"""What one sees of a sealed copy: whether the stamp's QR is read, and whether all words are still there."""

import re
import shutil
from collections import Counter
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Literal, cast

import pypdfium2
import zxingcpp

from oficialia.embedded.corpus.pdfsig import limited
from signing.errors import SandboxFailure
from signing.likeness import pixel
from signing.place import annotations
from signing.sandbox import Sandbox

PIXELS_A_POINT = 200 / 72
LARGEST_RASTER = 6000
"""Pixels of the longer side: a poster at 200 dots an inch would take a gigabyte."""
AROUND = 10
"""Points around the stamp."""
MOST_CODES = 20
Words = Literal["todas", "faltan", "no-responde", "no-instalado"]


def reads_the_stamp(sandbox: Sandbox, sealed: Path) -> bool:
    """Whether page 1, rendered, shows a QR that leads to a verification address. Raises SandboxUnavailable."""
    try:
        reply = sandbox.call(
            "oficialia.embedded.corpus.seeing:codes_in_child", reads=[sealed], path=str(sealed.resolve())
        )
    except SandboxFailure:
        return False
    return any("/v/" in text for text in reply.value)


def codes_in_child(path: str) -> list[str]:
    """The texts of the codes on page 1 of a PDF, some at most; for the sandbox."""
    with closing(pypdfium2.PdfDocument(path)) as document:
        document.init_forms()
        page = document[0]
        places = [(0.0, 0.0, 0.0, 0.0)]
        if max(page.get_size()) * PIXELS_A_POINT > LARGEST_RASTER:  # a poster: its annotations alone
            places = [_margins(page, box) for box in islice(annotations(page), MOST_CODES)]
        pictures = (page.render(scale=PIXELS_A_POINT, crop=place, may_draw_forms=True).to_pil() for place in places)
        found = [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]
    return found[:MOST_CODES]


def _margins(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """What to cut off a page, as shown, so that a rectangle of user space is left with a little around it."""
    width, height = (int(side) for side in page.get_size())
    (x0, y0), (x1, y1) = (pixel(page, (width, height), *corner) for corner in (box[:2], box[2:]))
    left, top, right, bottom = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    cut = (left, height - bottom, width - right, top)
    return cast(tuple[float, float, float, float], tuple(max(0, side - AROUND) for side in cut))


def words_kept(original: Path, sealed: Path) -> Words:
    """Whether every word that poppler's `pdftotext` reads in `original`, fields of forms included, is in `sealed`."""
    program = shutil.which("pdftotext")
    if not program:
        return "no-instalado"
    before, after = (limited(program, "-enc", "UTF-8", str(file), "-") for file in (original, sealed))
    if before is None or after is None:
        return "no-responde"
    return "faltan" if _counted(before) - _counted(after) else "todas"


def _counted(text: str) -> "Counter[str]":
    """Letters and digits rather than words: an appearance drawn anew breaks its lines elsewhere."""
    return Counter(re.sub(r"\W", "", text))
