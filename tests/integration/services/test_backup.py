"""A backup is consistent while the copied_town works, or it is none."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from oficialia.db import Database
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import StoredObject
from oficialia.runtime import Runtime
from oficialia.services.backup import Made
from oficialia.services.backup_files import (
    BackupDamaged,
    BackupError,
    new_backup,
)
from storage.bucket import Bucket
from storage.errors import StorageUnavailable
from tests.support.backups import AT, bring_back, faults, file_one, make

ROOT = Path(__file__).parents[3]


def test_a_backup_taken_while_filings_come_in_is_consistent(
    runtime: Runtime, elsewhere: Bucket, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(4) as pool:
        coming = [pool.submit(file_one, runtime, tmp_path / "escritos", f"n{number}") for number in range(12)]
        made: list[Made] = []
        while not all(each.done() for each in coming):
            made.append(make(runtime, tmp_path / "respaldos", at=AT + timedelta(seconds=len(made))))
        assert all(each.result() for each in coming)
    sizes = [each.manifest.book.size for each in made]
    assert any(0 < size < 12 for size in sizes), sizes
    assert sizes == sorted(sizes)
    for each in made:
        tables = each.manifest.tables
        assert tables["filings"] == tables["ledger_leaves"] == each.manifest.book.size
        assert tables["stored_objects"] == 2 * tables["filings"] == each.manifest.objects.count
        assert each.tally.missing == faults(each.path) == ()


def test_the_next_backup_copies_only_what_is_new(copied_town: Runtime, tmp_path: Path) -> None:
    first = make(copied_town, tmp_path / "respaldos")
    file_one(copied_town, tmp_path / "escritos", "nuevo")
    second = make(copied_town, tmp_path / "respaldos", at=AT + timedelta(days=1))
    # Each filing has the same bytes twice: six objects are three files.
    assert (first.tally.brought, first.tally.kept) == (3, 3)
    assert (second.tally.brought, second.tally.kept) == (1, 7)
    assert faults(first.path) == faults(second.path) == ()


def test_a_backup_is_for_its_owner_only(copied_town: Runtime, tmp_path: Path) -> None:
    os.umask(os.umask(0o022))
    make(copied_town, tmp_path / "respaldos")
    for path in (tmp_path / "respaldos", *(tmp_path / "respaldos").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_an_object_that_storage_lost_is_named_and_does_not_hinder_the_backup(
    copied_town: Runtime, tmp_path: Path
) -> None:
    with copied_town.database.transaction() as session:
        item = session.scalars(select(StoredObject).limit(1)).one()
        session.execute(update(StoredObject).where(StoredObject.key == item.key).values(version_id="0" * 32))
    made = make(copied_town, tmp_path / "respaldos")
    assert set(made.tally.missing) == {item.key}
    assert set(faults(made.path)) == {f"falta: {item.key}"}


def test_with_storage_away_there_is_no_backup(copied_town: Runtime, tmp_path: Path) -> None:
    away = Bucket("http://127.0.0.1:9", "llave", "secreto-secreto", bucket="nada", region="us-east-1")
    with pytest.raises(StorageUnavailable):
        make(replace(copied_town, bucket=away), tmp_path / "respaldos")
    assert _backups(tmp_path / "respaldos") == []


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from oficialia.db import Database
from oficialia.services import backup
from storage.bucket import Bucket

url, destination, endpoint, access, secret, what = sys.argv[1:]
def die(done, more):
    if done == what:
        os.kill(os.getpid(), signal.SIGKILL)
bucket = Bucket(endpoint, access, secret, bucket="pruebas", region="us-east-1")
at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
backup.create(Database(url), bucket, Path(destination), instant=at, municipality="", progress=die)
"""


@pytest.mark.parametrize("what", ["filas", "objetos"])
def test_a_backup_cut_off_by_the_power_is_none_and_the_next_one_clears_it_away(
    copied_town: Runtime, fresh: Database, s3: SeaweedFS, tmp_path: Path, what: str
) -> None:
    destination = tmp_path / "respaldos"
    arguments = (copied_town.database.url, str(destination), s3.endpoint, s3.access_key, s3.secret_key, what)
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    [left] = _backups(destination)
    assert "no es un respaldo completo" in faults(left)[0]
    with pytest.raises(BackupDamaged):
        bring_back(left, fresh, copied_town.bucket)
    made = make(copied_town, destination)
    assert _backups(destination) == [made.path]
    assert faults(made.path) == ()
    assert not list((destination / "objetos").rglob(".*"))


def test_two_at_once_in_one_folder_are_refused(copied_town: Runtime, tmp_path: Path) -> None:
    with new_backup(tmp_path / "respaldos", AT), pytest.raises(BackupError, match="otro respaldo"):
        make(copied_town, tmp_path / "respaldos")
    with pytest.raises(BackupError, match="de este instante"):
        make(copied_town, tmp_path / "respaldos")


def test_a_key_that_leads_out_of_the_folder_is_refused(copied_town: Runtime, tmp_path: Path) -> None:
    with copied_town.database.transaction() as session:
        session.execute(update(StoredObject).values(key="../../../fuera"))
    with pytest.raises(BackupDamaged, match="no es de un objeto"):
        make(copied_town, tmp_path / "respaldos")


def _backups(destination: Path) -> list[Path]:
    return [path for path in destination.iterdir() if path.is_dir() and path.name != "objetos"]
