"""Where each object lives: by filing, purpose and digest, so that one filing's bytes are never another's; and what the
public ledger publishes, by the address that it has there."""

import re
from uuid import UUID

_PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
LEDGER = "libro/"
"""Before the key of all that is published of the ledger."""
_KEY = re.compile(
    rf"expedientes/(?P<filing>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})/(?P<purpose>{_PURPOSE.pattern})"
    rf"/{_SHA256.pattern}\.{_EXTENSION.pattern}"
)


def object_key(filing_id: UUID, purpose: str, sha256: str, extension: str) -> str:
    """The key of an object, `expedientes/<uuid>/<purpose>/<sha256>.<extension>`; the same bytes give the same key.

    Raises ValueError when a part is not of its shape: nothing that a citizen typed can reach a key.
    """
    for part, shape in ((purpose, _PURPOSE), (sha256, _SHA256), (extension, _EXTENSION)):
        if not shape.fullmatch(part):
            raise ValueError(f"not a part of an object key: {part!r}")
    return f"expedientes/{filing_id}/{purpose}/{sha256}.{extension}"


def owner_of(key: str) -> tuple[UUID, str] | None:
    """The filing and the purpose of an object by its key; None for a key that `object_key` did not make."""
    match = _KEY.fullmatch(key)
    return (UUID(match["filing"]), match["purpose"]) if match else None


def ledger_key(path: str) -> str:
    """The key of what is published of the ledger at ``path``: ``checkpoint``, or that of a tile (domain/tiles.py)."""
    return LEDGER + path
