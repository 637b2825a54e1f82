"""Storage against the register: every object is there as it was stored."""

from oficialia.models import StoredObject
from oficialia.services.review_findings import Code, Finding
from storage.bucket import Bucket
from storage.errors import StorageMismatch, StorageUnavailable

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
    return Finding(
        Code.OBJECT_UNREADABLE, row.key, f"El depósito responde, pero no entregó este objeto (detalle: {fault})."
    )


def _of_size(row: StoredObject, size: int) -> Finding | None:
    if size == row.size:
        return None
    return Finding(Code.OBJECT_SIZE, row.key, f"Mide {size} bytes, y el registro dice {row.size}.")
