"""The stamp: what a citizen sees of the seal, drawn by hand as PDF content.

Two drawings of the same words, one wide for the head or foot of a page and one tall for its sides; `signing.place`
chooses which one fits. They are drawn here, beside the key, from our own words only; the sandbox merely embeds them.
Opaque white ground, so that the QR is read over anything; every letter stands in an embedded font.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from signing.fonts import Weight
from signing.qr import DARK, qr_rows
from signing.stamp_font import face, face_as_json

INK = "0.13 0.13 0.15"
ACCENT = "0.07 0.24 0.29"
"""The wine red of the office's other papers; dark enough to read when printed in grey."""
FAINT = "0.36 0.36 0.40"

WIDE = (216.0, 70.0)
TALL = (70.0, 150.0)
"""Width and height in points at standard size; `signing.place` may shrink them to `SMALLEST`."""
SMALLEST = 0.72
"""At this scale a QR module is 0.35 mm and the folio 8 pt: below it neither a telephone nor an eye reads them."""

QUIET_ZONE = 3
"""Modules of white around the QR. The norm asks for 4; the fourth is `QR_INSET`."""
QR_INSET = 2.0
PADDING = 5.0
BORDER = 0.8
LEADING = 1.08
"""Height of a line in sizes; `DESCENT` of it lies below the base line."""
DESCENT = 0.24
SLIGHTLY = 0.85
"""A line may shrink to this before it is broken."""
RESOURCE = {Weight.REGULAR: "F1", Weight.SEMIBOLD: "F2"}
"""Names of the faces in the resources of the appearance."""

RUN_OF_DARK = re.compile(re.escape(DARK) + b"+")

JSON = dict[str, Any]


@dataclass(frozen=True)
class StampContent:
    """The words of the stamp, already worded in es-MX.

    ` · ` in `office` begins a new line. `url` is what the QR says: the page where the document is verified, whose last
    part is the código de verificación.
    """

    office: str
    folio: str
    registered_at: str
    digest_prefix: str
    url: str

    def summary(self) -> str:
        """One line for those who cannot see the stamp (the alternate name of the field)."""
        return f"Sello de {self.office}. Folio {self.folio}. Registrado: {self.registered_at}."


@dataclass(frozen=True)
class _Line:
    """A line of text at its size in points, with the white above it."""

    text: str
    weight: Weight
    size: float
    color: str
    gap: float

    def wrapped(self, width: float) -> list["_Line"]:
        """This line in parts that fit `width`: shrunk a little if that spares a break, else broken between words."""
        if face(self.weight).width(self.text, self.size * SLIGHTLY) <= width:
            return [self._shrunk(self.text, width, self.gap)]
        parts: list[str] = []
        for word in self.text.split():
            joined = f"{parts[-1]} {word}" if parts else word
            if parts and face(self.weight).width(joined, self.size) <= width:
                parts[-1] = joined
            else:
                parts.append(word)
        return [self._shrunk(part, width, self.gap if number == 0 else 0.5) for number, part in enumerate(parts)]

    def _shrunk(self, text: str, width: float, gap: float) -> "_Line":
        natural = face(self.weight).width(text, self.size)
        return replace(self, text=text, gap=gap, size=self.size * min(1, width / natural))


@dataclass(frozen=True)
class _Qr:
    """A QR of `size` modules a side: the dark ones as rectangles in modules, those that touch in a row joined."""

    size: int
    dark: str

    def at(self, x: float, y: float, side: float) -> str:
        """The drawing in a square with its quiet zone; all filled at once: no hairlines between."""
        step = side / (self.size + 2 * QUIET_ZONE)
        left, bottom = x + QUIET_ZONE * step, y + QUIET_ZONE * step
        return f"q {step:.4f} 0 0 {step:.4f} {left:.3f} {bottom:.3f} cm 0 g\n{self.dark}\nf Q\n"


def draw(content: StampContent) -> JSON:
    """Both drawings and the faces they use, in a form that enters the sandbox (see `signing.appearance`)."""
    qr = _qr(content.url)
    return {
        "summary": content.summary(),
        "smallest": SMALLEST,
        "faces": {RESOURCE[weight]: face_as_json(weight) for weight in RESOURCE},
        "drawings": [_wide(content, qr), _tall(content, qr)],
    }


def _wide(content: StampContent, qr: _Qr) -> JSON:
    width, height = WIDE
    side = height - 2 * QR_INSET
    left = QR_INSET + side + 2
    text = _text(_lines(content), left, PADDING, width - left - PADDING, height - 2 * PADDING)
    return _drawing(WIDE, qr.at(QR_INSET, QR_INSET, side) + text)


def _tall(content: StampContent, qr: _Qr) -> JSON:
    width, height = TALL
    side = width - 2 * QR_INSET
    bottom = height - QR_INSET - side
    text = _text(_lines(content), PADDING, PADDING, width - 2 * PADDING, bottom - PADDING)
    return _drawing(TALL, qr.at(QR_INSET, bottom, side) + text)


def _lines(content: StampContent) -> list[_Line]:
    address, _, code = content.url.rpartition("/")
    place = urlsplit(address)
    office = [_Line(part, Weight.SEMIBOLD, 7.5, INK, 0) for part in content.office.split(" · ")]
    return [
        *office,
        _Line(content.folio, Weight.SEMIBOLD, 14, ACCENT, 0.5),
        _Line(f"Registrado: {content.registered_at}", Weight.REGULAR, 7, INK, 1),
        _Line(f"SHA-256: {content.digest_prefix}…", Weight.REGULAR, 6.5, INK, 0.5),
        _Line(f"Verifique en {place.netloc}{place.path}/", Weight.REGULAR, 6, FAINT, 1.5),
        _Line(code, Weight.SEMIBOLD, 6, FAINT, 0),
    ]


def _text(lines: Iterable[_Line], x: float, y: float, width: float, height: float) -> str:
    """The lines, wrapped to `width`, shrunk together if they are too many, and centred in `height`."""
    wrapped = [part for line in lines for part in line.wrapped(width)]
    natural = sum(line.gap + line.size * LEADING for line in wrapped)
    scale = min(1, height / natural)
    top = y + (height + natural * scale) / 2
    shown = []
    for line in wrapped:
        top -= (line.gap + line.size * LEADING) * scale
        shown.append(_line(line, x, top + line.size * DESCENT * scale, line.size * scale))
    return "BT\n" + "\n".join(shown) + "\nET\n"


def _line(line: _Line, x: float, y: float, size: float) -> str:
    glyphs = face(line.weight).encode(line.text)
    return f"/{RESOURCE[line.weight]} {size:.3f} Tf {line.color} rg 1 0 0 1 {x:.2f} {y:.2f} Tm <{glyphs}> Tj"


def _qr(url: str) -> "_Qr":
    rows = qr_rows(url)
    runs = (
        f"{run.start()} {height} {len(run[0])} 1 re"
        for height, row in enumerate(reversed(rows))
        for run in RUN_OF_DARK.finditer(row)
    )
    return _Qr(len(rows), "\n".join(runs))


def _drawing(size: tuple[float, float], inside: str) -> JSON:
    width, height = size
    half = BORDER / 2
    ground = f"1 g 0 0 {width:g} {height:g} re f\n"
    border = f"{ACCENT} RG {BORDER} w {half} {half} {width - BORDER:g} {height - BORDER:g} re S\n"
    return {"width": width, "height": height, "content": f"q\n{ground}{border}{inside}Q\n"}
