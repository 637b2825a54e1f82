"""The supervisor: starts programs, restarts the dead ones, stops them in order. `docs/adr/0003-supervisor.md` says why.

Every method runs in the main thread: the kernel ends a child when the *thread* that started it ends.
"""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import IO

from oficialia.embedded import process
from oficialia.embedded.process import Program, ServiceFailed

WATCH_SECONDS = 0.2
# The first restart comes at once, the next ones ever later; who lived this long starts anew with the counting.
BACKOFF_SECONDS, BACKOFF_MOST, LIVED_SECONDS = 0.5, 30.0, 30.0
# A worker may be sealing and a browser uploading: both are given time to end what they promised.
STOP_SECONDS = 20.0
LOG_BYTES = 5_000_000

Echo = Callable[[str, str], None]
Sweep = Callable[[Collection[int]], None]


class Child:
    """One program, alive or waiting to be started again."""

    def __init__(self, program: Program, log: Path, echo: Echo) -> None:
        self.program, self.log, self._echo = program, log, echo
        self.deaths = 0
        self.restart_at = 0.0
        self._started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> subprocess.Popen[bytes] | None:
        """Its process, while it runs."""
        return self._process if self._process and self._process.poll() is None else None

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; what it prints goes to its log and to the echo."""
        self._started_at = time.monotonic()
        self._process = process.spawn(self.program, subprocess.PIPE)
        assert self._process.stdout  # noqa: S101 - asked for above
        threading.Thread(target=self._copy, args=(self._process.stdout,), daemon=True).start()
        return self._process

    def _copy(self, output: IO[bytes]) -> None:
        with self.log.open("ab") as log:
            for line in output:
                log.write(line)
                log.flush()
                if not self.program.quiet:
                    self._echo(self.program.name, line.decode(errors="replace").rstrip())

    def bury(self) -> None:
        """Take note of a death: kill what is left of its group, decide when to start again."""
        if self._process is None:
            return
        process.kill_group(self._process)
        lived = time.monotonic() - self._started_at
        self.deaths = 0 if lived > LIVED_SECONDS else self.deaths + 1
        delay = min(BACKOFF_MOST, BACKOFF_SECONDS * 2 ** (self.deaths - 1)) if self.deaths > 1 else 0.0
        self.restart_at = time.monotonic() + delay
        self._echo("supervisor", f"{self.program.name} terminó (código {self._process.returncode}); "
                                 f"arranca de nuevo en {delay:.1f} s")  # fmt: skip
        self._process = None


class Supervisor:
    """The programs of one installation, in the order in which they were started.

    `sweep` ends what a dead program left outside of its group; it gets the processes to keep. It is
    `guard.end_orphans` where this process adopts orphans and has no other children.
    """

    def __init__(self, log_folder: Path, echo: Echo, sweep: Sweep = lambda keep: None) -> None:
        self._folder, self._echo, self._sweep = log_folder, echo, sweep
        self._stages: list[list[Child]] = []
        log_folder.mkdir(parents=True, exist_ok=True)

    def log_of(self, name: str) -> Path:
        """Where the output of a program is kept."""
        return self._folder / f"{name}.log"

    def start(self, programs: Sequence[Program]) -> None:
        """Start them together and return when all serve. Raises ServiceFailed."""
        stage = [Child(program, self._log(program), self._echo) for program in programs]
        self._stages.append(stage)
        started = [(child, child.start()) for child in stage]
        for child, running in started:
            process.wait_ready(child.program, running, child.log)

    def run(self, program: Program, *, seconds: float = 120.0) -> None:
        """Run a program to its end. Raises ServiceFailed when it ends with a fault, or not in time."""
        child = Child(program, self._log(program), self._echo)
        running = child.start()
        try:
            status = running.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ServiceFailed(f"{program.name} no terminó en {seconds:.0f} segundos. Vea {child.log}") from None
        finally:
            process.kill_group(running)
        if status:
            raise ServiceFailed(f"{program.name} falló (código {status}). Vea {child.log}")

    def watch(self, stopping: threading.Event) -> None:
        """Restart what dies, until `stopping` is set."""
        while not stopping.wait(WATCH_SECONDS):
            for child in (child for stage in self._stages for child in stage):
                self._revive(child)

    def _revive(self, child: Child) -> None:
        if child.alive:
            return
        if child.restart_at == 0.0:
            child.bury()
            self._sweep(self._pids())
        if time.monotonic() >= child.restart_at:
            child.start()
            child.restart_at = 0.0

    def _pids(self) -> list[int]:
        return [child.alive.pid for stage in self._stages for child in stage if child.alive]

    def stop(self, first: Sequence[Sequence[str]] = ()) -> None:
        """Stop everything, gently and then by force: each group of `first` together, one group after the other; then
        the rest, the last started first."""
        children = {child.program.name: child for stage in self._stages for child in stage}
        groups = [[children.pop(name) for name in names if name in children] for names in first]
        rest = [[child for child in stage if child.program.name in children] for stage in reversed(self._stages)]
        for group in (*groups, *rest):
            process.stop([child.alive for child in group if child.alive], seconds=STOP_SECONDS)
            for child in group:
                child.program.tidy()
        self._stages.clear()

    def _log(self, program: Program) -> Path:
        log = self.log_of(program.name)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            os.replace(log, log.with_suffix(".log.1"))  # noqa: PTH105 - the same as Path.replace
        return log
