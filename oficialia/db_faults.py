"""What a database that does not serve says, told apart by what whoever looks after it has to do.

The drivers' errors end here. Each message is the driver's own (English, without values that people wrote), for the log
and as a detail; what a technician reads is worded where it is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, NotSupportedError, ProgrammingError

# Faults of a statement or of its values: the database serves.
_OF_THE_STATEMENT = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
_NO_TABLES = {"42P01", "42703"}  # PostgreSQL, undefined_table and undefined_column
_DAMAGED = {"XX001", "XX002"}  # data_corrupted, index_corrupted
_FULL = {"53100"}  # disk_full
_BUSY = {"55P03", "57014", "25P03"}  # lock_not_available, query_canceled, idle_in_transaction_session_timeout


class DatabaseUnavailable(Exception):
    """The database does not answer, or stayed locked too long; nothing was committed."""


class DatabaseAbsent(DatabaseUnavailable):
    """There is no SQLite file where the register should be, which is ``place``; only `upgrade` makes one."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"there is no database at {place}")
        self.place = place


class DatabaseUnprepared(DatabaseUnavailable):
    """The database serves and lacks tables or columns of this program."""


class DatabaseDamaged(DatabaseUnavailable):
    """What is there is no database, or it is damaged."""


class DatabaseFull(DatabaseUnavailable):
    """The disk of the database has no room."""


class DatabaseBusy(DatabaseUnavailable):
    """Somebody else held the database for longer than we wait."""


class RowUnreadable(ValueError):
    """A row holds bytes that are no text; the message does not quote them."""


# SQLite tells by its words alone. "unable to open" of a file that is there is a matter of permissions.
_SQLITE: tuple[tuple[str, type[DatabaseUnavailable]], ...] = (
    ("no such table", DatabaseUnprepared),
    ("no such column", DatabaseUnprepared),
    ("file is not a database", DatabaseDamaged),
    ("malformed", DatabaseDamaged),
    ("database or disk is full", DatabaseFull),
    ("database is locked", DatabaseBusy),
    ("database table is locked", DatabaseBusy),
)
_POSTGRESQL: tuple[tuple[set[str], type[DatabaseUnavailable]], ...] = (
    (_NO_TABLES, DatabaseUnprepared),
    (_DAMAGED, DatabaseDamaged),
    (_FULL, DatabaseFull),
    (_BUSY, DatabaseBusy),
)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address; None for another database, and for one in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turns what the driver raises into ours. Raises DatabaseUnavailable of the kind that fits, RowUnreadable."""
    try:
        yield
    except DatabaseError as error:
        if "Could not decode to UTF-8" in str(error.orig):
            raise RowUnreadable("text that is not UTF-8") from error
        if (file := sqlite_file(url)) and not file.exists():
            raise DatabaseAbsent(file) from error
        kind = _kind(error)
        if kind is None:
            raise
        raise kind(str(error.orig).strip()) from error


def _kind(error: DatabaseError) -> type[DatabaseUnavailable] | None:
    state = getattr(error.orig, "sqlstate", None)
    for states, kind in _POSTGRESQL:
        if state in states:
            return kind
    if isinstance(error, _OF_THE_STATEMENT):
        return None
    words = str(error.orig)
    return next((kind for said, kind in _SQLITE if state is None and said in words), DatabaseUnavailable)
