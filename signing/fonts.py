"""The typeface of the office: Source Sans Pro (Adobe, SIL Open Font License 1.1), taken from a pinned wheel.

One family for the acuse, the stamp and the carátula, so that the papers of the office look alike and none depends on
the fonts of the machine. TrueType outlines, because PDF producers subset them without surprises. Digests and other
text that is compared character by character are set in the monospaced face built into Typst (DejaVu Sans Mono).
"""

from enum import StrEnum
from importlib.resources import files
from pathlib import Path

FAMILY = "Source Sans Pro"
"""Name by which the templates ask for it."""

MONOSPACED_FAMILY = "DejaVu Sans Mono"
"""Built into Typst: tells 0 from O and 1 from l."""


class Weight(StrEnum):
    """The faces in use; the value is the end of the file name."""

    REGULAR = "Regular"
    ITALIC = "It"
    SEMIBOLD = "Semibold"
    BOLD = "Bold"


def font_path(weight: Weight = Weight.REGULAR) -> Path:
    """Where the TrueType file of that face lies on disk; FileNotFoundError when the installation is incomplete."""
    path = Path(str(files("font_source_sans_pro"))) / "files" / f"SourceSansPro-{weight}.ttf"
    if not path.is_file():
        raise FileNotFoundError(path)
    return path
