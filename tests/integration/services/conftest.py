"""The offices of the tests of the acts."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from oficialia.db import Database
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.runtime import Runtime
from oficialia.services import intake
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support import postgres
from tests.support.backups import fill, opened
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, blank_pdf, make_runtime, submission
from tests.support.reviewing import Reviewed, put_right
from tests.support.working import make_parts, work


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox."""
    box = Sandbox()
    yield box
    box.close()


@pytest.fixture
def clock() -> TestClock:
    """A Monday at 11:00 in Chalco."""
    return TestClock(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgres"])
def runtime(
    request: pytest.FixtureRequest,
    bucket: Bucket,
    sandbox: Sandbox,
    development_pki: Path,
    tmp_path: Path,
    clock: TestClock,
) -> Iterator[Runtime]:
    """The office, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    office = make_runtime(
        url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=tmp_path / "spool", clock=clock
    )
    yield office
    office.database.close()


@pytest.fixture(scope="session")
def elsewhere(s3: SeaweedFS) -> Bucket:
    """The storage of another machine: it has nothing of the filings of a test."""
    return s3.bucket("otra-maquina")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Database]:
    """A register that does not exist yet."""
    with opened(f"sqlite:///{tmp_path / 'restaurado.db'}") as database:
        yield database


@pytest.fixture
def fresh_postgres(postgres_port: int) -> Iterator[Database]:
    name = f"restaurada_{uuid.uuid4().hex[:12]}"
    with opened(postgres.create_database(postgres_port, name)) as database:
        yield database
    postgres.drop_database(postgres_port, name)


@pytest.fixture(params=["sqlite", "postgres"])
def fresh_of_either(request: pytest.FixtureRequest) -> Database:
    """An empty register, once of each kind."""
    database: Database = request.getfixturevalue(f"fresh{'' if request.param == 'sqlite' else '_postgres'}")
    return database


@pytest.fixture(scope="session")
def town(
    bucket: Bucket, sandbox: Sandbox, development_pki: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runtime]:
    """An office with filings on SQLite, which no test changes."""
    folder = tmp_path_factory.mktemp("oficina")
    runtime = make_runtime(
        f"sqlite:///{folder / 'oficialia.db'}",
        bucket=bucket,
        sandbox=sandbox,
        pki=development_pki,
        spool=folder / "spool",
        clock=TestClock(datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
    )
    fill(runtime, folder / "escritos")
    yield runtime
    runtime.database.close()


@pytest.fixture(scope="module", params=["sqlite", THOROUGH_POSTGRES])
def whole(
    request: pytest.FixtureRequest,
    s3: SeaweedFS,
    sandbox: Sandbox,
    development_pki: Path,
    responders: str,
    now: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Reviewed]:
    """The office, with nothing wrong, made once for each database."""
    folder, name = tmp_path_factory.mktemp("revisar"), f"revisar-{request.param}-{uuid4().hex[:8]}"
    url = postgres.database_of(request, folder)
    bucket = s3.bucket(name)
    bucket.ensure(retention_days=0)  # so that a test can take an object away
    runtime = make_runtime(
        url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=TestClock(now)
    )
    parts = make_parts(runtime, development_pki, responders)
    sealed = intake.receive(runtime, submission(blank_pdf(folder / "a.pdf"), key="a", received_at=now))
    work(parts)
    open_ = intake.receive(runtime, submission(blank_pdf(folder / "b.pdf"), key="b", received_at=now))
    yield Reviewed(parts, s3, name, sealed.folio, open_.folio)
    runtime.database.close()


@pytest.fixture
def copied_town(town: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    """A copy of it for the test alone."""
    copy = tmp_path / "oficina.db"
    with (
        closing(sqlite3.connect(str(town.database.engine.url.database))) as source,
        closing(sqlite3.connect(copy)) as made,
    ):
        source.backup(made)
    with opened(f"sqlite:///{copy}") as database:
        yield replace(town, database=database)


@pytest.fixture
def office(whole: Reviewed) -> Iterator[Reviewed]:
    """The office, to be broken: what a test does to its register is undone."""
    with put_right(whole.runtime.database):
        yield whole
