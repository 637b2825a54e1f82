"""Making a backup: one consistent look at the register, then the objects that it names.

1. The register is read in one snapshot: every row, its objects, its ledger.
2. The objects are copied afterwards: they are written once and never deleted, so all of them are there.
3. The manifest is written, and only then does the folder get its name.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oficialia.db import Database, revisions
from oficialia.services import backup_ledger, backup_objects, backup_rows
from oficialia.services.backup_files import (
    FORMAT,
    MANIFEST,
    OBJECTS,
    REGISTER,
    SHARED,
    UNFINISHED,
    BackupError,
    Book,
    Digest,
    Manifest,
    Objects,
    new_backup,
    new_file,
    new_gzip,
)
from oficialia.services.backup_objects import Tally
from oficialia.services.backup_rows import Progress
from signing.digest import sha256_of
from storage.bucket import Bucket


@dataclass(frozen=True)
class Made:
    """A finished backup, and what became of the objects; those missing in storage are missing in it too."""

    path: Path
    manifest: Manifest
    tally: Tally


@dataclass(frozen=True)
class _Read:
    tables: dict[str, int]
    book: Book
    objects: int
    size: int


def create(
    database: Database,
    bucket: Bucket | None,
    destination: Path,
    *,
    instant: datetime,
    municipality: str,
    progress: Progress,
) -> Made:
    """A new backup in `destination`; without a bucket the objects are named, not copied.

    Raises BackupError, DatabaseUnavailable, StorageUnavailable, OSError; then there is no backup.
    """
    revision = revisions()[0]
    if (found := database.revision()) != revision:
        raise BackupError(
            f"La base de datos está en la versión {found or '0'} y este programa es de la {revision}: "
            "respáldela con el programa que la usa, o ejecute antes «oficialia preparar»."
        )
    with new_backup(destination, instant) as folder:
        read = _read(database, folder, progress)  # 1
        tally = Tally()
        if bucket:
            items = backup_objects.read_list(folder / OBJECTS)
            tally = backup_objects.copy_out(bucket, items, destination / SHARED, progress)  # 2
        manifest = Manifest(
            formato=FORMAT,
            instante=instant,
            municipio=municipality,
            revision=revision,
            tablas=read.tables,
            libro=read.book,
            registro=Digest(sha256=sha256_of(folder / REGISTER)),
            objetos=Objects(
                sha256=sha256_of(folder / OBJECTS), numero=read.objects, bytes=read.size, copiados=bucket is not None
            ),
        )
        with new_file(folder / MANIFEST) as file:  # 3
            file.write(manifest.model_dump_json(by_alias=True, indent=2).encode() + b"\n")
    return Made(destination / folder.name.removeprefix(UNFINISHED), manifest, tally)


def _read(database: Database, folder: Path, progress: Progress) -> _Read:
    with database.reading() as session:
        with new_gzip(folder / REGISTER) as lines:
            tables = backup_rows.dump(session, lines, progress)
        with new_gzip(folder / OBJECTS) as lines:
            objects, size = backup_objects.write_list(backup_objects.named(session), lines)
        return _Read(tables, backup_ledger.book(session), objects, size)
