"""Real processes that do one piece of the office's work and are killed (SIGKILL) at a named place of it.

A warm parent (`tests.support.mortal_parent`) forks a child for each piece of work, so that a death costs a fork and not
the imports. The child wraps one function of the real code and kills itself before or after it is called; nothing of the
code knows.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from sqlalchemy import update

from oficialia.db import Database
from oficialia.models import Job

ROOT = Path(__file__).resolve().parents[2]
When = Literal["before", "after"]


@dataclass(frozen=True)
class Cut:
    """Where a child dies: at the `nth` call of `function` ("module:name" or "module:Class.name")."""

    function: str
    when: When
    nth: int = 1


@dataclass(frozen=True)
class Task:
    """What a child does: `receive` a form (its PDF and its key; `folio` is of a filing whose prevención it answers),
    `turn` a filing to an area (its folio), `prevent` it, `open` what is in its buzón, `answer` it (its PDF and its
    folio), or `work` on a job; without a job, on all there is."""

    role: Literal["receive", "turn", "prevent", "open", "answer", "work"]
    cut: Cut | None = None
    main: str = ""
    key: str = ""
    email: str = ""
    folio: str = ""
    job: int = 0
    consents: bool = False  # to be notified in the buzón


@dataclass(frozen=True)
class End:
    """How the child ended: the signal that killed it, or 0 and what it answered."""

    signal: int
    answer: str


class Parent:
    """The warm parent, for the test: `environment` is that of a worker or a window."""

    def __init__(self, environment: Mapping[str, str], log: Path, *, immortal: bool = False) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.mortal_parent", *["immortal"] * immortal],
            cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)
        self._log.close()

    def run(self, task: Task) -> End:
        """Have one child do it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(task)) + "\n")
        self._process.stdin.flush()
        return End(**json.loads(self._process.stdout.readline()))


def let_leases_run_out(database: Database) -> None:
    """As if the time of a lease had passed: whatever a dead worker held is due."""
    with database.transaction() as session:
        session.execute(update(Job).where(Job.done_at.is_(None)).values(visible_at=Job.created_at))
