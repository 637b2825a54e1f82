"""The way back: what was backed up comes back whole, on either database, and what is not whole is not believed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from oficialia.db import Database, revisions, upgrade
from oficialia.domain.folio import Folio
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services.backup_files import (
    OBJECTS,
    REGISTER,
    BackupDamaged,
    BackupError,
)
from oficialia.services.backup_objects import Tally
from oficialia.services.backup_restore import RegisterInUse
from storage.bucket import Bucket
from tests.support.backups import bring_back, faults, file_one, fill, is_whole, make, rows, without_versions
from tests.support.office import load_catalogue
from tests.support.tampering import OF_THE_CATALOGUE, SINCE_0001, as_of_0001, flip, rewrite, set_manifest


def test_everything_comes_back_on_another_machine_and_the_office_goes_on(
    runtime: Runtime, fresh_of_either: Database, elsewhere: Bucket, tmp_path: Path
) -> None:
    copied_town, fresh = runtime, fresh_of_either
    fill(copied_town, tmp_path / "escritos")
    before = rows(copied_town.database)
    assert all(before.values())
    made = make(copied_town, tmp_path / "respaldos")
    assert faults(made.path) == ()
    tally = bring_back(made.path, fresh, elsewhere)
    assert (tally.kept, tally.missing) == (0, ())
    assert without_versions(rows(fresh)) == without_versions(before)
    assert is_whole(fresh, elsewhere, tmp_path)
    assert fresh.revision() == revisions()[0]
    restored = replace(copied_town, database=fresh, bucket=elsewhere)
    following = file_one(restored, tmp_path / "escritos", "nuevo")
    assert following.folio == str(Folio(2026, 4))
    with fresh.reading() as session:
        assert session.scalars(select(LedgerLeaf.index).order_by(LedgerLeaf.index)).all() == [0, 1, 2, 3]
        assert session.scalars(select(LedgerHead.size)).one() == 4


def test_with_its_storage_at_hand_nothing_is_written_there_and_what_is_newer_stays(
    copied_town: Runtime, fresh: Database, tmp_path: Path
) -> None:
    before = rows(copied_town.database)
    made = make(copied_town, tmp_path / "respaldos")
    lost = file_one(copied_town, tmp_path / "escritos", "después")
    tally = bring_back(made.path, fresh, copied_town.bucket, last_folio=Folio.parse(lost.folio))
    assert (tally.kept, tally.brought) == (len(before["stored_objects"]), 0)
    after = rows(fresh)
    assert after.pop("folio_series") == [{"year": 2026, "last": 4}]
    assert after["ledger_leaves"].pop()["act"] == "restauracion"
    assert [head["size"] for head in after.pop("ledger_head")] == [4]
    assert after == {name: content for name, content in before.items() if name in after}
    assert is_whole(copied_town.database, copied_town.bucket, tmp_path)
    # The folio that somebody holds is not given twice.
    restored = replace(copied_town, database=fresh)
    assert file_one(restored, tmp_path / "escritos", "otro").folio == str(Folio(2026, 5))


def test_the_last_folio_never_takes_a_series_back(copied_town: Runtime, fresh: Database, tmp_path: Path) -> None:
    made = make(copied_town, tmp_path / "respaldos")
    for folio in (Folio(2026, 1), Folio(2027, 9)):
        bring_back(made.path, fresh, copied_town.bucket, last_folio=folio)
    assert rows(fresh)["folio_series"] == [{"year": 2026, "last": 3}, {"year": 2027, "last": 9}]


def test_a_register_with_filings_is_never_written_over(runtime: Runtime, elsewhere: Bucket, tmp_path: Path) -> None:
    copied_town = runtime
    file_one(copied_town, tmp_path / "escritos", "antes")
    made = make(copied_town, tmp_path / "respaldos")
    file_one(copied_town, tmp_path / "escritos", "después")
    before = rows(copied_town.database)
    with pytest.raises(RegisterInUse, match="ya tiene promociones"):
        bring_back(made.path, copied_town.database, elsewhere)
    assert rows(copied_town.database) == before


def test_a_prepared_register_without_filings_is_filled(copied_town: Runtime, fresh: Database, tmp_path: Path) -> None:
    made = make(copied_town, tmp_path / "respaldos")
    upgrade(fresh.url)
    load_catalogue(fresh)
    bring_back(made.path, fresh, copied_town.bucket)
    assert rows(fresh) == rows(copied_town.database)


def test_without_objects_they_are_named_and_looked_for_in_storage(
    copied_town: Runtime, fresh: Database, elsewhere: Bucket, tmp_path: Path
) -> None:
    made = make(copied_town, tmp_path / "respaldos", objects=False)
    assert not list((tmp_path / "respaldos" / "objetos").iterdir())
    assert faults(made.path) == ()
    tally = bring_back(made.path, fresh, elsewhere)
    assert len(tally.missing) == made.manifest.objects.count == 6
    # The replica of the storage is found: the same command again.
    assert bring_back(made.path, fresh, copied_town.bucket) == Tally(kept=6)


@pytest.mark.parametrize("name", [REGISTER, OBJECTS])
def test_one_changed_byte_is_noticed(
    copied_town: Runtime, fresh: Database, elsewhere: Bucket, tmp_path: Path, name: str
) -> None:
    made = make(copied_town, tmp_path / "respaldos")
    flip(made.path / name)
    [fault] = faults(made.path)
    assert name in fault
    assert "dañado o alguien lo cambió" in fault
    if name == REGISTER:
        with pytest.raises(BackupDamaged):
            bring_back(made.path, fresh, elsewhere)
        assert not Path(str(fresh.engine.url.database)).exists()


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("ledger_leaves", "record", "{}", "hoja 0 del libro"),
        ("ledger_leaves", "data", '{"compromiso":""}', "hoja 0 del libro"),
        ("ledger_leaves", "index", 7, "le falta la hoja 0"),
        ("ledger_head", "size", 9, "no es el que dice el manifiesto"),
        ("filings", "id", "no-es-uuid", "no se puede leer"),
        ("filings", "area_clave", "NADIE", "no se puede leer"),
        ("filings", "folio", None, "no se puede leer"),
    ],
)
def test_a_register_changed_by_somebody_who_mends_the_digest_is_not_believed(
    copied_town: Runtime,
    fresh: Database,
    elsewhere: Bucket,
    tmp_path: Path,
    table: str,
    column: str,
    value: Any,
    reason: str,
) -> None:
    made = make(copied_town, tmp_path / "respaldos")

    def change(name: str, columns: list[str], row: list[Any]) -> list[Any]:
        if name == table and not changed:
            changed.append(name)
            row[columns.index(column)] = value
        return row

    changed: list[str] = []
    rewrite(made.path, change)
    [fault] = faults(made.path)
    assert reason in fault
    with pytest.raises(BackupDamaged, match=reason):
        bring_back(made.path, fresh, elsewhere)
    assert not any(rows(fresh)[name] for name in ("filings", "ledger_leaves", "areas"))


def test_a_damaged_object_is_named_not_restored_and_can_be_brought_later(
    copied_town: Runtime, fresh: Database, elsewhere: Bucket, tmp_path: Path
) -> None:
    made = make(copied_town, tmp_path / "respaldos")
    damaged, absent, *_ = sorted(path for path in (tmp_path / "respaldos/objetos").rglob("*") if path.is_file())
    keys = {str(path.relative_to(tmp_path / "respaldos/objetos")) for path in (damaged, absent)}
    good, gone = damaged.read_bytes(), absent.read_bytes()
    flip(damaged)
    absent.unlink()
    assert {fault.split(": ")[0] for fault in faults(made.path)} == {"dañado", "falta"}
    tally = bring_back(made.path, fresh, elsewhere)
    assert set(tally.missing) == keys
    damaged.write_bytes(good)
    absent.write_bytes(gone)
    again = bring_back(made.path, fresh, elsewhere)
    assert (again.kept, again.brought, again.missing) == (tally.brought + tally.kept, len(tally.missing), ())
    assert is_whole(fresh, elsewhere, tmp_path)


def test_an_interrupted_restore_is_finished_by_the_same_command(
    copied_town: Runtime, fresh: Database, elsewhere: Bucket, tmp_path: Path
) -> None:
    made = make(copied_town, tmp_path / "respaldos")

    def cut(limit: int, unit: str) -> Callable[[str, int], None]:
        done = 0

        def count(what: str, more: int) -> None:
            nonlocal done
            done += more if what == unit else 0
            if done >= limit:
                raise KeyboardInterrupt

        return count

    with pytest.raises(KeyboardInterrupt):
        bring_back(made.path, fresh, elsewhere, progress=cut(10, "filas"))
    assert not rows(fresh)["areas"]
    with pytest.raises(KeyboardInterrupt):
        bring_back(made.path, fresh, elsewhere, progress=cut(2, "objetos"))
    assert bring_back(made.path, fresh, elsewhere) == Tally(kept=2, brought=4)
    assert bring_back(made.path, fresh, elsewhere) == Tally(kept=6)
    assert without_versions(rows(fresh)) == without_versions(rows(copied_town.database))


def test_a_backup_of_an_older_version_is_restored_and_brought_forward(
    copied_town: Runtime, fresh: Database, tmp_path: Path
) -> None:
    made = make(copied_town, tmp_path / "respaldos")
    before = rows(copied_town.database)
    as_of_0001(made.path)
    assert faults(made.path) == ()
    bring_back(made.path, fresh, copied_town.bucket)
    documents = [{**row, "verdict": None} for row in before["documents"]]  # they were received without one
    empty = [name for name in SINCE_0001 if name != "party_words"]
    plain = {
        name: [row | dict.fromkeys(columns, "") for row in before[name]] for name, columns in OF_THE_CATALOGUE.items()
    }
    assert rows(fresh) == {**before, **plain, "documents": documents, **{name: [] for name in empty}}


def test_a_backup_of_a_newer_version_and_a_register_of_another_are_refused(
    copied_town: Runtime, fresh: Database, tmp_path: Path
) -> None:
    made = make(copied_town, tmp_path / "respaldos")
    upgrade(fresh.url, "0001")
    with pytest.raises(RegisterInUse, match="Restaure en una base vacía"):
        bring_back(made.path, fresh, copied_town.bucket)
    with pytest.raises(BackupError, match="La base de datos está en la versión 0001"):
        make(replace(copied_town, database=fresh), tmp_path / "otros")
    set_manifest(made.path, revision="9999")
    assert "versión más nueva" in faults(made.path)[0]
