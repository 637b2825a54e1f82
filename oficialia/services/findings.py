"""Signatures found in a document: how the register keeps them, and what may honestly be said of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oficialia.domain.wording import short_instant
from signing.finding import SignatureFinding
from signing.reason import Reason, Revocation

INTACT = "íntegra: el documento no cambió después de esta firma"
FILLED = "después de esta firma se llenaron campos del documento, como ella permite"
CHANGED = "el documento cambió después de esta firma"
_AFTER = {"nada": INTACT, "solo_firmas": INTACT, "cambios_permitidos": FILLED}
BROKEN = "la firma no corresponde al contenido"
KNOWN_ISSUER = "emisor reconocido"
UNKNOWN_ISSUER = "emisor no reconocido por esta oficina"


REVOCATION, TIME = "la revocación del certificado", "la hora de la firma"
PROBLEMS = {
    Reason.TOO_HEAVY: "examinar las firmas de este archivo excede los límites",
    Reason.TOO_MANY_SIGNATURES: "el archivo tiene demasiadas firmas; las demás no se examinaron",
    Reason.HIDDEN_SIGNATURE: "el archivo contiene datos de firma que no pertenecen a ningún campo de firma",
    Reason.DOCUMENT_UNREADABLE: "no se pudieron leer las firmas de este archivo",
    Reason.SIGNATURE_UNREADABLE: "no se pudo leer esta firma",
    Reason.NO_CERTIFICATE: "la firma no trae el certificado de quien firma",
    Reason.UNKNOWN_ALGORITHM: "usa un algoritmo que no se examina",
}
WEAK = "usa un algoritmo que ya no se considera seguro"


def to_json(finding: SignatureFinding) -> dict[str, Any]:
    """The finding as kept in ``documents.findings``: instants as ISO 8601, and what could not be checked in words."""
    kept = ("field_name", "holder", "is_timestamp", "claimed_time", "proven_time", "covers_whole_file",
            "modified_after", "docmdp", "certificate_sha256")  # fmt: skip
    told = finding.to_json()
    unknown = [REVOCATION] if finding.told.revocation is Revocation.UNKNOWN else []
    return {
        **{key: told[key] for key in kept},
        "intact": finding.intact,
        "trusted": finding.trusted,
        "unchecked": [] if finding.problem else [*unknown, *([] if finding.proven_time else [TIME])],
        "problem": PROBLEMS[finding.problem] if finding.problem else WEAK if finding.weak else "",
    }


def verdict(finding: Mapping[str, Any]) -> str:
    """One sentence that says no more than was checked; never that a signature is valid in law."""
    if finding["problem"]:
        return f"no se pudo comprobar: {finding['problem']}"
    integrity = BROKEN if not finding["intact"] else _AFTER.get(finding["modified_after"], CHANGED)
    return f"{integrity}; {KNOWN_ISSUER if finding['trusted'] else UNKNOWN_ISSUER}"


def time_words(finding: Mapping[str, Any]) -> str:
    """When it was signed, and whether that is proven or only claimed."""
    if proven := finding["proven_time"]:
        return f"{short_instant(datetime.fromisoformat(proven))} (comprobada con sello de tiempo)"
    if claimed := finding["claimed_time"]:
        return f"{short_instant(datetime.fromisoformat(claimed))} (según el firmante)"
    return "sin fecha"
