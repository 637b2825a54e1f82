"""What a child of the sandbox can and cannot do, and what becomes of calls, zygote and callers when something dies."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signing import isolation, landlock
from signing.errors import DocumentRefused, RefusalCode, SandboxFailure, SandboxUnavailable
from signing.sandbox import MIB, Limits, Sandbox
from tests.support.small_disk import small_disk

ROOT = Path(__file__).resolve().parents[3]
CHILD = "tests.unit.signing.child_functions:"
TIGHT = Limits(cpu_seconds=1, wall_seconds=2, reply_bytes=MIB, file_bytes=MIB)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    ready = Sandbox()
    yield ready
    ready.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def python(script: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a script of this project in a process of its own."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False, **options)  # type: ignore[call-overload,no-any-return]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


def failure(sandbox: Sandbox, function: str, limits: Limits | None = None, **arguments: object) -> str:
    with pytest.raises(SandboxFailure) as caught:
        sandbox.call(CHILD + function, limits=limits, **arguments)  # type: ignore[arg-type]
    return caught.value.reason


def zygote_of(sandbox: Sandbox) -> int:
    sandbox.isolation()
    assert sandbox._process is not None
    return sandbox._process.pid


def test_a_call_gives_its_value_its_memory_and_its_time(sandbox: Sandbox) -> None:
    reply = sandbox.call(CHILD + "echo", text="ñ\x00|", number=1.5, nested={"a": [None, True]})
    assert reply.value == {"text": "ñ\x00|", "number": 1.5, "nested": {"a": [None, True]}}
    assert 10 < reply.peak_mib < 200
    assert 0 < reply.seconds < 5


def test_a_signing_error_comes_through_with_its_arguments(sandbox: Sandbox) -> None:
    with pytest.raises(DocumentRefused) as caught:
        sandbox.call(CHILD + "refuse")
    assert caught.value.code is RefusalCode.TOO_MANY_PAGES
    assert caught.value.detail == "2001"


def test_text_with_lone_surrogates_travels(sandbox: Sandbox) -> None:
    assert sandbox.call(CHILD + "lone_surrogate").value == "a\udcffb"


def test_an_exception_of_a_parser_is_a_crash_and_no_traceback(sandbox: Sandbox) -> None:
    assert failure(sandbox, "stumble") == "crash"


def test_a_child_that_dies_of_a_signal_is_a_crash(sandbox: Sandbox) -> None:
    assert failure(sandbox, "crash") == "crash"


def test_a_memory_bomb_is_stopped(sandbox: Sandbox) -> None:
    assert failure(sandbox, "eat_memory") == "memory"


def test_resident_memory_stays_below_the_limit_while_most_of_it_can_be_used(sandbox: Sandbox) -> None:
    limits = Limits(memory_bytes=200 * MIB)
    assert sandbox.call(CHILD + "hold", limits=limits, size=100 * MIB).peak_mib < 200
    assert failure(sandbox, "hold", limits, size=200 * MIB) == "memory"


def test_a_child_that_uses_libraries_first_and_then_all_it_can_stays_below_the_limit_too(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "signing.sandbox")
    assert failure(sandbox, "fill_memory", Limits(memory_bytes=200 * MIB)) == "memory"
    [record] = caplog.records
    assert 150 < record.fields["peak_mib"] < 200  # type: ignore[attr-defined]


def test_the_log_has_a_line_for_each_child_with_what_it_took_and_the_limit_it_met(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "signing.sandbox")
    sandbox.call(CHILD + "speak", size=1)
    failure(sandbox, "spin", Limits(cpu_seconds=1, wall_seconds=30))
    spoken, spun = [record.fields for record in caplog.records]  # type: ignore[attr-defined]
    assert spoken.keys() == {"peak_mib", "seconds"}
    assert spun["limit"] == "time"
    assert spun["seconds"] >= 1


def test_an_endless_loop_is_stopped_by_its_cpu_time(sandbox: Sandbox) -> None:
    start = time.monotonic()
    assert failure(sandbox, "spin", Limits(cpu_seconds=1, wall_seconds=30)) == "time"
    assert time.monotonic() - start < 15


def test_a_child_that_sleeps_is_stopped_by_the_wall_clock(sandbox: Sandbox) -> None:
    start = time.monotonic()
    assert failure(sandbox, "nap", TIGHT, seconds=60) == "time"
    assert time.monotonic() - start < 10


def test_a_reply_over_the_limit_is_not_read_to_its_end(sandbox: Sandbox) -> None:
    assert failure(sandbox, "speak", TIGHT, size=MIB) == "output"
    assert len(sandbox.call(CHILD + "speak", limits=TIGHT, size=MIB // 2).value) == MIB // 2


def test_a_file_over_the_limit_is_not_written(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "large"
    with pytest.raises(SandboxFailure, match="output"):
        sandbox.call(CHILD + "write", limits=TIGHT, writes=tmp_path, path=str(target), size=2 * MIB)
    assert target.stat().st_size <= MIB


def test_a_full_disk_is_no_fault_of_the_document(sandbox: Sandbox, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disco", 64) as disk, pytest.raises(SandboxUnavailable):
        sandbox.call(CHILD + "write", limits=TIGHT, writes=disk, path=str(disk / "large"), size=MIB // 2)


needs_landlock = pytest.mark.skipif(landlock.version() == 0, reason="this kernel has no Landlock")


@needs_landlock
def test_a_child_opens_only_what_its_call_names(sandbox: Sandbox, tmp_path: Path) -> None:
    named, key, folder = tmp_path / "a.pdf", tmp_path / "sello.key", tmp_path / "taller"
    for file in (named, key):
        file.write_bytes(b"secret")
    folder.mkdir()

    def told(function: str, path: Path) -> str:
        return str(sandbox.call(CHILD + function, reads=[named], writes=folder, path=str(path)).value)

    assert told("read", named) == "secret"
    assert told("read", key) == told("overwrite", named) == told("overwrite", key) == "PermissionError"
    assert told("look_into", tmp_path) == told("overwrite", tmp_path / "nuevo") == "PermissionError"
    assert told("read", Path("/etc/passwd")) == told("look_into", Path("/")) == "PermissionError"
    assert told("overwrite", folder / "nuevo") == "written"
    assert named.read_bytes() == key.read_bytes() == b"secret"


@needs_landlock
def test_a_child_whose_call_names_nothing_opens_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    assert sandbox.call(CHILD + "look_into", path=str(tmp_path)).value == "PermissionError"


def test_no_listener_of_this_machine_can_be_reached(sandbox: Sandbox, listener: socket.socket, tmp_path: Path) -> None:
    in_files = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as local:
        local.bind(in_files)
        local.listen()
        assert sandbox.isolation() in {"namespaces", "seccomp"}
        assert sandbox.call(CHILD + "reach_port", port=listener.getsockname()[1]).value != "connected"
        assert sandbox.call(CHILD + "reach_path", path=in_files).value != "connected"
    with pytest.raises(TimeoutError):
        listener.accept()


def test_no_process_can_be_started(sandbox: Sandbox) -> None:
    assert sandbox.call(CHILD + "start_process").value == "PermissionError"
    assert sandbox.call(CHILD + "fork").value == "PermissionError"


def test_threads_and_event_loops_work(sandbox: Sandbox) -> None:
    assert sandbox.call(CHILD + "run_thread").value == 7
    assert sandbox.call(CHILD + "run_event_loop").value == 42


def test_the_child_has_no_powers_no_environment_and_no_descriptor_of_ours(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFICIALIA_SEAL_PASSWORD", "secreta")
    fresh = Sandbox()
    try:
        assert fresh.call(CHILD + "effective_capabilities", reads=[Path("/proc")]).value == 0
        assert set(fresh.call(CHILD + "environment").value) <= {"LC_CTYPE"}
        descriptors = fresh.call(CHILD + "open_descriptors", reads=[Path("/proc")]).value
    finally:
        fresh.close()
    assert sorted(name.partition(":")[0] for name in descriptors) == ["/dev/null"] * 3 + ["socket"]


def test_calls_from_several_threads_overlap(sandbox: Sandbox) -> None:
    sandbox.isolation()
    start = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: sandbox.call(CHILD + "nap", seconds=0.5).value, range(8)))
    assert replies == ["awake"] * 8
    assert time.monotonic() - start < 3


def test_the_death_of_one_call_leaves_the_others_alone(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(2) as pool:
        calm = pool.submit(sandbox.call, CHILD + "nap", seconds=0.5)
        assert failure(sandbox, "crash") == "crash"
        assert failure(sandbox, "eat_memory") == "memory"
        assert calm.result().value == "awake"


def test_a_dead_zygote_is_replaced(sandbox: Sandbox) -> None:
    first = zygote_of(sandbox)
    os.kill(first, signal.SIGKILL)
    wait_until_gone(first)
    assert sandbox.call(CHILD + "echo", a=1).value == {"a": 1}
    assert zygote_of(sandbox) != first


def test_a_call_whose_zygote_dies_is_made_again(sandbox: Sandbox) -> None:
    timer = threading.Timer(0.3, os.kill, (zygote_of(sandbox), signal.SIGKILL))
    timer.start()
    assert sandbox.call(CHILD + "nap", seconds=1).value == "awake"


def test_closing_ends_the_zygote_and_a_later_call_starts_another() -> None:
    sandbox = Sandbox()
    first = zygote_of(sandbox)
    sandbox.close()
    assert not is_alive(first)
    assert sandbox.call(CHILD + "echo").value == {}
    sandbox.close()


def test_a_child_waits_for_the_next_call_and_is_replaced_when_it_died(sandbox: Sandbox) -> None:
    for _ in range(2):
        sandbox.call(CHILD + "echo")
        waiting = only_child_of(zygote_of(sandbox))
        os.kill(waiting, signal.SIGKILL)
        assert wait_until_gone(waiting)
        assert sandbox.call(CHILD + "echo", a=1).value == {"a": 1}


def only_child_of(zygote: int) -> int:
    """Once those that had a call are gone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = Path(f"/proc/{zygote}/task/{zygote}/children").read_text(encoding="ascii").split()
        if len(found) == 1:
            return int(found[0])
        time.sleep(0.01)
    raise AssertionError(found)


def test_nothing_is_orphaned_when_the_caller_is_killed() -> None:
    script = (
        "import threading, time\n"
        "from signing.sandbox import Sandbox\n"
        "sandbox = Sandbox(); sandbox.isolation()\n"
        f"threading.Thread(target=sandbox.call, args=('{CHILD}nap',), kwargs={{'seconds': 60}}).start()\n"
        "time.sleep(0.5); print(sandbox._process.pid, flush=True); time.sleep(60)\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    zygote = int(caller.stdout.readline())
    children = Path(f"/proc/{zygote}/task/{zygote}/children").read_text(encoding="ascii").split()
    caller.kill()
    caller.wait()
    caller.stdout.close()
    assert len(children) == 2  # the one that naps, and the one that waits for the next call
    assert all(wait_until_gone(pid) for pid in (zygote, *map(int, children)))


def test_a_fork_of_the_caller_starts_a_zygote_of_its_own_and_leaves_ours() -> None:
    script = (
        "import os\n"
        "from signing.sandbox import Sandbox\n"
        "sandbox = Sandbox(); sandbox.isolation(); ours = sandbox._process.pid\n"
        "pid = os.fork()\n"
        f"value = sandbox.call('{CHILD}echo', a=1).value\n"
        "same = sandbox._process.pid == ours\n"
        "if pid == 0:\n"
        "    sandbox.close(); os._exit(0 if value == {'a': 1} and not same else 1)\n"
        "_, status = os.waitpid(pid, 0)\n"
        f"print(status, value, same, sandbox.call('{CHILD}echo', b=2).value, sandbox._process.pid == ours)\n"
    )
    finished = python(script)
    assert finished.stdout.strip() == "0 {'a': 1} True {'b': 2} True", finished.stderr


def readable_by(user: dict[str, object]) -> bool:
    try:
        return python("import signing.sandbox", **user).returncode == 0
    except PermissionError:
        return False


REPORT = (
    "from signing.sandbox import Sandbox\n"
    "sandbox = Sandbox()\n"
    f"print(sandbox.isolation(), sandbox.call('{CHILD}reach_port', port=PORT).value,"
    f" sandbox.call('{CHILD}start_process').value)\n"
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; this run already is unprivileged")
def test_it_holds_for_an_unprivileged_user(listener: socket.socket) -> None:
    script = REPORT.replace("PORT", str(listener.getsockname()[1]))
    nobody: dict[str, object] = {"user": 65534, "group": 65534, "extra_groups": []}
    if not readable_by(nobody):
        pytest.skip("user nobody cannot read this copy of the project or of Python")
    finished = python(script, **nobody)
    kind, reached, started = finished.stdout.split()
    assert kind in {"namespaces", "seccomp"}
    assert reached != "connected"
    assert started == "PermissionError"


# A machine that offers no namespaces, or nothing at all, is made by a seccomp filter that every child inherits.
WITHOUT = (
    "import platform\n"
    "from signing import isolation\n"
    "isolation._set(isolation.PR_SET_NO_NEW_PRIVS, 1)\n"
    "assert isolation._filter(isolation._refusals(NUMBERS[platform.machine()]))\n"
)
NO_NAMESPACES = {"x86_64": [272], "aarch64": [97]}
NO_NAMESPACES_NOR_PRCTL = {"x86_64": [272, 157], "aarch64": [97, 167]}


def test_without_namespaces_the_filter_alone_keeps_the_network_out(listener: socket.socket) -> None:
    script = WITHOUT.replace("NUMBERS", repr(NO_NAMESPACES)) + REPORT
    finished = python(script.replace("PORT", str(listener.getsockname()[1])))
    assert finished.stdout.split() == ["seccomp", "PermissionError", "PermissionError"], finished.stderr


def test_where_nothing_can_isolate_it_refuses_to_open_anything() -> None:
    script = WITHOUT.replace("NUMBERS", repr(NO_NAMESPACES_NOR_PRCTL)) + REPORT.replace("PORT", "1")
    finished = python(script)
    assert finished.returncode == 1
    assert "SandboxUnavailable" in finished.stderr


def test_every_known_architecture_names_the_same_calls() -> None:
    tables: tuple[object, ...] = (isolation.UNREACHABLE, isolation.NEW_PROCESS, isolation.CLONE)
    assert all(set(table) == set(isolation.ARCHITECTURES) for table in tables)  # type: ignore[call-overload]
    assert set(isolation.UNREACHABLE["x86_64"]) == set(isolation.UNREACHABLE["aarch64"])


def test_where_files_cannot_be_closed_off_it_works_and_warns() -> None:
    numbers = [landlock.CREATE_RULESET, landlock.ADD_RULE, landlock.RESTRICT_SELF]
    without = WITHOUT.replace("NUMBERS", str(dict.fromkeys(("x86_64", "aarch64"), numbers)))
    finished = python(
        f"{without}\nimport logging\nlogging.basicConfig()\nfrom signing.sandbox import Sandbox\nsandbox = Sandbox()\n"
        f"print(sandbox.walls().files, sandbox.call('{CHILD}echo', a=1).value)\n"
    )
    assert finished.stdout.strip() == "False {'a': 1}", finished.stderr
    assert "fewer walls than it should" in finished.stderr
