"""The supervisor, on real processes: restarts, order of stopping, output."""

import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from oficialia.embedded.process import Program, ServiceFailed, running
from oficialia.embedded.supervisor import Supervisor
from tests.support.processes import eventually, marked


@pytest.fixture
def mark() -> Iterator[str]:
    value = f"PRUEBA_{uuid.uuid4().hex}"
    yield value
    assert eventually(lambda: not marked(value)), "a process of the test is left"


@pytest.fixture
def lines() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, lines: list[tuple[str, str]], mark: str) -> Iterator[Supervisor]:
    """Stopped before `mark` looks for what is left."""
    made = Supervisor(tmp_path / "log", lambda name, line: lines.append((name, line)))
    yield made
    made.stop()


def shell(name: str, script: str, mark: str) -> Program:
    return Program(name, ("/bin/sh", "-c", script), {"PATH": "/usr/bin:/bin", "MARK": mark})


def watch(supervisor: Supervisor, seconds: float) -> None:
    stopping = threading.Event()
    threading.Timer(seconds, stopping.set).start()
    supervisor.watch(stopping)


def test_output_goes_to_the_log_and_to_the_echo(
    supervisor: Supervisor, lines: list[tuple[str, str]], mark: str
) -> None:
    supervisor.start([shell("hola", "echo ñandú; exec sleep 60", mark)])
    assert eventually(lambda: ("hola", "ñandú") in lines)
    assert supervisor.log_of("hola").read_text("utf-8") == "ñandú\n"


def test_a_quiet_program_only_writes_its_log(supervisor: Supervisor, lines: list[tuple[str, str]], mark: str) -> None:
    quiet = Program("servicio", ("/bin/sh", "-c", "echo hola; exec sleep 60"), {"MARK": mark}, quiet=True)
    supervisor.start([quiet])
    assert eventually(
        lambda: supervisor.log_of("servicio").exists() and supervisor.log_of("servicio").stat().st_size > 0
    )
    assert lines == []


def test_a_dead_program_is_started_again(supervisor: Supervisor, tmp_path: Path, mark: str) -> None:
    starts = tmp_path / "arranques"
    supervisor.start([shell("flojo", f"echo x >> {starts}; sleep 0.1", mark)])
    watch(supervisor, 2.0)
    # At once after the first death, then after 1, 2, 4… seconds: ever later.
    assert 2 <= len(starts.read_text("utf-8").split()) <= 4


def test_what_a_dead_program_leaves_is_killed_before_it_starts_again(
    supervisor: Supervisor, tmp_path: Path, mark: str
) -> None:
    once = tmp_path / "una-vez"
    script = f"test -e {once} && exec sleep 60; touch {once}; sleep 61 & sleep 0.1"
    supervisor.start([shell("padre", script, mark)])
    watch(supervisor, 1.5)
    commands = {Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").strip() for pid in marked(mark)}
    assert b"sleep 60" in commands
    assert b"sleep 61" not in commands


def test_programs_stop_in_the_order_named_then_the_last_started_first(
    supervisor: Supervisor, tmp_path: Path, mark: str
) -> None:
    order = tmp_path / "orden"
    for name in ("servicio", "worker", "web"):
        script = f"trap 'echo {name} >> {order}; exit 0' TERM; while :; do sleep 0.05; done"
        supervisor.start([shell(name, script, mark)])
    time.sleep(0.3)  # the shells set their traps
    supervisor.stop((("worker",),))
    assert order.read_text("utf-8").split() == ["worker", "web", "servicio"]


def test_a_program_that_ignores_the_request_is_killed_with_its_children(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setattr("oficialia.embedded.supervisor.STOP_SECONDS", 0.5)
    supervisor.start([shell("terco", "trap '' TERM; sleep 60 & wait; sleep 60", mark)])
    assert eventually(lambda: len(marked(mark)) == 2)
    supervisor.stop()
    assert eventually(lambda: not marked(mark))


def test_who_ends_while_starting_is_named_with_its_log(supervisor: Supervisor, mark: str) -> None:
    dead = Program("muerto", ("/bin/sh", "-c", "exit 3"), {"MARK": mark}, ready=lambda: False)
    with pytest.raises(ServiceFailed, match=r"muerto terminó al arrancar \(código 3\)\. Vea .*muerto\.log"):
        supervisor.start([dead])


def test_a_release_that_fails_is_a_fault(supervisor: Supervisor, mark: str) -> None:
    supervisor.run(shell("release", "true", mark))
    with pytest.raises(ServiceFailed, match=r"release falló \(código 7\)"):
        supervisor.run(shell("release", "exit 7", mark))


def test_a_release_that_hangs_is_killed(supervisor: Supervisor, mark: str) -> None:
    with pytest.raises(ServiceFailed, match="no terminó"):
        supervisor.run(shell("release", "sleep 60", mark), seconds=0.3)


def test_a_single_program_runs_for_the_time_of_a_block(tmp_path: Path, mark: str) -> None:
    with running(shell("uno", "exec sleep 60", mark), tmp_path / "uno.log"):
        assert eventually(lambda: len(marked(mark)) == 1)
    assert not marked(mark)


def test_a_single_program_that_is_never_ready_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setattr("oficialia.embedded.process.wait_ready.__kwdefaults__", {"seconds": 0.3})
    never = Program("nunca", ("/bin/sleep", "60"), {"MARK": mark}, ready=lambda: False)
    with pytest.raises(ServiceFailed, match="no estuvo listo"), running(never, tmp_path / "nunca.log"):
        pass
    assert not marked(mark)
