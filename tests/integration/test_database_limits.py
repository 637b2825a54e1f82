"""PostgreSQL: nobody waits for ever for a lock, a statement, or somebody who holds a lock and fell silent."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from oficialia.db import BUSY_SECONDS, Database, DatabaseUnavailable


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """A database as every process opens it."""
    opened = Database(postgres_url)
    yield opened
    opened.close()


def test_acts_have_limits_and_a_backup_may_read_for_long(database: Database) -> None:
    limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with database.transaction() as session:
        assert [session.scalar(text(f"SHOW {limit}")) for limit in limits] == [f"{BUSY_SECONDS}s", "1min", "1min"]
    with database.reading() as session:
        assert [session.scalar(text(f"SHOW {limit}")) for limit in limits] == [f"{BUSY_SECONDS}s", "0", "0"]


def test_a_lock_that_is_held_is_unavailable_and_not_a_hang(database: Database, postgres_url: str) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE uno (a int)"))
    impatient = Database(postgres_url, busy_seconds=0.2)
    with database.transaction() as holder:
        holder.execute(text("LOCK TABLE uno"))
        with pytest.raises(DatabaseUnavailable), impatient.reading() as session:
            session.execute(text("SELECT * FROM uno"))
    impatient.close()


@pytest.mark.parametrize(
    ("limit", "statement"),
    [("statement_timeout", "SELECT pg_sleep(5)"), ("idle_in_transaction_session_timeout", "SELECT 1")],
)
def test_what_takes_too_long_is_unavailable(database: Database, limit: str, statement: str) -> None:
    with pytest.raises(DatabaseUnavailable), database.transaction() as session:
        session.execute(text(f"SET LOCAL {limit} = 100"))
        time.sleep(0.5)
        session.execute(text(statement))
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
