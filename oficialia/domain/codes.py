"""Secrets that a filing and a draft have, all reproducible from the server secret.

Each is HMAC-SHA-256 of a purpose and the filing's id, so nothing secret is stored: the register keeps only SHA-256
digests, to look
them up. Letters are Crockford's base 32, which has no I, L, O nor U to be mistaken on paper.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
# 16 characters are 80 bits: beyond guessing over a network that is throttled, and still short enough to be typed from
# paper.
_LENGTH = 16
_GROUP = 4


@dataclass(frozen=True)
class Codes:
    """Makes the codes of any filing from the server secret (32 bytes or more)."""

    secret: bytes = field(repr=False)

    def verification(self, filing_id: UUID) -> str:
        """Código de verificación, ``XXXX-XXXX-XXXX-XXXX``: printed on the stamp, shows that a document is authentic
        and no more."""
        return _spell(self._mac("codigo de verificacion", filing_id))

    def tracking(self, filing_id: UUID) -> str:
        """Clave de seguimiento, ``XXXX-XXXX-XXXX-XXXX``: never printed on a document, opens the filing's tracking."""
        return _spell(self._mac("clave de seguimiento", filing_id))

    def draft(self, draft_id: UUID) -> str:
        """Código de borrador, ``XXXX-XXXX-XXXX-XXXX``: opens a draft in any browser while it is kept."""
        return _spell(self._mac("codigo de borrador", draft_id))

    def mail_code(self, filing_id: UUID, serial: int) -> str:
        """The six digits mailed for the ``serial``-th time to confirm an address."""
        return f"{int.from_bytes(self._mac(f'codigo de correo {serial}', filing_id)) % 1_000_000:06d}"

    def entry_code(self, entry_id: UUID) -> str:
        """The six digits mailed to let somebody into the inbox of an address."""
        return f"{int.from_bytes(self._mac('codigo de buzon', entry_id)) % 1_000_000:06d}"

    def challenge(self, session_id: str, said: str) -> str:
        """The proof that a question to an e.firma is ours, and of that session: 64 digits."""
        return hmac.digest(self.secret, f"pregunta a la e.firma\0{session_id}\0{said}".encode(), "sha256").hex()

    def _mac(self, purpose: str, filing_id: UUID) -> bytes:
        return hmac.digest(self.secret, purpose.encode() + b"\x00" + filing_id.bytes, "sha256")


def normalise(code: str) -> str:
    """A code as a person typed it, brought to the printed form (case, blanks, hyphens and look-alike letters aside)."""
    letters = "".join(c for c in code.upper().translate(_LOOKALIKE) if c in _ALPHABET)
    return "-".join(letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP))


def digest(code: str) -> str:
    """SHA-256 of a code in its printed form, hex: what the register indexes."""
    return hashlib.sha256(normalise(code).encode()).hexdigest()


def _spell(mac: bytes) -> str:
    number = int.from_bytes(mac[:10])
    return normalise("".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(_LENGTH)))
