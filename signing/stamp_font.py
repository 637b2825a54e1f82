"""The letters of the stamp: two faces reduced to what Spanish needs, ready to be embedded in any PDF.

Reducing a face takes a third of a second, so it is done once a process and the same 7 KB go into every document.
Text is written as glyph numbers (Identity-H), with a ToUnicode map so that it can be copied (ISO 32000-1, 9.10.3).
"""

import base64
import io
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

from signing.fonts import Weight, font_path

REPERTOIRE = "".join(map(chr, range(0x20, 0x7F))) + "áéíóúüñÁÉÍÓÚÜÑàèìòùçÀÈÌÒÙÇ¿¡ºª°«»–—‘’“”…·"
"""What an office, a folio, a date and an address are written with. Anything else loses its accent or becomes `?`."""

TABLES_NOT_USED = ["GSUB", "GPOS", "GDEF", "BASE", "DSIG", "kern", "name", "post", "OS/2", "gasp"]
"""A PDF font program needs outlines and metrics only; the rest would be dead weight in every document."""

JSON = dict[str, Any]


@dataclass(frozen=True)
class Face:
    """A reduced TrueType face. Lengths are in thousandths of the type size, as PDF wants them."""

    name: str
    program: bytes
    glyphs: dict[str, int]
    widths: tuple[float, ...]
    ascent: float
    descent: float
    cap_height: float
    box: tuple[float, float, float, float]

    def encode(self, text: str) -> str:
        """`text` as the hexadecimal glyph numbers of a PDF string."""
        return "".join(f"{self.glyphs[character]:04X}" for character in writable(text))

    def width(self, text: str, size: float) -> float:
        """How wide `text` is at `size`, in the same unit."""
        return sum(self.widths[self.glyphs[character]] for character in writable(text)) * size / 1000


def writable(text: str) -> str:
    """`text` in characters that the faces have: composed; else without its accent; else `?`."""
    return "".join(map(_writable_character, unicodedata.normalize("NFC", text)))


def _writable_character(character: str) -> str:
    if character in REPERTOIRE:
        return character
    base = unicodedata.normalize("NFKD", character)[:1]
    return base if base in REPERTOIRE else "?"


@cache
def face(weight: Weight) -> Face:
    """The reduced face of that weight; the first call of a process takes a third of a second."""
    font = TTFont(font_path(weight))
    cap_height = font["OS/2"].sCapHeight
    options = subset.Options(
        hinting=False, layout_features=[], drop_tables=TABLES_NOT_USED, notdef_outline=True, glyph_names=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=REPERTOIRE)
    subsetter.subset(font)
    return _face(font, f"OPDAAA+SourceSansPro-{weight}", cap_height)


@cache
def face_as_json(weight: Weight) -> JSON:
    """What `signing.appearance` needs to embed that face, in a form that enters the sandbox; streams are deflated."""
    own = face(weight)
    return {
        "name": own.name,
        "program": _deflated(own.program),
        "length": len(own.program),
        "widths": "[0 [" + " ".join(f"{width:g}" for width in own.widths) + "]]",
        "ascent": own.ascent,
        "descent": own.descent,
        "cap_height": own.cap_height,
        "box": list(own.box),
        "to_unicode": _deflated(_to_unicode(own.glyphs).encode("ascii")),
    }


def _deflated(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def _face(font: TTFont, name: str, cap_height: float) -> Face:
    head, hhea, scale = font["head"], font["hhea"], 1000 / font["head"].unitsPerEm
    order = font.getGlyphOrder()
    numbers = {glyph: number for number, glyph in enumerate(order)}
    program = io.BytesIO()
    font.save(program)
    return Face(
        name=name,
        program=program.getvalue(),
        glyphs={character: numbers[font.getBestCmap()[ord(character)]] for character in REPERTOIRE},
        widths=tuple(round(font["hmtx"][glyph][0] * scale, 1) for glyph in order),
        ascent=hhea.ascent * scale,
        descent=hhea.descent * scale,
        cap_height=cap_height * scale,
        box=(head.xMin * scale, head.yMin * scale, head.xMax * scale, head.yMax * scale),
    )


def _to_unicode(glyphs: dict[str, int]) -> str:
    """The CMap from glyph numbers to characters (ISO 32000-1, 9.10.3), in blocks of at most 100 as it demands."""
    lines = [
        f"<{number:04X}> <{ord(character):04X}>" for character, number in sorted(glyphs.items(), key=lambda e: e[1])
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    maps = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{maps}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )
