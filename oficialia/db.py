"""The register's database: SQLite for one machine, PostgreSQL for many, behind one door.

A transaction that writes takes its lock at once (``BEGIN IMMEDIATE`` on SQLite), so two acts never find out at commit
that they collided.
A commit on SQLite is on disk when it returns (``synchronous=FULL``): what was acknowledged survives a power cut.
Whoever only opens a register never makes one: a mistyped path is DatabaseAbsent. `upgrade` makes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session

from oficialia.db_faults import DatabaseUnavailable, sqlite_file, translated

__all__ = ["BUSY_SECONDS", "Database", "DatabaseUnavailable", "alembic_config", "revisions", "upgrade"]

BUSY_SECONDS = 15  # longer than any act holds the lock; then 503, never a hang
# PostgreSQL, and only for acts: a backup reads for long. No statement of an act takes a second, and an act computes
# nothing between two. Who holds the lock on the books and is silent for this long has lost its machine or was stopped,
# and must not close the window for everybody (the kernel would notice after two hours).
STATEMENT_SECONDS = 60
IDLE_SECONDS = 60
_ACT_LIMITS = text(
    f"SELECT set_config('statement_timeout', '{STATEMENT_SECONDS}s', true),"
    f" set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', true)"
)
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Sessions on one database. Safe to share between threads; make one per process, after the fork."""

    def __init__(self, url: str, *, pool_size: int = 10, busy_seconds: float = BUSY_SECONDS) -> None:
        """``busy_seconds``: how long to wait for a lock that somebody else holds."""
        self.url = url
        self.engine = _engine(url, pool_size, busy_seconds)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One act: commits when the block ends well, rolls back otherwise. Raises DatabaseUnavailable."""
        with self._session(writes=True) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look at the register as it was at one moment, however many queries it takes; writes nothing. Raises
        DatabaseUnavailable."""
        with self._session(writes=False) as session:
            yield session

    def revision(self) -> str | None:
        """The migration that the register is at; None where there are no tables yet. Raises DatabaseUnavailable."""
        with self.reading() as session:
            return MigrationContext.configure(session.connection()).get_current_revision()

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        with translated(self.url), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options=self._options(writes=writes))
            if writes and self.engine.dialect.name == "postgresql":
                session.execute(_ACT_LIMITS)
            yield session
            if writes:
                session.commit()

    def _options(self, *, writes: bool) -> dict[str, str]:
        if self.engine.dialect.name == "sqlite":
            return {"sqlite_begin": "IMMEDIATE" if writes else "DEFERRED"}
        # By default PostgreSQL shows each query of a transaction a newer state.
        return {} if writes else {"isolation_level": "REPEATABLE READ"}

    def close(self) -> None:
        """Returns every connection."""
        self.engine.dispose()


def _engine(url: str, pool_size: int, busy_seconds: float) -> Engine:
    # Parameters are hidden: an error that quotes them would carry what people wrote into the log.
    if not url.startswith("sqlite"):
        arguments = {"connect_timeout": 5, "options": f"-c lock_timeout={round(busy_seconds * 1000)}"}
        return create_engine(url, pool_size=pool_size, pool_pre_ping=True, hide_parameters=True, connect_args=arguments)
    engine = create_engine(url, pool_size=pool_size, hide_parameters=True, connect_args={"timeout": busy_seconds})
    event.listen(engine, "do_connect", _open_sqlite)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(dialect: Any, _record: object, arguments: tuple[str, ...], options: dict[str, Any]) -> Any:
    """Opens the file without making it; None, for the usual way, where there is no file."""
    name = arguments[0]
    if name in {"", ":memory:"} or name.startswith("file:"):
        return None
    return dialect.connect(f"{Path(name).absolute().as_uri()}?mode=rw", **options | {"uri": True})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late; see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the register at ``url``."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the register at ``url`` forward to a migration, by default the newest; safe to repeat. Makes the file of
    an SQLite register. Raises DatabaseUnavailable."""
    with translated(url):
        if (file := sqlite_file(url)) and not file.exists():
            _make_sqlite(file)
        command.upgrade(alembic_config(url), revision)


def _make_sqlite(file: Path) -> None:
    """An empty file is an empty database. Raises DatabaseUnavailable."""
    try:
        file.touch(mode=0o644)  # as SQLite would
    except OSError as fault:
        raise DatabaseUnavailable(f"the file cannot be made: {fault.strerror}") from fault


def revisions() -> tuple[str, ...]:
    """Every migration that this program knows, the newest first."""
    script = ScriptDirectory.from_config(alembic_config(""))
    return tuple(step.revision for step in script.walk_revisions())
