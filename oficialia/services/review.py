"""The review of the whole office: register, ledger, outbox and storage against one another. Changes none of them.

1. Take the bounds: what is published (``review_published``) and then what is registered up to now (``review_scope``).
   The office goes on working.
2. The leaves, in the order of the tree (``review_ledger``), and every checkpoint over them.
3. The filings, year by year in the order of their folios: the series (``review_series``), and of each filing its rows
   and work (``review_register``), where it stands (``review_state``), its leaves and the form that came in
   (``review_form``), the acts of the desk (``review_desk``), and what its acuses state (``review_acuses``). Then what
   has no filing (``review_orphans``).
4. The objects: read whole, re-hashed, and what we sealed examined in the sandbox (``review_seals``); or, when quick,
   only asked for (``review_storage``).
5. The bucket: what no row knows (``review_bucket``).
6. The seal: whether it may be used, as the worker last said; and whether the ledger is published (``review_proofs``).

A row that cannot be read is a finding (``review_reading``), and the review goes on.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from oficialia.clock import Clock
from oficialia.db import Database
from oficialia.domain.codes import Codes
from oficialia.models import Filing
from oficialia.services import (
    review_acuses,
    review_bucket,
    review_desk,
    review_ledger,
    review_orphans,
    review_proofs,
    review_published,
    review_register,
    review_scope,
    review_series,
    review_state,
    review_storage,
    seal_state,
)
from oficialia.services.review_findings import Finding
from oficialia.services.review_published import Publication, Walk
from oficialia.services.review_reading import guarded
from oficialia.services.review_scope import Case, Scope, Unread, Year
from oficialia.services.review_seals import Examiner
from signing.sandbox import Sandbox
from signing.tlog_policy import TlogPolicy
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
    codes: Codes | None = None,
    policy: TlogPolicy | None = None,
    said: Said = lambda _done, _total: None,
) -> Result:
    """Look at everything, and say what is not as it must be; ``quick`` reads no object and examines no seal.

    A filing that comes in meanwhile is left to the next review. ``said`` is told how many of how many steps are done;
    ``policy`` says whose signatures make the published ledger good, where it is published;
    ``codes``, which the command line has not, makes the codes of every filing again and compares them; ``spool`` is
    where sealed documents are kept while they are examined, one for each thread.
    Raises DatabaseUnavailable, StorageUnavailable, SandboxUnavailable: then nothing is known of the office.
    """
    started = clock()
    bucket.probe()
    shown = review_published.measure(database, bucket, policy, quick=quick) if policy else None  # 1
    scope = review_scope.measure(database)
    steps = _Steps(scope, said)
    examiner = None if quick else Examiner(bucket, sandbox, anchors, spool, shown)
    walk = Walk(shown, bucket, quick) if shown else None
    leaves = steps.counted("hojas", review_scope.leaves(database, scope))
    look = partial(_case, now=started, codes=codes, shown=shown)
    findings = [
        *review_ledger.tree(scope, walk.over(leaves) if walk else leaves),  # 2
        *(review_published.checkpoints(walk, scope.leaves) if walk else ()),
        *(finding for year in scope.years for finding in _year(database, year, look, steps)),  # 3
        *review_orphans.rows_without_filing(database),
        *review_register.letters(database, started),
        *_objects(database, bucket, scope, examiner, steps),  # 4
        *review_bucket.orphans(database, bucket, started),  # 5
        *review_register.seal(seal_state.current(database)),  # 6
        *(review_proofs.publishing(database, started) if policy else ()),
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


def _year(
    database: Database, year: Year, look: Callable[[Case], Iterator[Finding]], steps: _Steps
) -> Iterator[Finding]:
    """Step 3. The filings are walked once, for the series and for themselves."""
    of_each: list[Finding] = []
    unread: set[int] = set()

    def filings() -> Iterator[Filing]:
        for case in steps.counted("expedientes", review_scope.cases(database, year)):
            if isinstance(case, Unread):
                unread.add(case.sequence)
                of_each.append(case.finding)
            else:
                of_each.extend(guarded(look(case), case.filing.folio))
                yield case.filing

    yield from review_series.series(year, filings(), unread)
    yield from of_each


def _case(case: Case, *, now: datetime, codes: Codes | None, shown: Publication | None) -> Iterator[Finding]:
    yield from review_register.rows(case)
    yield from review_register.work(case, now)
    yield from review_state.standing(case)
    yield from review_state.codes(case, codes)
    yield from review_state.history(case)
    yield from review_state.work_asked_for(case)
    yield from review_ledger.leaves_of(case)
    yield from review_desk.acts(case)
    yield from review_acuses.stated(case)
    if shown:
        yield from review_proofs.promised(case, shown, now)


def _objects(
    database: Database, bucket: Bucket, scope: Scope, examiner: Examiner | None, steps: _Steps
) -> Iterator[Finding]:
    """Step 4, a batch at a time, so that a fault stops it soon."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="revision") as pool:
        for batch in review_scope.items(database, scope):
            yield from batch.unreadable
            if examiner:
                found = pool.map(examiner.look, batch.items, itertools.repeat(batch.certificates))
            else:
                found = pool.map(
                    lambda item: list(filter(None, [review_storage.present(bucket, item.row)])), batch.items
                )
            for findings in steps.counted("objetos", found):
                yield from findings
