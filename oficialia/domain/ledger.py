"""Leaves of the ledger, as pure calculation; the tree over them is in ``merkle.py``.

A leaf is the RFC 8785 canonical JSON of ``{v, acto, folio, registrado_en, area, tramite, compromiso}``. ``compromiso``
commits to the
act's whole record with a salt, so that the public leaf carries no personal data and yet binds every datum
(docs/formatos.md).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import rfc8785

from oficialia.domain.merkle import leaf_hash
from oficialia.domain.wording import iso_local

LEAF_VERSION = 1
SALT_BYTES = 32

Record: TypeAlias = Mapping[str, "str | int | bool | Sequence[str] | None"]


@dataclass(frozen=True)
class Leaf:
    """One leaf with what is needed to prove it: the canonical bytes, their RFC 6962 leaf hash, and the record
    committed to."""

    data: bytes
    hash: bytes
    record: bytes


def commitment(salt: bytes, record: bytes) -> str:
    """SHA-256(salt ‖ canonical record) in lower-case hex."""
    return hashlib.sha256(salt + record).hexdigest()


def canonical_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the RFC 8785 canonical JSON of ``content``, in lower-case hex."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def make_leaf(
    *, act: str, folio: str, registered_at: datetime, area: str, tramite: str, record: Record, salt: bytes
) -> Leaf:
    """The leaf of one act; ``area`` and ``tramite`` are empty for tramites with sensitive data."""
    canonical_record = rfc8785.dumps(dict(record))
    data = rfc8785.dumps(
        {
            "v": LEAF_VERSION,
            "acto": act,
            "folio": folio,
            "registrado_en": iso_local(registered_at),
            "area": area,
            "tramite": tramite,
            "compromiso": commitment(salt, canonical_record),
        }
    )
    return Leaf(data=data, hash=leaf_hash(data), record=canonical_record)
