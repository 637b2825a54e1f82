"""The acuse de recibo as a PDF: PDF/A-3a, tagged, its proofs attached; unsealed, for the seal comes after."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import NamedTuple

from signing.acuse_content import (
    AcuseContent,
    AcuseDocument,
    AcuseEffects,
    AcuseLeaf,
    AcuseMatter,
    AcuseOffice,
    AcuseParty,
    AcuseRight,
    AcuseSeal,
    AcuseSigner,
    AcuseState,
    AcuseTerm,
    AcuseTimes,
    AcuseToken,
    AcuseTramite,
    AcuseVerification,
)
from signing.qr import qr_svg
from signing.typeset import compile_pdf

__all__ = [
    "AcuseContent",
    "AcuseDocument",
    "AcuseEffects",
    "AcuseLeaf",
    "AcuseMatter",
    "AcuseOffice",
    "AcuseParty",
    "AcuseRight",
    "AcuseSeal",
    "AcuseSigner",
    "AcuseState",
    "AcuseTerm",
    "AcuseTimes",
    "AcuseToken",
    "AcuseTramite",
    "AcuseVerification",
    "acuse_pdf",
]


class _Kind(NamedTuple):
    media_type: str
    relationship: str
    """The /AFRelationship of PDF/A-3: data the page was made from, or what supplements it."""
    description: str


_ATTACHMENTS = {
    "cadena-original.txt": _Kind("text/plain", "data", "Cadena original, UTF-8, sin salto de línea al final"),
    "sello.b64": _Kind("text/plain", "supplement", "Sello electrónico de la cadena original, base64"),
    "cadena-original.tsr": _Kind(
        "application/timestamp-reply", "supplement", "Sello de tiempo RFC 3161 de la cadena original"
    ),
    "ingreso.tlog-proof": _Kind("text/plain", "supplement", "Prueba del libro público: asiento de ingreso"),
    "sello.tlog-proof": _Kind("text/plain", "supplement", "Prueba del libro público: asiento de sello"),
}


def acuse_pdf(content: AcuseContent, attachments: Mapping[str, bytes]) -> bytes:
    """The unsealed acuse. `attachments` by the names fixed in docs/formatos.md; KeyError for any other name.

    The same content and attachments give the same bytes. Raises TypesettingFailed.
    """
    described = [{"name": name, **_ATTACHMENTS[name]._asdict()} for name in attachments]
    data = asdict(content) | {"issued_at": content.issued_at.isoformat(), "attachments": described}
    files = {**attachments, "qr.svg": qr_svg(content.verification.url)}
    return compile_pdf("acuse.typ", data, files=files, archival=True, created_at=content.issued_at)
