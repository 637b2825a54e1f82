"""Which processes are left: each test marks its own by a word in their environment, which descendants inherit, or in
their command line."""

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def marked(mark: str) -> set[int]:
    """The living processes with `mark` in their environment or command line."""
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _has(entry, mark.encode())}


def descendants(parent: int) -> set[int]:
    """The living processes that this one started, and those that they did."""
    found = {parent, *_children(parent)}
    return found.union(*(descendants(child) for child in found - {parent})) - {parent}


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


@contextmanager
def peak_of_sandbox() -> Iterator[list[float]]:
    """The most memory (MiB) that any child of this process's sandbox has had, looked at all the time of the block."""
    peak, stop = [0.0], threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            for zygote in (pid for pid in _children(os.getpid()) if _has(Path("/proc", str(pid)), b"signing.zygote")):
                peak[0] = max([peak[0], *(_high_water(child) for child in _children(zygote))])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _children(parent: int) -> list[int]:
    try:
        tasks = list(Path("/proc", str(parent), "task").iterdir())
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:
        return []


def _high_water(process: int) -> float:
    try:
        status = Path("/proc", str(process), "status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def unanswering() -> Iterator[int]:
    """A port that accepts whoever comes, and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield int(server.getsockname()[1])
