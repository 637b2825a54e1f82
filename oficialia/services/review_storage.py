"""Storage against the register: every object is there as it was stored, and nothing is there that no row knows."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from oficialia.db import Database
from oficialia.domain.documents import Purpose
from oficialia.models import Filing, StoredObject
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import BATCH
from storage.bucket import Bucket, Version
from storage.errors import StorageMismatch, StorageUnavailable
from storage.keys import owner_of

PREFIX = "expedientes/"
# An object is stored before its row is. A request is ended after 120 s and a task after 150: what is younger than this
# may still get its row.
IN_TRANSIT = timedelta(minutes=5)
ISSUED = frozenset({Purpose.SEALED, Purpose.ACUSE})
ABSENT = "El depósito ya no tiene este objeto, o no esta versión."


def present(bucket: Bucket, row: StoredObject) -> Finding | None:
    """Whether the store says that it has the object, of its size; without reading it."""
    try:
        size = bucket.size(row.key, row.version_id)
    except StorageMismatch:
        return Finding(Code.OBJECT_ABSENT, row.key, ABSENT)
    except StorageUnavailable as fault:
        return unreadable(bucket, row, fault)
    return _of_size(row, size)


def same(row: StoredObject, sha256: str, size: int) -> Finding | None:
    """Whether what was read of the object is what the register says."""
    if sha256 != row.sha256:
        return Finding(Code.OBJECT_ALTERED, row.key, f"Sus bytes son otros: su huella es {sha256}.")
    return _of_size(row, size)


def unreadable(bucket: Bucket, row: StoredObject, fault: StorageUnavailable) -> Finding:
    """The finding of an object that a living store does not give. Raises StorageUnavailable when the store is away."""
    bucket.probe()
    return Finding(Code.OBJECT_UNREADABLE, row.key, f"El depósito responde, pero no entregó este objeto ({fault}).")


def _of_size(row: StoredObject, size: int) -> Finding | None:
    if size == row.size:
        return None
    return Finding(Code.OBJECT_SIZE, row.key, f"Mide {size} bytes, y el registro dice {row.size}.")


def orphans(database: Database, bucket: Bucket, now: datetime) -> Iterator[Finding]:
    """The versions in the bucket that no row knows, but for those that may be on their way."""
    settled = (version for version in bucket.versions(PREFIX) if version.last_modified < now - IN_TRANSIT)
    while versions := list(islice(settled, BATCH)):
        yield from _orphans(database, versions)


def _orphans(database: Database, versions: Sequence[Version]) -> Iterator[Finding]:
    owners = {version: owner_of(version.key) for version in versions}
    ids = {owner[0] for owner in owners.values() if owner}
    with database.reading() as session:
        query = select(StoredObject.key, StoredObject.version_id).where(StoredObject.filing_id.in_(ids))
        known = set(session.execute(query))
        filings = set(session.scalars(select(Filing.id).where(Filing.id.in_(ids))))
    for version, owner in owners.items():
        if (version.key, version.version_id) in known:
            continue
        # What was sealed had its folio: nothing that was merely interrupted leaves this behind.
        if owner and owner[0] not in filings and owner[1] in ISSUED:
            words = "Se selló para un expediente que el registro no tiene. ¿Se restauró un respaldo anterior?"
            yield Finding(Code.FILING_LOST, version.key, words)
        else:
            words = f"Ninguna parte del registro lo menciona (versión {version.version_id}, {version.size} bytes)."
            yield Finding(Code.OBJECT_ORPHAN, version.key, words)
