"""The cédula of a tramite as frozen content: canonical JSON and its digest (RFC 8785)."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(content: Mapping[str, Any]) -> str:
    """The canonical JSON text of a cédula; equal content gives equal text."""
    return rfc8785.dumps(dict(content)).decode()


def digest(canonical_text: str) -> str:
    """SHA-256 of the canonical text, hex: what the acuse carries."""
    return hashlib.sha256(canonical_text.encode()).hexdigest()
