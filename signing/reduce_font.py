"""Reduces a face of the office to the letters that a stamp is written with: `python -m signing.reduce_font WEIGHT`.

A program of its own, because what it loads takes 25 MB and a third of a second, and what it gives 10 KB.
"""

import base64
import io
import json
import sys
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

from signing.fonts import Weight, font_path
from signing.stamp_font import REPERTOIRE

TABLES_NOT_USED = ["GSUB", "GPOS", "GDEF", "BASE", "DSIG", "kern", "name", "post", "OS/2", "gasp"]
"""A PDF font program needs outlines and metrics only; the rest would be dead weight in every document."""


def reduced(weight: Weight) -> dict[str, Any]:
    """What `signing.stamp_font.Face` is made of, as JSON values."""
    font = TTFont(font_path(weight))
    cap_height = font["OS/2"].sCapHeight
    options = subset.Options(
        hinting=False, layout_features=[], drop_tables=TABLES_NOT_USED, notdef_outline=True, glyph_names=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=REPERTOIRE)
    subsetter.subset(font)
    return _facts(font, f"OPDAAA+SourceSansPro-{weight}", cap_height)


def _facts(font: TTFont, name: str, cap_height: float) -> dict[str, Any]:
    head, hhea, scale = font["head"], font["hhea"], 1000 / font["head"].unitsPerEm
    order = font.getGlyphOrder()
    numbers = {glyph: number for number, glyph in enumerate(order)}
    program = io.BytesIO()
    font.save(program)
    return {
        "name": name,
        "program": base64.b64encode(program.getvalue()).decode("ascii"),
        "glyphs": {character: numbers[font.getBestCmap()[ord(character)]] for character in REPERTOIRE},
        "widths": [round(font["hmtx"][glyph][0] * scale, 1) for glyph in order],
        "ascent": hhea.ascent * scale,
        "descent": hhea.descent * scale,
        "cap_height": cap_height * scale,
        "box": [head.xMin * scale, head.yMin * scale, head.xMax * scale, head.yMax * scale],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(reduced(Weight(sys.argv[1]))))
