"""A real small disk, to fill: a tmpfs of its own. Only root can make one; elsewhere the test skips and says so."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = "relleno"


@contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[Path]:
    """``folder``, made, as a disk of that size for the time of the block."""
    folder.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=0700", "tmpfs", str(folder)]
    made = subprocess.run(argv, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here (needs root): {made.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily: a service may still hold it open; it is gone when the service is.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, *, leaving: int = 0) -> None:
    """Leaves so many bytes free, rounded down to a page; whatever is written beyond does not fit."""
    pages = os.statvfs(disk).f_bavail - leaving // os.statvfs(disk).f_bsize
    with (disk / FILLER).open("ab") as filler:
        filler.write(bytes(max(0, pages) * os.statvfs(disk).f_bsize))


def make_room(disk: Path) -> None:
    """Takes the filling away."""
    (disk / FILLER).unlink()
