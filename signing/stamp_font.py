"""The letters of the stamp: two faces reduced to what Spanish needs, ready to be embedded in any PDF.

Reducing a face takes half a second, so it is done once a process and the same 7 KB go into every document.
Text is written as glyph numbers (Identity-H), with a ToUnicode map so that it can be copied (ISO 32000-1, 9.10.3).
"""

import base64
import json
import subprocess
import sys
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from signing.fonts import Weight

ROOT = Path(__file__).resolve().parent.parent

REPERTOIRE = "".join(map(chr, range(0x20, 0x7F))) + "áéíóúüñÁÉÍÓÚÜÑàèìòùçÀÈÌÒÙÇ¿¡ºª°«»–—‘’“”…·"
"""What an office, a folio, a date and an address are written with. Anything else loses its accent or becomes `?`."""

JSON = dict[str, Any]


@dataclass(frozen=True)
class Face:
    """A reduced TrueType face. Lengths are in thousandths of the type size, as PDF wants them."""

    name: str
    program: bytes
    glyphs: dict[str, int]
    widths: Sequence[float]
    ascent: float
    descent: float
    cap_height: float
    box: Sequence[float]

    def encode(self, text: str) -> str:
        """`text` as the hexadecimal glyph numbers of a PDF string."""
        return "".join(f"{self.glyphs[character]:04X}" for character in writable(text))

    def width(self, text: str, size: float) -> float:
        """How wide `text` is at `size`, in the same unit."""
        return sum(map(self._advances.__getitem__, writable(text))) * size / 1000

    @cached_property
    def _advances(self) -> dict[str, float]:
        return {character: self.widths[glyph] for character, glyph in self.glyphs.items()}


@lru_cache(maxsize=256)
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
    """The reduced face of that weight; the first call of a process takes half a second (`signing.reduce_font`)."""
    command = [sys.executable, "-E", "-s", "-m", "signing.reduce_font", weight]
    facts = json.loads(subprocess.run(command, cwd=ROOT, env={}, capture_output=True, check=True).stdout)
    facts["program"] = base64.b64decode(facts["program"])
    return Face(**facts)


@cache
def face_as_json(weight: Weight) -> JSON:
    """What `signing.appearance` needs to embed that face, in a form that enters the sandbox; streams are deflated."""
    own = face(weight)
    return {
        "name": own.name,
        "program": _deflated(own.program),
        "length": len(own.program),
        "widths": list(own.widths),
        "ascent": own.ascent,
        "descent": own.descent,
        "cap_height": own.cap_height,
        "box": list(own.box),
        "to_unicode": _deflated(_to_unicode(own.glyphs).encode("ascii")),
    }


def _deflated(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


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
