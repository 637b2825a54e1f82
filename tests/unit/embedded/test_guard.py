"""Nothing is orphaned, whoever is killed: a real guard over a real supervisor over real processes."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import eventually, marked

ROOT = Path(__file__).resolve().parents[3]
# The programs have a child in their group, and a grandchild that left for a session of its own.
SCRIPT = """
import os, sys, threading, signal
from pathlib import Path
from oficialia.embedded.guard import end_orphans, guarded
from oficialia.embedded.process import Program
from oficialia.embedded.supervisor import Supervisor

def work():
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    supervisor = Supervisor(Path(sys.argv[1]), lambda *_: None, end_orphans)
    script = "sleep 300 & setsid sleep 301 & exec sleep 302"
    supervisor.start([Program(name, ("/bin/sh", "-c", script), dict(os.environ)) for name in ("a", "b")])
    Path(sys.argv[1], "supervisor").write_text(str(os.getpid()))
    supervisor.watch(stopping)
    supervisor.stop()
    return 5

sys.exit(guarded(work))
"""
PROGRAMS = 6


@pytest.fixture
def mark() -> str:
    return f"PRUEBA_{uuid.uuid4().hex}"


@pytest.fixture
def guard(tmp_path: Path, mark: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MARK": mark}
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment)
    assert eventually(lambda: len(marked(mark)) == PROGRAMS + 2)
    yield process
    process.kill()
    process.wait()


def _supervisor(folder: Path) -> int:
    file = folder / "supervisor"
    assert eventually(lambda: file.exists() and bool(file.read_text("utf-8")))
    return int(file.read_text("utf-8"))


def _running(mark: str, command: str) -> set[int]:
    argv = command.replace(" ", "\0").encode() + b"\0"
    return {pid for pid in marked(mark) if Path(f"/proc/{pid}/cmdline").read_bytes() == argv}


def test_a_program_that_is_killed_starts_anew_with_nothing_of_the_old_one(
    guard: subprocess.Popen[bytes], tmp_path: Path, mark: str
) -> None:
    _supervisor(tmp_path)
    victim, *_ = _running(mark, "sleep 302")
    before = marked(mark)
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(marked(mark) - before) == PROGRAMS / 2)
    assert eventually(lambda: len(marked(mark)) == PROGRAMS + 2)
    assert guard.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_ends_everything_and_gives_the_status(
    number: signal.Signals, guard: subprocess.Popen[bytes], tmp_path: Path, mark: str
) -> None:
    _supervisor(tmp_path)
    guard.send_signal(number)
    assert guard.wait(30) == 5
    assert not marked(mark)


def test_a_killed_supervisor_leaves_nothing(guard: subprocess.Popen[bytes], tmp_path: Path, mark: str) -> None:
    os.kill(_supervisor(tmp_path), signal.SIGKILL)
    assert guard.wait(30) == 1
    assert not marked(mark)


def test_a_killed_guard_leaves_nothing(guard: subprocess.Popen[bytes], tmp_path: Path, mark: str) -> None:
    _supervisor(tmp_path)
    guard.kill()
    assert eventually(lambda: not marked(mark), seconds=30)
