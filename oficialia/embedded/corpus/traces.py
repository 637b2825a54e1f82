"""What the office's logs tell of each request, and of processes that died."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What gunicorn and Celery say of a process of theirs that ended before its time.
DEATH = re.compile(
    r"WORKER TIMEOUT|Worker \(pid:\d+\) (was sent|exited with)|WorkerLostError|Hard time limit|exited with 'signal"
)
PROCESSES = ("web", "worker", "dispatcher", "beat")


@dataclass
class Trace:
    """One filing in the logs. `peak_mib` is the most that a sandbox child took for it, in the window or in a worker;
    `detail` is why it has no visible seal."""

    peak_mib: float = 0.0
    strategy: str = ""
    level: str = ""
    detail: str = ""
    code: str = ""
    flags: tuple[str, ...] = ()

    def add(self, line: dict[str, Any]) -> None:
        """Take from a line what it tells."""
        self.peak_mib = max(self.peak_mib, float(line.get("peak_mib", 0.0)))
        self.code = line.get("code", self.code)
        if "flags" in line:
            self.flags = tuple(dict.fromkeys([*self.flags, *line["flags"].split()]))
        if str(line.get("message", "")).startswith("sealed "):
            self.strategy, self.level = line.get("strategy", ""), line.get("seal_level", "")
            self.detail = line.get("detail", "")


def traces(logs: Path) -> dict[str, Trace]:
    """The trace of each request id."""
    found: dict[str, Trace] = defaultdict(Trace)
    for line in _lines(logs):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and "request_id" in value:
            found[value["request_id"]].add(value)
    return found


def deaths(logs: Path) -> list[str]:
    """The lines that tell of a process that died."""
    return [line.strip() for line in _lines(logs) if DEATH.search(line)]


def _lines(logs: Path) -> Iterator[str]:
    for name in PROCESSES:
        log = logs / f"{name}.log"
        if log.exists():
            with log.open(encoding="utf-8", errors="replace") as file:
                yield from file
