"""What is published of the ledger, in storage: reading and writing it by the paths that it has below ``/libro/``."""

from oficialia.domain import tiles
from oficialia.domain.tiles import ENTRIES, MOST_ENTRY_BYTES, WIDTH, Tile
from oficialia.errors import NotFound, Unavailable
from storage.bucket import Bucket
from storage.errors import StorageMismatch, StorageUnavailable
from storage.keys import ledger_key

CHECKPOINT = "checkpoint"
NOTE_TYPE, TILE_TYPE = "text/plain; charset=utf-8", "application/octet-stream"
# A checkpoint has some hundred bytes, and as many for each witness.
MOST_NOTE_BYTES = 64 * 1024
_MOST_BUNDLE_BYTES = WIDTH * (MOST_ENTRY_BYTES + 2)
_MOST_TILE_BYTES = WIDTH * 32


def read_tile(bucket: Bucket, tile: Tile) -> bytes:
    """The bytes of a tile or bundle as they are in storage now. Raises StorageMismatch where there is none,
    StorageUnavailable."""
    most = _MOST_BUNDLE_BYTES if tile.level == ENTRIES else _MOST_TILE_BYTES
    return bucket.read(ledger_key(tile.path), at_most=most)


def read_checkpoint(bucket: Bucket) -> bytes | None:
    """The signed note that is published now; None where nothing is. Raises StorageUnavailable."""
    try:
        return bucket.read(ledger_key(CHECKPOINT), at_most=MOST_NOTE_BYTES)
    except StorageMismatch:
        return None


def write_tile(bucket: Bucket, tile: Tile, content: bytes) -> None:
    """Publishes a tile or bundle, read back and compared. Raises StorageError."""
    bucket.put_bytes(ledger_key(tile.path), content, media_type=TILE_TYPE)


def write_checkpoint(bucket: Bucket, note: str) -> None:
    """Publishes a signed note as the checkpoint. Raises StorageError."""
    bucket.put_bytes(ledger_key(CHECKPOINT), note.encode(), media_type=NOTE_TYPE)


def read_file(bucket: Bucket, path: str) -> bytes | None:
    """Another small file below the ledger's address, as it is in storage now; None where there is none. Raises
    StorageUnavailable."""
    try:
        return bucket.read(ledger_key(path), at_most=MOST_NOTE_BYTES)
    except StorageMismatch:
        return None


def write_file(bucket: Bucket, path: str, content: bytes, media_type: str) -> None:
    """Publishes such a file. Raises StorageError."""
    bucket.put_bytes(ledger_key(path), content, media_type=media_type)


def served_checkpoint(bucket: Bucket) -> bytes:
    """For the page. Raises NotFound, Unavailable."""
    try:
        note = read_checkpoint(bucket)
    except StorageUnavailable as fault:
        raise Unavailable from fault
    if note is None:
        raise NotFound
    return note


def served_tile(bucket: Bucket, path: str) -> tuple[Tile, bytes]:
    """The tile of a path of the one spelling that it has, for the page. Raises NotFound, Unavailable."""
    try:
        tile = tiles.parse(path)
        return tile, read_tile(bucket, tile)
    except (ValueError, StorageMismatch):
        raise NotFound from None
    except StorageUnavailable as fault:
        raise Unavailable from fault
