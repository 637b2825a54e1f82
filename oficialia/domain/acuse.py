"""The cadena original of an acuse, version ``OPD1``: a format that is for ever (docs/formatos.md)."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

from oficialia.domain.merkle import merkle_root
from oficialia.domain.wording import iso_local

VERSION = "OPD1"


@dataclass(frozen=True)
class CadenaOriginal:
    """The values of the cadena in their order; an absent value is the empty string."""

    folio: str
    received_at: datetime
    registered_at: datetime
    effective: date
    tramite: str
    cedula_sha256: str
    destination: str
    identity_sha256: str
    attachment_count: int
    pages: int
    main_sha256: str
    attachments_root: str
    sealed_sha256: str
    policy_id: str
    certificate_serial: str

    def text(self) -> str:
        """``||OPD1|…||`` in NFC. Raises ValueError when a value holds ``|`` or a line break."""
        return "||" + "|".join([VERSION, *(_value(item) for item in astuple(self))]) + "||"


def _value(item: str | int | date | datetime) -> str:
    if isinstance(item, datetime):
        return iso_local(item)
    text = unicodedata.normalize("NFC", item.isoformat() if isinstance(item, date) else str(item))
    if "|" in text or len(text.splitlines()) > 1 or text != text.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
        msg = "a value of the cadena original holds a separator"
        raise ValueError(msg)
    return text


def identity_commitment(salt: bytes, identifier: str) -> str:
    """SHA-256(salt ‖ CURP or RFC) in hex, or empty where the promovente gave neither."""
    return hashlib.sha256(salt + identifier.encode()).hexdigest() if identifier else ""


def attachments_root(digests: Sequence[str]) -> str:
    """Root of the RFC 6962 tree over the anexos' SHA-256 digests (32 raw bytes each) in order, in hex; empty when
    there are none."""
    return merkle_root([bytes.fromhex(digest) for digest in digests]).hex() if digests else ""
