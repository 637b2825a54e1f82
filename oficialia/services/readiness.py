"""Whether a filing could be received now: each part that the promise needs is looked at, in a bounded time."""

import os
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import redis

from oficialia.runtime import Runtime
from oficialia.services import ledger, review_proofs, seal_state

# Who asks (a balancer, a monitor) gives up soon, and a part that needs longer is out for a person as well.
SECONDS = 2.0


@dataclass(frozen=True)
class Readiness:
    """What was found. What is no part decides nothing: the outbox waits for broker, seal and ledger, and without drafts
    the form of one page still files."""

    parts: Mapping[str, bool]
    broker: bool
    seal: bool  # whether a worker said, when it last looked, that a seal may be used
    ledger: bool  # whether its leaves are published soon, where they are published at all
    drafts: bool  # whether one may be begun and grow

    @property
    def ready(self) -> bool:
        """Whether every part that the folio needs is there."""
        return all(self.parts.values())


class Lookout:
    """Looks at the parts of one process. Safe to share among threads; starts nothing before it is asked."""

    def __init__(self, runtime: Runtime, *, redis_url: str, min_free_bytes: int) -> None:
        self._parts = {
            "registro": _Part(partial(ledger.probe, runtime.database)),
            "almacen": _Part(runtime.bucket.probe),
            "espacio": _Part(partial(_probe_folder, runtime.spool, min_free_bytes)),
            "aislamiento": _Part(runtime.sandbox.isolation),
        }
        self._broker = _Part(partial(_probe_broker, redis_url))
        self._seal = _Part(partial(_probe_seal, runtime))
        self._ledger = _Part(partial(_probe_ledger, runtime))
        self._drafts = _Part(partial(_probe_folder, runtime.drafts.folder, 2 * min_free_bytes))

    def look(self, seconds: float = SECONDS) -> Readiness:
        """All parts at once; one that has not answered after ``seconds`` is out."""
        looks = {name: part.ask() for name, part in self._parts.items()}
        told = [part.ask() for part in (self._broker, self._seal, self._ledger, self._drafts)]
        wait([*looks.values(), *told], seconds)
        return Readiness({name: _is_well(look) for name, look in looks.items()}, *map(_is_well, told))


class _Part:
    """One look at a time: a part that hangs holds one thread, however often it is asked for."""

    def __init__(self, probe: Callable[[], object]) -> None:
        self._probe = probe
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "salud")
        self._look: Future[object] | None = None

    def ask(self) -> Future[object]:
        with self._lock:
            if self._look is None or self._look.done():
                self._look = self._pool.submit(self._probe)
            return self._look


def _is_well(look: Future[object]) -> bool:
    return look.done() and look.exception() is None


def _probe_folder(folder: Path, min_free_bytes: int) -> None:
    """As the window decides it (oficialia/web/uploads.py)."""
    if shutil.disk_usage(folder).free < min_free_bytes or not os.access(folder, os.W_OK | os.X_OK):
        raise OSError


def _probe_seal(runtime: Runtime) -> None:
    state = seal_state.current(runtime.database)
    if state is None or not state.usable:
        raise LookupError


def _probe_ledger(runtime: Runtime) -> None:
    if runtime.ledger_policy and any(review_proofs.publishing(runtime.database, runtime.clock())):
        raise LookupError


def _probe_broker(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) as client:
        client.ping()
