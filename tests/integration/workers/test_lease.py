"""A lease lasts as long as its work and its process, and who lost it records nothing. Real threads, real databases."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import select

from oficialia.db import Database, DatabaseUnavailable
from oficialia.embedded.seaweed import REGION, SeaweedFS
from oficialia.models import Job, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import intake, outbox
from oficialia.services.outbox import LEASE
from storage.bucket import Bucket, Stored
from tests.support.kinds import ON_BOTH
from tests.support.ledgers import MINE
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.processes import eventually
from tests.support.working import work
from workers import lease as leases
from workers.lease import RENEW_SECONDS, leased
from workers.parts import Parts

SOON = 0.05


class StillClock(TestClock):
    """Two threads look at it and one moves it: looking changes nothing."""

    def __call__(self) -> datetime:
        """The same instant until it is moved."""
        return self.time


@pytest.fixture
def clock(now: datetime) -> TestClock:
    """The present, until the test moves it."""
    return StillClock(now)


@pytest.fixture
def job_id(runtime: Runtime, tmp_path: Path) -> int:
    """The job of a new filing."""
    intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf")))
    with runtime.database.reading() as session:
        return session.scalars(select(Job.id)).one()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases are renewed twenty times a second."""
    monkeypatch.setattr(leases, "RENEW_SECONDS", SOON)


def kept_until(runtime: Runtime, job_id: int) -> datetime:
    """The end of the lease, as the register has it."""
    with runtime.database.reading() as session:
        return session.get_one(Job, job_id).visible_at


def leaves(runtime: Runtime) -> list[str]:
    """The acts of the ledger."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)))


def test_two_renewals_may_fail_before_a_lease_runs_out() -> None:
    assert LEASE.total_seconds() >= 3 * RENEW_SECONDS


@ON_BOTH
@pytest.mark.usefixtures("hurried")
def test_a_lease_is_renewed_while_the_work_goes_on_and_no_longer(
    runtime: Runtime, job_id: int, clock: TestClock
) -> None:
    with leased(runtime, job_id) as lease:
        assert lease is not None
        for _ in range(3):  # the work takes three leases' time
            clock.time += LEASE * 0.9
            assert eventually(lambda: kept_until(runtime, job_id) >= clock.time + LEASE)
            assert outbox.take(runtime.database, job_id, clock()) is None
    # The block ended without a result, as when a process dies: nobody renews it any more.
    clock.time += LEASE
    assert outbox.take(runtime.database, job_id, clock()) is not None


@contextmanager
def locked_file(database: Database) -> Iterator[None]:
    """SQLite held by another process for longer than anybody waits."""
    other = Database(database.url)
    with other.transaction():
        yield
    other.close()


@contextmanager
def refused_connections(database: Database) -> Iterator[None]:
    """PostgreSQL that ends every session and takes no new one."""
    parts = urlsplit(database.url.replace("+psycopg", ""))
    name = parts.path.removeprefix("/")
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


AWAY = {"sqlite": locked_file, "postgresql": refused_connections}


@ON_BOTH
@pytest.mark.usefixtures("hurried")
def test_a_database_that_is_away_for_a_moment_does_not_end_the_renewing(
    runtime: Runtime, job_id: int, clock: TestClock
) -> None:
    impatient = replace(runtime, database=Database(runtime.database.url, busy_seconds=SOON))
    refused = 0
    renew = outbox.renew

    def counting(*arguments: object) -> bool:
        nonlocal refused
        try:
            return renew(*arguments)  # type: ignore[arg-type]
        except DatabaseUnavailable:
            refused += 1
            raise

    with pytest.MonkeyPatch.context() as patch, leased(impatient, job_id) as lease:
        assert lease is not None
        patch.setattr(outbox, "renew", counting)
        with AWAY[runtime.database.engine.dialect.name](runtime.database):
            assert eventually(lambda: refused >= 2)
        clock.time += LEASE * 0.5
        assert eventually(lambda: kept_until(runtime, job_id) >= clock.time + LEASE)
    impatient.database.close()


class Slow(Bucket):
    """A real bucket; before it stores, something happens."""

    before: Callable[[], object] = staticmethod(lambda: None)

    def put(self, key: str, path: Path, *, sha256: str, media_type: str) -> Stored:
        """As any bucket, later."""
        self.before()
        return super().put(key, path, sha256=sha256, media_type=media_type)


@ON_BOTH
@pytest.mark.usefixtures("hurried")
def test_who_lost_the_lease_records_nothing_and_the_other_seals_once(
    parts: Parts,
    s3: SeaweedFS,
    bucket_name: str,
    job_id: int,
    clock: TestClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A worker is stopped (a suspended machine) for longer than its lease, and goes on."""
    runtime = parts.runtime
    slow = Slow(s3.endpoint, s3.access_key, s3.secret_key, bucket=bucket_name, region=REGION)
    taken: list[outbox.Lease | None] = []

    def overslept() -> None:
        taken.append(outbox.take(runtime.database, job_id, clock() + LEASE * 10))

    slow.before = overslept
    caplog.set_level(logging.INFO, "oficialia.trabajo")
    work(replace(parts, runtime=replace(runtime, bucket=slow)))
    [second] = taken
    assert second is not None
    assert leaves(runtime) == ["ingreso"]
    assert not [record for record in caplog.records if record.getMessage().startswith("sealed")]
    clock.time += LEASE * 20  # the second one died
    work(parts)
    assert leaves(runtime) == ["ingreso", "sello", "acuse"]


@ON_BOTH
@pytest.mark.usefixtures("hurried")
def test_a_lost_lease_is_named_and_not_taken_back(
    runtime: Runtime, job_id: int, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    with leased(runtime, job_id) as lease:
        assert lease is not None
        other = outbox.take(runtime.database, job_id, clock() + timedelta(hours=1))
        assert other is not None
        assert eventually(lambda: any("its lease was lost" in record.getMessage() for record in caplog.records))
        assert not outbox.renew(runtime.database, lease, clock())
    with runtime.database.reading() as session:
        assert session.get_one(Job, job_id).lease_token == other.token
