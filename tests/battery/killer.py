"""Who dies next: each part of the office in turn, as a whole and in its children."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from oficialia.clock import now
from tests.battery.site import Site, kill

# In the order in which they die: the word in the command line, and whether it is the process itself or one of its
# children. What takes long to start again comes between what does not.
PARTS: tuple[tuple[str, str, bool], ...] = (
    ("hijo de web", "gunicorn --preload", True),
    ("hijo de worker", "workers.worker worker", True),
    ("valkey", "valkey-server", False),
    ("dispatcher", "workers.dispatch", False),
    ("sandbox", "signing.zygote", False),
    ("s3", "weed -logtostderr", False),
    ("worker", "workers.worker worker", False),
    ("tsa", "certs.responders", False),
    ("publisher", "workers.publish", False),
    ("hijo de worker", "workers.worker worker", True),
    ("beat", "workers.beat beat", False),
    ("web", "gunicorn --preload", False),
)
EVERYTHING, WIPE, DATABASE = "todo a la vez", "valkey vaciado", "postgresql"
EVERYTHING_EACH = 20  # it takes ten seconds to come back, so one death in twenty


@dataclass(frozen=True)
class Death:
    """Who died, and when (aware, UTC)."""

    victim: str
    at: float


def victims(site: Site) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Without end: a name, and how to kill it; that gives False when it was not there at the moment."""
    special: list[tuple[str, Callable[[], bool]]] = [(WIPE, lambda: _done(site.wipe_broker))]
    if site.on_postgres:
        special += [(DATABASE, lambda: _done(site.kill_database))] * 2
    turns = [*special, *((name, _part(site, word, child)) for name, word, child in PARTS)]
    for number, turn in enumerate(cycle(turns), start=1):
        yield (EVERYTHING, lambda: _done(site.kill_everything)) if number % EVERYTHING_EACH == 0 else turn


def _part(site: Site, word: str, child: bool) -> Callable[[], bool]:
    def strike() -> bool:
        found = {pid for pid, command in site.processes().items() if word in command}
        inner = {pid for pid in found if _parent(pid) in found}
        chosen = sorted(inner if child else found - inner)
        for pid in chosen[:1]:
            kill(pid)
        return bool(chosen)

    return strike


def _done(act: Callable[[], None]) -> bool:
    act()
    return True


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def strike(site: Site, turn: tuple[str, Callable[[], bool]]) -> Death | None:
    """Kill once; None when the victim was not there, or is being started again."""
    name, act = turn
    at = now().timestamp()
    return Death(name, at) if act() else None
