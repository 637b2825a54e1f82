"""Which processes are left: each test marks its own by a word in their environment, which descendants inherit, or in
their command line."""

import time
from collections.abc import Callable
from pathlib import Path


def marked(mark: str) -> set[int]:
    """The living processes with `mark` in their environment or command line."""
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _has(entry, mark.encode())}


def _has(entry: Path, mark: bytes) -> bool:
    try:
        return mark in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
    except OSError:
        return False  # it ended, or it is not ours


def eventually(condition: Callable[[], bool], *, seconds: float = 15.0) -> bool:
    """Whether the condition holds before the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False
