"""One program as a child process: in a session of its own, dying with its parent, stopped gently and then by force."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

# linux/prctl.h. Loaded before any fork: between fork and exec nothing may be imported.
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
POLL_SECONDS = 0.05
# SeaweedFS on a cold, slow disk is the slowest to be ready.
READY_SECONDS = 30.0
STOP_SECONDS = 10.0


class ServiceFailed(Exception):
    """A program did not start, or stopped before it served; the message is in Spanish and names its log."""


@dataclass(frozen=True)
class Program:
    """What to run. `environment` is all that it gets; `ready` tells whether it serves already."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool] = lambda: True
    # Runs before each start and after the last stop: removes what it leaves outside its folder.
    tidy: Callable[[], None] = lambda: None
    # Whether what it prints goes to its log alone, and not to the terminal.
    quiet: bool = False


def spawn(program: Program, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start the program in a new session; the kernel kills it when the calling thread dies, however it dies."""
    program.tidy()
    parent = os.getpid()

    def die_with_parent() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # the parent died before the line above

    return subprocess.Popen(
        program.argv,
        env=dict(program.environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, nothing that takes a lock
    )


def wait_ready(
    program: Program, process: subprocess.Popen[bytes], log: Path, *, seconds: float = READY_SECONDS
) -> None:
    """Return when the program serves. Raises ServiceFailed when it ended, or when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (status := process.poll()) is not None:
            raise ServiceFailed(f"{program.name} terminó al arrancar (código {status}). Vea {log}")
        if program.ready():
            return
        time.sleep(POLL_SECONDS)
    raise ServiceFailed(f"{program.name} no estuvo listo en {seconds:.0f} segundos. Vea {log}")


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left in the process's group; it may be nothing."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(processes: list[subprocess.Popen[bytes]], *, seconds: float = STOP_SECONDS) -> None:
    """Ask all of them to end, wait, and kill with their groups those that did not. Nothing of them is left."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    until = time.monotonic() + seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
        kill_group(process)


@contextlib.contextmanager
def running(program: Program, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program, serving, for the time of the block. Raises ServiceFailed when it does not come up."""
    with log.open("ab") as output:
        process = spawn(program, output)
    try:
        wait_ready(program, process, log)
        yield process
    finally:
        stop([process])
        program.tidy()
