"""One interleaved run: in each round every engine seals the same file once, so that noise hits all alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.engines import Engine, Missing
from tests.bench.lineup import CLI, FLOOR

ENOUGH_MS = 6000
"""What an engine may spend on one file; slow ones get fewer repetitions for it, but never fewer than `FEWEST`."""
FEWEST = 3


@dataclass
class Lane:
    """One engine on one file, with or without a stamp."""

    engine: str
    file: str
    visible: bool
    times: list[float]
    peak: float = 0.0
    missing: str = ""

    def wants_more(self, *, late: bool) -> bool:
        """Whether another repetition is worth its time; when it is late, one has to do."""
        if self.missing or not self.times:
            return not self.missing
        return not late and (len(self.times) < FEWEST or sum(self.times) < ENOUGH_MS)

    @property
    def ms(self) -> float | None:
        """The median."""
        return statistics.median(self.times) if self.times and not self.missing else None


def race(
    engines: Mapping[str, Engine],
    files: Mapping[str, Path],
    folder: Path,
    *,
    rounds: int,
    seconds: float,
    say: Callable[[str], None],
) -> list[Lane]:
    """All engines on all files, invisible and visible, in `seconds` or little more; each file gets an equal part."""
    lanes: list[Lane] = []
    for file, path in files.items():
        say(f"  {file}")
        until = time.monotonic() + seconds / len(files)
        here = [Lane(name, file, visible, []) for visible in (False, True) for name in engines]
        for _ in range(rounds):
            for lane in here:
                if lane.wants_more(late=time.monotonic() > until):
                    _run(lane, engines[lane.engine], path, folder)
        lanes += here
    return lanes


def _run(lane: Lane, engine: Engine, source: Path, folder: Path) -> None:
    target = folder / "sellado.pdf"
    target.unlink(missing_ok=True)
    if lane.visible and not engine.draws:
        lane.missing = "no dibuja"
        return
    try:
        took, peak = engine.seal(source, target, lane.visible)
    except Missing as reason:
        lane.missing = str(reason)
        return
    lane.times.append(took)
    lane.peak = max(lane.peak, peak)


def rows(lanes: list[Lane], absent: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is written: a row for each lane, and one for each engine that could not be had."""
    medians = {(lane.engine, lane.file, lane.visible): lane.ms for lane in lanes}
    found = [
        _row(lane, medians.get((CLI, lane.file, lane.visible)), medians.get((FLOOR, lane.file, lane.visible)))
        for lane in lanes
    ]
    return found + [_row(Lane(name, "", False, [], missing=reason), None, None) for name, reason in absent.items()]


def _row(lane: Lane, cli: float | None, floor: float | None) -> dict[str, Any]:
    ms = lane.ms
    row = {
        "engine": lane.engine,
        "file": lane.file,
        "visible": lane.visible,
        "ms": ms and round(ms, 3),
        "docs_per_s": ms and round(1000 / ms, 1),
        "rss_mib": round(lane.peak, 1) if ms else None,
        "ratio_cli": round(cli / ms, 2) if ms and cli else None,
        "ratio_floor": round(ms / floor, 2) if ms and floor else None,
    }
    return row | ({"missing": lane.missing} if lane.missing else {})
