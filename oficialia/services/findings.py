"""Signatures found in a document: how the register keeps them, and what may honestly be said of each."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from oficialia.domain.wording import short_instant
from signing.examine import SignatureFinding

INTACT = "íntegra: el documento no cambió después de esta firma"
FILLED = "después de esta firma se llenaron campos del documento, como ella permite"
CHANGED = "el documento cambió después de esta firma"
_AFTER = {"nada": INTACT, "solo_firmas": INTACT, "cambios_permitidos": FILLED}
BROKEN = "la firma no corresponde al contenido"
KNOWN_ISSUER = "emisor reconocido"
UNKNOWN_ISSUER = "emisor no reconocido por esta oficina"


def to_json(finding: SignatureFinding) -> dict[str, Any]:
    """The finding as kept in ``documents.findings``: instants as ISO 8601."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(finding).items()}


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
