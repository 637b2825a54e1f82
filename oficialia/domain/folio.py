"""The folio: the number of a filing in its yearly series without gaps.

Format (for ever, see docs/formatos.md): ``OP-<year>-<6 or more digits>-<check>``, where the check character is ISO
7064 MOD 37,36
over ``OP<year><digits>``. Example: ``OP-2026-000123-5``.
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

_FORM = re.compile(r"OP-(\d{4})-(\d{6,12})-([0-9A-Z])", re.ASCII)


@dataclass(frozen=True, order=True)
class Folio:
    """Number ``sequence`` (from 1) of the series of ``year``."""

    year: int
    sequence: int

    def __str__(self) -> str:
        digits = f"{self.sequence:06d}"
        return f"OP-{self.year}-{digits}-{mod_37_36.calc_check_digit(f'OP{self.year}{digits}')}"

    @classmethod
    def parse(cls, text: str) -> "Folio | None":
        """The folio that ``text`` spells, blanks and case aside; None when it spells none or the check character is
        wrong."""
        match = _FORM.fullmatch("".join(text.split()).upper())
        if match is None:
            return None
        folio = cls(int(match[1]), int(match[2]))
        return folio if str(folio) == match[0] else None
