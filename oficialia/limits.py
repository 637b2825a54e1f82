"""The published limits of a filing, and the sentence for what exceeds one."""

from dataclasses import dataclass

from oficialia.domain.wording import megabytes
from oficialia.errors import REFUSALS

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Published limits of a filing: bytes, pages and anexos."""

    file_bytes: int = 25 * MIB
    filing_bytes: int = 100 * MIB
    pages: int = 2_000
    anexos: int = 20

    def refusal(self, code: str) -> str:
        """The sentence of a code of REFUSALS, with the limit that was exceeded."""
        return REFUSALS[code].format(
            file=megabytes(self.file_bytes),
            filing=megabytes(self.filing_bytes),
            pages=f"{self.pages:,}",
            anexos=self.anexos,
        )
