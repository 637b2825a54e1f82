"""The acuse de notificación as a PDF: that a message of the buzón was opened, when, and what it said; unsealed.

PDF/A-3a, tagged. All arrives worded in es-MX; nobody's CURP nor RFC is in it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from signing.qr import qr_svg
from signing.typeset import compile_pdf


@dataclass(frozen=True)
class NoticeContent:
    """What the acuse says. ``asked``, ``reason`` and ``due`` are of a prevención, ``answer_sha256`` of an answer;
    ``leaf`` and ``leaf_hash`` are those of the act in the public ledger. ``issued_at`` is aware."""

    municipality: str
    office: str
    folio: str
    asunto: str
    who: str
    area: str
    what: str
    asked: tuple[str, ...]
    reason: tuple[str, ...]
    due: str
    answer_sha256: str
    published_at: str
    opened_at: str
    medio: str
    leaf: int
    leaf_hash: str
    code: str
    url: str
    issued_at: datetime


def notice_pdf(content: NoticeContent) -> bytes:
    """The unsealed acuse. The same content gives the same bytes. Raises TypesettingFailed."""
    data = asdict(content) | {"issued_at": content.issued_at.isoformat()}
    files = {"qr.svg": qr_svg(content.url)}
    return compile_pdf("notificacion.typ", data, files=files, archival=True, created_at=content.issued_at)
