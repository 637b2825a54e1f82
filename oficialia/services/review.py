"""The review of the whole office: register, ledger, outbox and storage against one another. Changes none of them.

1. Take the bounds: what is registered up to now (``review_scope``). The office goes on working.
2. The leaves, in the order of the tree (``review_ledger``).
3. The filings, year by year in the order of their folios: the series (``review_series``), and of each filing its rows
   and work (``review_register``), its leaves, and what its acuses state (``review_acuses``).
4. The objects: read whole, re-hashed, and what we sealed examined in the sandbox (``review_seals``); or, when quick,
   only asked for (``review_storage``).
5. The bucket: what no row knows.
6. The seal: whether it may be used, as the worker last said.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from oficialia.clock import Clock
from oficialia.db import Database
from oficialia.services import (
    review_acuses,
    review_ledger,
    review_register,
    review_scope,
    review_series,
    review_storage,
    seal_state,
)
from oficialia.services.review_findings import Finding
from oficialia.services.review_scope import Case, Scope, Year
from oficialia.services.review_seals import Examiner
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from storage.bucket import Bucket

Said = Callable[[int, int], None]
# Reading waits for the store and examining for a child: four keep two processors busy, and leave the store to others.
THREADS = 4
T = TypeVar("T")


@dataclass(frozen=True)
class Result:
    """What one review looked at and found."""

    started_at: datetime
    finished_at: datetime
    counts: dict[str, int]  # expedientes, hojas, objetos
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether nothing was found that a person must look at."""
        return all(finding.severity == "aviso" for finding in self.findings)

    def by_code(self) -> dict[str, int]:
        """How many findings of each code, the most frequent first."""
        return {code.value: count for code, count in Counter(f.code for f in self.findings).most_common()}


def run(
    *,
    database: Database,
    bucket: Bucket,
    sandbox: Sandbox,
    anchors: TrustAnchors,
    clock: Clock,
    spool: Path | None = None,
    quick: bool = False,
    said: Said = lambda _done, _total: None,
) -> Result:
    """Look at everything, and say what is not as it must be; ``quick`` reads no object and examines no seal.

    A filing that comes in meanwhile is left to the next review. ``said`` is told how many of how many steps are done;
    ``spool`` is where sealed documents are kept while they are examined, one for each thread.
    Raises DatabaseUnavailable, StorageUnavailable, SandboxUnavailable: then nothing is known of the office.
    """
    started = clock()
    bucket.probe()
    scope = review_scope.measure(database)  # 1
    steps = _Steps(scope, said)
    examiner = None if quick else Examiner(bucket, sandbox, anchors, spool)
    findings = [
        *review_ledger.tree(scope, steps.counted("hojas", review_scope.leaves(database, scope))),  # 2
        *(finding for year in scope.years for finding in _year(database, year, started, steps)),  # 3
        *_objects(database, bucket, scope, examiner, steps),  # 4
        *review_storage.orphans(database, bucket, started),  # 5
        *review_register.seal(seal_state.current(database)),  # 6
    ]
    return Result(started, clock(), dict(steps.done), tuple(findings))


@dataclass
class _Steps:
    """Counts what was looked at, and tells of it."""

    scope: Scope
    said: Said
    done: Counter[str] = field(default_factory=lambda: Counter({"hojas": 0, "expedientes": 0, "objetos": 0}))

    def counted(self, what: str, things: Iterable[T]) -> Iterator[T]:
        for thing in things:
            yield thing
            self.done[what] += 1
            self.said(min(self.done.total(), self.scope.steps), self.scope.steps)


def _year(database: Database, year: Year, now: datetime, steps: _Steps) -> Iterator[Finding]:
    """Step 3. The filings are walked once, for the series and for themselves."""
    of_each: list[Finding] = []

    def filings() -> Iterator[Case]:
        for case in steps.counted("expedientes", review_scope.cases(database, year)):
            of_each.extend(_case(case, now))
            yield case

    yield from review_series.series(year, (case.filing for case in filings()))
    yield from of_each


def _case(case: Case, now: datetime) -> Iterator[Finding]:
    yield from review_register.rows(case)
    yield from review_register.work(case, now)
    yield from review_ledger.leaves_of(case)
    yield from review_acuses.stated(case)


def _objects(
    database: Database, bucket: Bucket, scope: Scope, examiner: Examiner | None, steps: _Steps
) -> Iterator[Finding]:
    """Step 4, a batch at a time, so that a fault stops it soon."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="revision") as pool:
        for batch in review_scope.items(database, scope):
            if examiner:
                found = pool.map(examiner.look, batch.items, itertools.repeat(batch.certificates))
            else:
                found = pool.map(
                    lambda item: list(filter(None, [review_storage.present(bucket, item.row)])), batch.items
                )
            for findings in steps.counted("objetos", found):
                yield from findings
