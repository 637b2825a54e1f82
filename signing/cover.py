"""The carátula: one page of ours that carries the original, byte for byte, when the original cannot bear the seal.

The last resort of `signing.seal`, so it depends on nothing in the original: its bytes are attached, never parsed.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from signing.typeset import compile_pdf

Kind = Literal["recepcion", "respuesta"]
"""What the document is: handed in by a promovente, or the answer of the authority."""
Why = Literal["empeora_firmas", "no_extensible", "no_validable"]
"""Why the original is not sealed itself: it would harm a signature, it cannot be extended, the result is not sound."""

ATTACHMENT = "original.pdf"
MEDIA_TYPE = "application/pdf"

REASONS: dict[Why, str] = {
    "empeora_firmas": "El documento trae firmas electrónicas que un sello encima habría dañado.",
    "no_extensible": "La forma en que está hecho el archivo no permite agregarle un sello sin alterarlo.",
    "no_validable": "El archivo tiene un defecto, y un sello puesto en él no se habría podido comprobar.",
}


@dataclass(frozen=True)
class CoverContent:
    """What the carátula says, worded in es-MX; `size` (bytes) and `sha256` (full hexadecimal) are the original's."""

    municipality: str
    office: str
    folio: str
    registered_at: str
    filename: str
    sha256: str
    size: int
    url: str
    kind: Kind = "recepcion"


def make_cover(content: CoverContent, why: Why, original: Path, target: Path, *, at: datetime) -> None:
    """Write the carátula, unsealed, to `target`; `original` is attached (/AFRelationship /Source, ISO 32000-2).

    It is PDF/A-3a, the archive's format for a page with an attachment of any kind, made at `at` (aware).
    The attachment has a name of ours: the citizen's own is shown on the page, where it can do no harm.
    Raises TypesettingFailed when the installation is at fault.
    """
    data = asdict(content) | {
        "size": f"{content.size:,} bytes",
        "why": REASONS[why],
        "attachment": ATTACHMENT,
        "media_type": MEDIA_TYPE,
    }
    files = {ATTACHMENT: original.read_bytes()}
    target.write_bytes(compile_pdf("caratula.typ", data, files=files, archival=True, created_at=at))
