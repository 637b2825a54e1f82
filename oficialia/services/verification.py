"""Is this document one of ours? By code, by digest, and by its seal."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from oficialia.runtime import Runtime


@dataclass(frozen=True)
class CodeView:
    """What a código de verificación shows: that the document is authentic, and nothing of its content nor of who
    filed."""

    folio: str
    received_at: datetime
    registered_at: datetime
    effective_date: date
    sealed_sha256: tuple[str, ...]  # of every edition of the sealed copy
    acuse_sha256: tuple[str, ...]  # of every edition of the acuse
    main_sha256: str


class Known(StrEnum):
    """What the register says of a file."""

    EXACT_SEALED = "sellado"  # exactly a document that we sealed
    EXACT_ACUSE = "acuse"  # exactly an acuse that we issued
    EXACT_ORIGINAL = "original"  # exactly a document that was filed, before our seal
    OUR_SEAL_CHANGED = (
        "sello_con_cambios"  # carries our seal intact over its signed part, but is not byte for byte what we issued
    )
    OUR_SEAL_BROKEN = "sello_roto"  # carries a seal in our name that does not verify
    FOREIGN_SEAL = "otro_sello"  # signatures, none of them ours
    UNKNOWN = "desconocido"  # no signature, not in the register
    UNREADABLE = "ilegible"


@dataclass(frozen=True)
class SignatureView:
    """One signature found, in plain words that never say more than was checked."""

    who: str
    kind: str
    time: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class FileView:
    """The answer for an uploaded file."""

    known: Known
    sha256: str
    folio: str  # of the exact match, else ""
    at: datetime | None  # when we sealed or issued it
    signatures: tuple[SignatureView, ...]


def by_code(runtime: Runtime, code: str) -> CodeView:
    """The filing of a código de verificación. Raises NotFound."""
    raise NotImplementedError


def by_file(runtime: Runtime, path: Path, sha256: str, filename: str) -> FileView:
    """What the register and the seals say of an uploaded PDF; keeps nothing."""
    raise NotImplementedError
