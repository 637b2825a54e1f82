"""The way back from a backup: into an empty register, or into a file that is thrown away, to prove that it can be done.

1. The file of the register is compared with its digest before anything of it is read.
2. Tables are made as they were at the backup, filled in one transaction, and believed only when every count and the
   whole ledger are those of the manifest; then they are brought to the newest migration.
3. Leaves of the ledger that were published after the backup come back from there (``ledger_recovery``): their folios
   were given out, and are passed over.
4. Every object is looked for in storage, and brought from the backup when it is not there.

A register with filings is never overwritten. Interrupted, it is repeated with the same command: a register that already
has this very ledger is not filled again; leaves of a restore after it are no filings.
"""

import gzip
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from sqlalchemy import delete, select, table
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from oficialia import db
from oficialia.db import Database
from oficialia.db_faults import DatabaseAbsent, DatabaseUnprepared
from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.models import Filing, LedgerLeaf
from oficialia.services import backup_ledger, backup_objects, backup_rows, ledger_recovery, passed_over
from oficialia.services.backup_files import (
    OBJECTS,
    REGISTER,
    SHARED,
    BackupDamaged,
    BackupError,
    Manifest,
    check_digest,
    read_manifest,
)
from oficialia.services.backup_objects import Tally
from oficialia.services.backup_rows import Progress
from oficialia.services.ledger_recovery import Recovered
from oficialia.services.passed_over import PassedOver
from signing.tlog_policy import TlogPolicy
from storage.bucket import Bucket

# Leaves of a register that was prepared and never used.
CATALOGUE = frozenset({Acto.CALENDARIO, Acto.POLITICA, Acto.CEDULA})


class RegisterInUse(BackupError):
    """The register has something of its own; it was left as it was."""


@dataclass(frozen=True)
class Proof:
    """What a backup holds, and every reason, in words, why it would not come back whole; none when it would."""

    manifest: Manifest | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Restored:
    """What became of the objects, the folios that were passed over now, and how many published leaves came back."""

    tally: Tally
    passed_over: PassedOver | None
    leaves: int = 0


def restore(
    backup: Path,
    database: Database,
    bucket: Bucket,
    *,
    retention_days: int,
    last_folio: Folio | None,
    now: datetime,
    progress: Progress,
    policy: TlogPolicy | None = None,
) -> Restored:
    """Fills an empty register and completes storage. `last_folio`: given out after the backup; the series goes on
    behind it, and the ledger says so. `policy`: whose signature the published ledger bears, where it is published.

    Raises BackupDamaged, RegisterInUse, DatabaseUnavailable, StorageError.
    """
    _restore_register(backup, read_manifest(backup), database, progress)
    bucket.ensure(retention_days=retention_days)
    recovered = ledger_recovery.bring_back(database, bucket, policy) if policy else Recovered()
    gap = None
    for last in (*recovered.last_folios, *([last_folio] if last_folio else [])):
        with database.transaction() as session:
            gap = passed_over.pass_over(session, last, now) or gap
    tally = backup_objects.put_back(database, bucket, backup.resolve().parent / SHARED, progress)
    return Restored(tally, gap, recovered.leaves)


def prove(backup: Path, progress: Progress) -> Proof:
    """Restores the register into a temporary file and compares every copied object; changes nothing."""
    try:
        manifest = read_manifest(backup)
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/registro.db")
            try:
                _restore_register(backup, manifest, database, progress)
                check_digest(backup / OBJECTS, manifest.objects)
                return Proof(manifest, tuple(_object_faults(backup, manifest, database, progress)))
            finally:
                database.close()
    except BackupError as fault:
        return Proof(faults=(str(fault),))


def _object_faults(backup: Path, manifest: Manifest, database: Database, progress: Progress) -> Iterator[str]:
    shared = backup.resolve().parent / SHARED
    with database.reading() as session:
        listed = backup_objects.read_list(backup / OBJECTS)
        for item, own in zip_longest(listed, backup_objects.named(session)):
            if item is None or item != own:
                yield f"{OBJECTS} no nombra los mismos documentos que el registro."
                return
            path = backup_objects.place(shared, item.key)
            if path.is_file() and not backup_objects.is_whole(path, item):
                yield f"dañado: {item.key}"
            elif manifest.objects.copied and not path.is_file():
                yield f"falta: {item.key}"
            progress("objetos", 1)


def _restore_register(backup: Path, manifest: Manifest, database: Database, progress: Progress) -> None:
    if manifest.revision not in db.revisions():
        raise BackupDamaged(f"El respaldo es de una versión más nueva de este programa ({manifest.revision}).")
    check_digest(backup / REGISTER, manifest.register_file)  # 1
    if _revision(database) is None:
        db.upgrade(database.url, manifest.revision)
    if not _is_there(database, manifest):
        _fill(backup, manifest, database, progress)  # 2
    db.upgrade(database.url)


def _revision(database: Database) -> str | None:
    """None also where there is no file yet: a restore is one of the two commands that make it."""
    try:
        return database.revision()
    except DatabaseAbsent:
        return None


def _is_there(database: Database, manifest: Manifest) -> bool:
    """Whether the register has the backup's ledger already. Raises RegisterInUse when it has anything else."""
    with database.reading() as session:
        told = select(LedgerLeaf.index).where(LedgerLeaf.act.not_in(CATALOGUE))
        if session.scalar(told.limit(1)) is not None or session.scalar(select(Filing.id).limit(1)):
            if backup_ledger.is_restored(session, manifest.book):
                return True
            raise RegisterInUse("La base de datos ya tiene promociones: no se tocó. Restaure en una base vacía.")
    if (revision := database.revision()) != manifest.revision:
        raise RegisterInUse(
            f"La base de datos no está vacía: tiene ya las tablas de la versión {revision}, y el respaldo es de la "
            f"{manifest.revision}. Restaure en una base vacía, sin ejecutar antes «oficialia preparar»."
        )
    return False


def _fill(backup: Path, manifest: Manifest, database: Database, progress: Progress) -> None:
    try:
        with database.transaction() as session:
            for name in reversed(manifest.tables):  # what a migration or a catalogue put there
                session.execute(delete(table(name)))
            with gzip.open(backup / REGISTER) as lines:
                counts = backup_rows.load(session, lines, progress)
            if counts != manifest.tables:
                raise BackupDamaged("El registro no tiene las filas que dice el manifiesto del respaldo.")
            backup_ledger.check(session, manifest.book)
            backup_rows.move_sequences(session)
    except (
        *(ValueError, KeyError, TypeError),
        *(IntegrityError, DataError, ProgrammingError, DatabaseUnprepared),
    ) as fault:
        raise BackupDamaged(f"El registro del respaldo no se puede leer: {type(fault).__name__}.") from fault
