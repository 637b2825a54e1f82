"""Leaves of the ledger and the RFC 6962 tree, as pure calculation.

A leaf is the RFC 8785 canonical JSON of ``{v, acto, folio, registrado_en, area, tramite, compromiso}``. ``compromiso``
commits to the
act's whole record with a salt, so that the public leaf carries no personal data and yet binds every datum
(docs/formatos.md).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import rfc8785

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


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + data).digest()


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


def merkle_root(entries: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash of ``entries`` in order (RFC 6962 section 2.1); that of no entries is the SHA-256 of the empty
    string."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return leaf_hash(entries[0])
    split = 1 << ((len(entries) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + merkle_root(entries[:split]) + merkle_root(entries[split:])).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The same root from the leaf hashes in order, one at a time, keeping only one hash of each full subtree."""
    subtrees: list[tuple[int, bytes]] = []  # (leaves, hash), each larger than the next
    for leaf in hashes:
        subtrees.append((1, leaf))
        while len(subtrees) > 1 and subtrees[-2][0] == subtrees[-1][0]:
            _join(subtrees)
    while len(subtrees) > 1:
        _join(subtrees)
    return subtrees[0][1] if subtrees else hashlib.sha256(b"").digest()


def _join(subtrees: list[tuple[int, bytes]]) -> None:
    (many, left), (few, right) = subtrees[-2:]
    subtrees[-2:] = [(many + few, hashlib.sha256(b"\x01" + left + right).digest())]
