"""Drafts on a real disk; only the clock is the test's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oficialia.domain.codes import Codes
from oficialia.drafts.store import DraftStore
from oficialia.limits import Limits
from tests.support.office import TestClock

LIMITS = Limits(file_bytes=5_000, filing_bytes=12_000, pages=10, anexos=4)


@pytest.fixture
def clock() -> TestClock:
    """A clock that begins with the real one: what the disk says of the age of a file is real too."""
    return TestClock(datetime.now(UTC))


@pytest.fixture
def store(tmp_path: Path, clock: TestClock) -> DraftStore:
    """No drafts yet."""
    folder = tmp_path / "borradores"
    folder.mkdir()
    return DraftStore(folder, Codes(b"x" * 32), clock, LIMITS)
