"""What a killed process left in the spool goes away after a day, and nothing else does."""

import os
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from tests.support.office import TestClock
from workers import upkeep
from workers.parts import Parts, folder
from workers.upkeep import LEFTOVER_SECONDS, clean


def leave(spool: Path, name: str, *, at: float) -> Path:
    """A file, or a folder with a file, as a killed process leaves it; last touched at that moment."""
    path = spool / name
    if name.startswith("envio-"):
        path.write_bytes(b"%PDF-1.7")
    else:
        path.mkdir()
        (path / "original.pdf").write_bytes(b"%PDF-1.7")
    os.utime(path, (at, at))
    return path


def sweep(parts: Parts) -> set[str]:
    """What is left after the task."""
    with mock.patch.object(upkeep, "parts", lambda: parts):
        clean()
    return {path.name for path in parts.runtime.spool.iterdir()}


@pytest.mark.parametrize("name", ["envio-a1b2", "ingreso-a1b2", "trabajo-a1b2", "revision-a1b2"])
def test_a_leftover_goes_after_its_time_and_not_before(parts: Parts, clock: TestClock, name: str) -> None:
    leave(parts.runtime.spool, name, at=clock.time.timestamp())
    clock.time += timedelta(seconds=LEFTOVER_SECONDS - 60)
    assert sweep(parts) == {name}
    clock.time += timedelta(seconds=120)
    assert sweep(parts) == set()


def test_what_is_not_ours_and_what_is_in_use_stays(parts: Parts, clock: TestClock) -> None:
    spool = parts.runtime.spool
    clock.time += timedelta(days=3)
    leave(spool, "respaldo-de-alguien", at=0)
    leave(spool, "envio-viejo", at=0)
    leave(spool, "envio-nuevo", at=clock.time.timestamp())
    with folder(parts.runtime) as working:
        os.utime(working, (clock.time.timestamp(),) * 2)
        assert sweep(parts) == {"respaldo-de-alguien", "envio-nuevo", working.name}
