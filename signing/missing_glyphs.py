"""Characters that no font of the office draws (emoji, distant scripts) still come out: boxed, and copyable.

A missing glyph would be an empty box that every character shares, so the text could not be copied back, and PDF/A
forbids it. Instead a tiny font is made for the document: one glyph for each missing character, a box with its code
point in hexadecimal, as text editors show it.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from signing.fonts import Weight, font_path

FAMILY = "Oficialia Codigo"
"""Last but one in the font list of every template; absent when no character is missing."""

_UNITS = 1000
_WIDTH, _BOTTOM, _TOP, _LINE = 1040, -180, 780, 40
_DIGIT_SCALE = 0.62
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@cache
def _drawn() -> frozenset[int]:
    """Code points that every face in use draws: a fallback for one face only would be found too late."""
    maps = [frozenset(TTFont(font_path(weight), lazy=True).getBestCmap()) for weight in Weight]
    return frozenset.intersection(*maps)


def missing_characters(text: str) -> frozenset[str]:
    """The characters of the text that Source Sans Pro lacks and that are meant to be seen."""
    return frozenset(char for char in set(text) if ord(char) not in _drawn() and _is_visible(char))


def write_code_font(characters: Iterable[str], target: Path) -> None:
    """Write a TrueType font of family `FAMILY` whose glyphs are boxed code points. A tenth of a millisecond each."""
    names = {ord(char): f"u{ord(char):04X}" for char in sorted(characters)}
    glyphs = {".notdef": TTGlyphPen(None).glyph(), "box": _box(), **_digits()}
    # Made of parts: drawing the outlines anew for every character would cost ten times as much.
    glyphs |= {name: _boxed(f"{code:04X}") for code, name in names.items()}
    builder = FontBuilder(_UNITS, isTTF=True)
    # Without the time of making, so that the same text gives the same bytes.
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (_WIDTH, _LINE)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "psName": "OficialiaCodigo-Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200, sCapHeight=660)
    builder.setupPost()
    builder.save(target)


def _is_visible(char: str) -> bool:
    # Joiners and variation selectors have no picture of their own; the typesetter drops them, and so must we.
    if any(ord(char) in selectors for selectors in _VARIATION_SELECTORS):
        return False
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}


def _boxed(code: str) -> Any:
    """Two rows of two or three digits within a box, as the code has four to six."""
    pen = TTGlyphPen(_AnyGlyph())
    pen.addComponent("box", (1, 0, 0, 1, 0, 0))
    half = (len(code) + 1) // 2
    for row, baseline in ((code[:half], 350), (code[half:], -90)):
        for place, digit in enumerate(row):
            centre = _WIDTH * (place + 1) // (len(row) + 1)
            pen.addComponent(f"digit{digit}", (1, 0, 0, 1, centre, baseline))
    return pen.glyph()


class _AnyGlyph(dict[str, None]):
    """The pen asks whether a part exists; all that are used here do."""

    def __contains__(self, name: object) -> bool:
        return True


def _digits() -> dict[str, Any]:
    """The sixteen hexadecimal digits, standing on the line and centred on the origin."""
    font = TTFont(font_path(Weight.SEMIBOLD), lazy=True)
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    drawn = {}
    for digit in "0123456789ABCDEF":
        glyph, pen = glyphs[names[ord(digit)]], TTGlyphPen(None)
        left = -glyph.width * _DIGIT_SCALE / 2
        glyph.draw(TransformPen(pen, (_DIGIT_SCALE, 0, 0, _DIGIT_SCALE, left, 0)))
        drawn[f"digit{digit}"] = pen.glyph()
    return drawn


def _box() -> Any:
    pen = TTGlyphPen(None)
    _rectangle(pen, _LINE, _BOTTOM, _WIDTH - _LINE, _TOP, clockwise=True)
    _rectangle(pen, 2 * _LINE, _BOTTOM + _LINE, _WIDTH - 2 * _LINE, _TOP - _LINE, clockwise=False)
    return pen.glyph()


def _rectangle(pen: TTGlyphPen, left: int, bottom: int, right: int, top: int, *, clockwise: bool) -> None:
    corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
    first, *others = corners if clockwise else list(reversed(corners))
    pen.moveTo(first)
    for corner in others:
        pen.lineTo(corner)
    pen.closePath()
