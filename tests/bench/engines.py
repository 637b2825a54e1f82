"""How each engine is asked to seal a file, and what is measured: milliseconds, and the peak of its memory."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

ROOT = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.002
SECONDS = 60
"""For one document; what takes longer has failed."""


class Missing(Exception):
    """This engine cannot be had here, or cannot do this; the message is for people."""


class Engine(Protocol):
    """An engine that is ready."""

    draws: bool
    """Whether it can show a stamp."""

    def seal(self, source: Path, target: Path, visible: bool) -> tuple[float, float]:
        """Seal; gives milliseconds and MiB. Raises Missing when it cannot."""

    def close(self) -> None:
        """End what it started."""


class Program:
    """A program that is started for each document, as people do at a prompt."""

    def __init__(self, command: Callable[[Path, Path, bool], Sequence[str | Path]], *, draws: bool) -> None:
        self._command, self.draws = command, draws

    def seal(self, source: Path, target: Path, visible: bool) -> tuple[float, float]:
        """From its start to its end."""
        command = [str(part) for part in self._command(source, target, visible)]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Not ru_maxrss: that of a child begins with what its parent had when it forked.
        proc, peak = Path("/proc", str(process.pid)), 0.0
        while process.poll() is None:
            peak = _peak_mib(proc) or peak
            time.sleep(POLL_SECONDS)
        took = (time.perf_counter() - began) * 1000
        if process.returncode != 0 or not target.exists() or target.stat().st_size <= source.stat().st_size:
            raise Missing(f"{Path(command[0]).name} terminó con {process.returncode}")
        return took, peak

    def close(self) -> None:
        """Nothing stays."""


class Server:
    """A driver that stays (`tests/bench/drivers`): it tells what a document took it, once it is warm."""

    def __init__(self, command: Sequence[str | Path], *, draws: bool = True) -> None:
        self.draws = draws
        self._process = subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def warm(self, source: Path, target: Path, *, times: int) -> Self:
        """Seal a small document until the engine is as fast as it gets."""
        for number in range(times):
            self.seal(source, target, self.draws and number % 2 == 0)
        return self

    def seal(self, source: Path, target: Path, visible: bool) -> tuple[float, float]:
        """The driver's own time; and the larger of the peaks of its process and of a child that it had for this."""
        proc = Path("/proc", str(self._process.pid))
        if proc.exists():
            (proc / "clear_refs").write_text("5")  # begin a new peak (proc(5))
        answer = self._ask({"source": str(source), "target": str(target), "visible": visible})
        if "error" in answer:
            raise Missing(answer["error"])
        return answer["ms"], max(_peak_mib(proc), answer.get("child_mib", 0.0))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout and self._process.stderr
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            said = self._process.stderr.read().strip().splitlines()
            raise Missing(said[-1][:200] if said else "terminó sin decir por qué")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Its input ends, and with it the driver."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
        self._process.wait(SECONDS)


def _peak_mib(proc: Path) -> float:
    """Of a process that lives; 0 of one that has just ended."""
    for line in (proc / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
