"""A database that is absent, empty, damaged or away says which, changes nothing, and is never the fault of the work."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oficialia.db import Database, DatabaseUnavailable, upgrade
from oficialia.db_faults import (
    DatabaseAbsent,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnprepared,
    RowUnreadable,
    sqlite_file,
)
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.models import Filing
from workers.reasons import is_outage, reason

Opener = Callable[[str], Database]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens databases, and closes them at the end."""
    made: list[Database] = []

    def open_(url: str, *, busy_seconds: float = 0.2) -> Database:
        made.append(Database(url, busy_seconds=busy_seconds))
        return made[-1]

    yield open_
    for database in made:
        database.close()


def look(database: Database) -> None:
    """What every process does first."""
    with database.reading() as session:
        session.query(Filing).count()


def act(database: Database) -> None:
    """The same, to write."""
    with database.transaction() as session:
        session.query(Filing).count()


@pytest.mark.parametrize("do", [look, act, Database.revision], ids=lambda do: do.__name__)
def test_a_register_that_is_not_there_is_not_made(
    opened: Opener, tmp_path: Path, sqlite_url: str, do: Callable[[Database], None]
) -> None:
    with pytest.raises(DatabaseAbsent) as told:
        do(opened(sqlite_url))
    assert told.value.place == sqlite_file(sqlite_url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["año 1.db", "50%.db", "a#b?c=d.db"])
def test_a_register_of_any_name_is_made_by_the_migrations_and_opened(opened: Opener, tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path / name.partition('?')[0]}"
    upgrade(url)
    look(opened(url))
    assert opened(url).revision() is not None


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_database_without_tables_is_unprepared(opened: Opener, request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    if file := sqlite_file(url):
        file.touch()
    with pytest.raises(DatabaseUnprepared):
        look(opened(url))


def no_database(path: Path) -> None:
    path.write_bytes(b"No soy una base de datos. " * 1000)


def half_overwritten(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


@pytest.mark.parametrize("damage", [no_database, half_overwritten], ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_told_as_such_and_is_an_outage(
    opened: Opener, sqlite_url: str, damage: Callable[[Path], None]
) -> None:
    upgrade(sqlite_url)
    damage(Path(str(sqlite_file(sqlite_url))))
    for do in (look, act):
        with pytest.raises(DatabaseDamaged) as told:
            do(opened(sqlite_url))
        assert is_outage(told.value)
        assert reason(told.value).startswith("La base de datos")
    with pytest.raises(DatabaseUnavailable):
        upgrade(sqlite_url)


def test_a_lock_that_somebody_holds_is_told_as_such(opened: Opener, sqlite_url: str) -> None:
    upgrade(sqlite_url)
    with opened(sqlite_url).transaction(), pytest.raises(DatabaseBusy):
        act(opened(sqlite_url))


def test_a_server_that_is_away_is_unavailable(opened: Opener) -> None:
    with pytest.raises(DatabaseUnavailable):
        look(opened(f"postgresql+psycopg://nadie@{LOOPBACK}:{free_ports(1)[0]}/nada"))


def test_text_that_is_no_text_is_told_without_what_it_says(opened: Opener, sqlite_url: str) -> None:
    upgrade(sqlite_url)
    database = opened(sqlite_url)
    with database.transaction() as session:
        session.execute(text("INSERT INTO areas (clave, nombre, tipo) VALUES ('X', CAST(x'4d6172ed61' AS TEXT), 'y')"))
    with pytest.raises(RowUnreadable) as told, database.reading() as session:
        session.execute(text("SELECT nombre FROM areas")).all()
    assert "Mar" not in str(told.value)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_fault_of_a_statement_is_not_one_of_the_database(
    opened: Opener, request: pytest.FixtureRequest, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    upgrade(url)
    twice = text("INSERT INTO areas (clave, nombre, tipo) VALUES ('X', 'x', 'y'), ('X', 'x', 'y')")
    with pytest.raises(IntegrityError), opened(url).transaction() as session:
        session.execute(twice)
