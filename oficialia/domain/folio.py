"""The folio: the number of a filing in its yearly series without gaps.

Format (for ever, see docs/formatos.md): ``OP-<year>-<6 or more digits>-<check>``, where the check character is ISO
7064 MOD 37,36
over ``OP<year><digits>``. Example: ``OP-2026-000123-5``.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

_FORM = re.compile(r"OP([\dO]{4})([\dO]{1,12})([0-9A-Z])", re.ASCII)
_MINUS = "\N{MINUS SIGN}"  # what some keyboards and readers put for a hyphen


@dataclass(frozen=True, order=True)
class Folio:
    """Number ``sequence`` (from 1) of the series of ``year``."""

    year: int
    sequence: int

    def __str__(self) -> str:
        digits = f"{self.sequence:06d}"
        return f"OP-{self.year}-{digits}-{mod_37_36.calc_check_digit(f'OP{self.year}{digits}')}"

    @property
    def check(self) -> str:
        """Its check character."""
        return str(self)[-1]

    @classmethod
    def parse(cls, text: str) -> "Folio | None":
        """The folio that ``text`` spells; None when it spells none or the check character is wrong.

        Read leniently: blanks, hyphens, dashes, case and zeros in front of the number do not count, and among the
        digits O is 0.
        """
        folio, check = _read(text)
        return folio if folio and folio.check == check else None

    @classmethod
    def is_misspelt(cls, text: str) -> bool:
        """Whether ``text`` looks like a folio and its check character is wrong: arithmetic, which tells of no filing
        whether it exists."""
        folio, check = _read(text)
        return folio is not None and folio.check != check


def _read(text: str) -> tuple[Folio | None, str]:
    """What looks like a folio, with the check character that was written."""
    bare = "".join(c for c in text if not (c.isspace() or c == _MINUS or unicodedata.category(c) == "Pd"))
    if not (match := _FORM.fullmatch(bare.upper())):
        return None, ""
    year, sequence = (int(digits.replace("O", "0")) for digits in match.group(1, 2))
    return Folio(year, sequence), match[3]
