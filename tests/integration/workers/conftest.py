"""The offices of the tests of workers, each with a bucket of its own."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from oficialia.embedded.seaweed import SeaweedFS
from oficialia.runtime import Runtime
from signing.sandbox import Sandbox
from tests.support.office import TestClock, make_runtime
from tests.support.working import make_parts
from workers.parts import Parts


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox."""
    box = Sandbox()
    yield box
    box.close()


@pytest.fixture
def clock(now: datetime) -> TestClock:
    """The present, in which the seal may be used."""
    return TestClock(now)


@pytest.fixture
def bucket_name() -> str:
    """Of a bucket of the test's own."""
    return f"trabajos-{uuid4().hex[:8]}"


@pytest.fixture
def kind() -> str:
    """Of the register: SQLite, unless the test is marked ON_BOTH."""
    return "sqlite"


@pytest.fixture
def runtime(
    request: pytest.FixtureRequest,
    s3: SeaweedFS,
    sandbox: Sandbox,
    development_pki: Path,
    tmp_path: Path,
    clock: TestClock,
    bucket_name: str,
    kind: str,
) -> Iterator[Runtime]:
    """The office, with a bucket of its own."""
    url = request.getfixturevalue(f"{kind}_url")
    bucket = s3.bucket(bucket_name)
    bucket.ensure(retention_days=0)
    office = make_runtime(
        url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=tmp_path / "spool", clock=clock
    )
    yield office
    office.database.close()


@pytest.fixture
def parts(runtime: Runtime, development_pki: Path, responders: str) -> Parts:
    """What its worker has."""
    return make_parts(runtime, development_pki, responders)
