"""The dictamen de verificación as a PDF: what the signatures of a received document are worth, at an hour; unsealed.

PDF/A-3a with the verdict itself attached as JSON, for programs. All arrives worded in es-MX, CURP and RFC masked.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from signing.typeset import compile_pdf

ATTACHMENT = "veredicto.json"
Pair = tuple[str, str]


@dataclass(frozen=True)
class ReportSignature:
    """One signature: `aspects` are a title with its statements, `facts` and `expert` names with their values."""

    who: str
    kind: str
    colour: str
    colour_name: str
    aspects: tuple[tuple[str, tuple[str, ...]], ...]
    changes: tuple[str, ...]
    facts: tuple[Pair, ...]
    expert: tuple[Pair, ...]


@dataclass(frozen=True)
class ReportContent:
    """What the report says. `colour` is green, amber, red or none; `at_reception` what was found when it came in.

    `issued_at` is aware, and becomes the creation date of the PDF.
    """

    municipality: str
    office: str
    folio: str
    document: str
    filename: str
    size: str
    sha256: str
    received_at: str
    examined_at: str
    colour: str
    colour_name: str
    headline: str
    meaning: str
    reasons: tuple[str, ...]
    actions: tuple[str, ...]
    signatures: tuple[ReportSignature, ...]
    at_reception: str
    asked: str
    """Who asked for it, with what reason; empty where the report does not say."""
    issued_at: datetime


def report_pdf(content: ReportContent, verdict: Mapping[str, Any]) -> bytes:
    """The unsealed report, with `verdict` attached. The same arguments give the same bytes.

    Raises TypesettingFailed.
    """
    data = asdict(content) | {"issued_at": content.issued_at.isoformat(), "attachment": ATTACHMENT}
    files = {ATTACHMENT: json.dumps(verdict, ensure_ascii=False, indent=1).encode()}
    return compile_pdf("dictamen.typ", data, files=files, archival=True, created_at=content.issued_at)
