"""The bytes of the objects in a backup: copied out of storage, proven, and put back.

Objects are written once and never deleted, so whatever a look at the register names can be copied after it, and what
was copied once need not be copied again.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.models import StoredObject
from oficialia.services.backup_files import BackupDamaged, make_folders, sync
from oficialia.services.backup_rows import BATCH, Progress, line
from signing.digest import sha256_of
from storage.bucket import Bucket
from storage.errors import StorageMismatch


class Item(NamedTuple):
    """An object as the register names it."""

    key: str
    version_id: str
    sha256: str
    size: int


@dataclass
class Tally:
    """What became of the objects: those already where they belong, those brought there, the keys of those that are
    nowhere whole."""

    kept: int = 0
    brought: int = 0
    missing: tuple[str, ...] = ()


_COLUMNS = (StoredObject.key, StoredObject.version_id, StoredObject.sha256, StoredObject.size)


def named(session: Session) -> Iterator[Item]:
    """Every object that the register names, in the order in which they were recorded."""
    query = select(*_COLUMNS).order_by(StoredObject.id)
    for row in session.execute(query, execution_options={"yield_per": BATCH}):
        yield Item(*row)


def write_list(items: Iterator[Item], lines: GzipFile) -> tuple[int, int]:
    """Writes the list of the objects; how many they are, and their bytes."""
    count = size = 0
    for item in items:
        lines.write(line({"clave": item.key, "version": item.version_id, "sha256": item.sha256, "bytes": item.size}))
        count, size = count + 1, size + item.size
    return count, size


def read_list(path: Path) -> Iterator[Item]:
    """The list of the objects, as it was written."""
    with gzip.open(path) as lines:
        for text in lines:
            value = json.loads(text)
            yield Item(value["clave"], value["version"], value["sha256"], value["bytes"])


def copy_out(bucket: Bucket, items: Iterator[Item], folder: Path, progress: Progress) -> Tally:
    """Brings into `folder` the objects that it lacks, each compared with its digest and on disk before it has its name.

    Raises StorageUnavailable; what was copied until then stays, for the next time.
    """
    tally = Tally()
    for item in items:
        target = place(folder, item.key)
        if target.is_file() and target.stat().st_size == item.size:
            tally.kept += 1
        elif _fetch(bucket, item, target):
            tally.brought += 1
        else:
            tally.missing += (item.key,)
        progress("objetos", 1)
    return tally


def _fetch(bucket: Bucket, item: Item, target: Path) -> bool:
    make_folders(target.parent)
    partial = target.with_name(f".{target.name}")  # one backup at a time: what an interrupted one left is used again
    partial.touch(mode=0o600)
    try:
        bucket.fetch(item.key, item.version_id, item.sha256, partial)
        sync(partial)
        partial.rename(target)
        sync(target.parent)
    except StorageMismatch:
        return False
    finally:
        partial.unlink(missing_ok=True)
    return True


def put_back(database: Database, bucket: Bucket, folder: Path, progress: Progress) -> Tally:
    """Sees that storage has every object that the register names: looks there first, then brings it from `folder`.

    An object that is brought has another version, which the register notes at once; so this may be interrupted and
    repeated. Newer objects in storage are left alone. Raises StorageUnavailable, DatabaseUnavailable.
    """
    tally, last = Tally(), 0
    while row := _after(database, last):
        last, item = row.id, Item(row.key, row.version_id, row.sha256, row.size)
        if _is_stored(bucket, item):
            tally.kept += 1
        elif is_whole(place(folder, item.key), item):
            _bring(database, bucket, row, place(folder, item.key))
            tally.brought += 1
        else:
            tally.missing += (item.key,)
        progress("objetos", 1)
    return tally


def count(database: Database) -> int:
    """How many objects the register names."""
    with database.reading() as session:
        return session.scalar(select(func.count(StoredObject.id))) or 0


def _after(database: Database, last: int) -> StoredObject | None:
    with database.reading() as session:
        query = select(StoredObject).where(StoredObject.id > last).order_by(StoredObject.id).limit(1)
        return session.scalars(query).one_or_none()


def _is_stored(bucket: Bucket, item: Item) -> bool:
    digest = hashlib.sha256()
    try:
        with bucket.stream(item.key, item.version_id) as blocks:
            for block in blocks:
                digest.update(block)
    except StorageMismatch:
        return False
    return digest.hexdigest() == item.sha256


def _bring(database: Database, bucket: Bucket, row: StoredObject, path: Path) -> None:
    stored = bucket.put(row.key, path, sha256=row.sha256, media_type=row.media_type)
    with database.transaction() as session:
        # A filing may name the same bytes more than once.
        same = (StoredObject.key == row.key, StoredObject.version_id == row.version_id)
        session.execute(
            update(StoredObject)
            .where(StoredObject.filing_id == row.filing_id, *same)
            .values(version_id=stored.version_id)
        )


def is_whole(path: Path, item: Item) -> bool:
    """Whether the file has the bytes of the object."""
    return path.is_file() and path.stat().st_size == item.size and sha256_of(path) == item.sha256


def place(folder: Path, key: str) -> Path:
    """Where the copy of an object lies. Raises BackupDamaged for a key that leads out of the folder."""
    path = folder / key
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BackupDamaged(f"La clave «{key}» no es de un objeto.")
    return path
