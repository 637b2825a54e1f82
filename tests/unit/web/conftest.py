"""The window on real parts: a register of its own, the shared S3 server and sandbox."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from oficialia.app import create_app
from oficialia.runtime import Runtime
from oficialia.services import credentials, staff_sign_in
from oficialia.web.context import WebOptions
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support.office import TestClock, make_runtime
from tests.support.window import OPTIONS, Visitor


@pytest.fixture(scope="session")
def runtime(
    tmp_path_factory: pytest.TempPathFactory, bucket: Bucket, development_pki: Path, now: datetime
) -> Iterator[Runtime]:
    """One office for all tests of the pages; each test files what it needs."""
    folder = tmp_path_factory.mktemp("ventanilla")
    sandbox = Sandbox(require_isolation=False)
    yield make_runtime(
        f"sqlite:///{folder / 'oficialia.db'}",
        bucket=bucket,
        sandbox=sandbox,
        pki=development_pki,
        spool=folder / "transito",
        clock=TestClock(now),
    )
    sandbox.close()


@pytest.fixture
def options() -> WebOptions:
    """Options that get in nobody's way; a test changes them with `dataclasses.replace`."""
    return replace(OPTIONS)


@pytest.fixture
def app(runtime: Runtime, options: WebOptions) -> Flask:
    """The application."""
    return create_app(runtime, options)


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are kept in no time, where that is not what is tested."""
    monkeypatch.setattr(credentials, "MEMORY_KIB", 64)
    staff_sign_in._nobodys_hash.cache_clear()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser that was never here."""
    return Visitor(app)
