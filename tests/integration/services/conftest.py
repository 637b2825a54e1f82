"""The office of the tests of the acts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oficialia.runtime import Runtime
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support.office import TestClock, make_runtime


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
