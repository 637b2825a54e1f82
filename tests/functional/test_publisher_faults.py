"""The publisher of the ledger as a process, with a fault at each of its writes: on its own disk, in the register, on
the way to the store. Either the write fails (EIO) and it goes on, or it dies there and is started again; in the end
everything is published, under the one checkpoint that was signed, and a review finds nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from oficialia.embedded.seaweed import REGION, SeaweedFS
from oficialia.models import LedgerCheckpoint, LedgerHead
from oficialia.runtime import Runtime
from oficialia.services import published
from signing.note import Note
from signing.sandbox import Sandbox
from tests.support.ledgers import add_leaves
from tests.support.office import TestClock, make_runtime
from tests.support.publishing import Log, make_log, published_entries, shown
from tests.support.reviewing import review_of

pytestmark = [pytest.mark.thorough, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
SECONDS = 60.0
# Which calls, and the how manieth of each: every one of a step on the disk; some of the register and of the store.
MEMORY = [("openat", 1), ("openat", 2), ("write", 1), ("fsync", 1), ("fsync", 2), ("rename", 1)]
REGISTER = [("pwrite64", 1), ("pwrite64", 5), ("fdatasync", 1), ("fdatasync", 2)]
STORE = [("sendto", 1), ("sendto", 3), ("sendto", 5)]


@dataclass(frozen=True)
class Office:
    """A register and a store, and the log of both."""

    runtime: Runtime
    log: Log
    environment: dict[str, str]

    @property
    def size(self) -> int:
        """How many leaves the register has."""
        with self.runtime.database.reading() as session:
            return session.get_one(LedgerHead, 1).size

    def is_published(self) -> bool:
        """Whether all of them are."""
        note = published.read_checkpoint(self.runtime.bucket)
        return note is not None and int(Note.parse(note).text.split("\n")[1]) == self.size

    @contextmanager
    def running(self, *before: str) -> Iterator[subprocess.Popen[bytes]]:
        """The process, under whatever is to run it."""
        with (self.log.folder.parent / "publisher.log").open("ab") as output:
            process = subprocess.Popen(
                [*before, sys.executable, "-m", "workers.publish"],
                cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def office(
    s3: SeaweedFS, development_pki: Path, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    folder, name = tmp_path_factory.mktemp("publicar"), f"publicar-{uuid4().hex[:8]}"
    bucket = s3.bucket(name)
    bucket.ensure(retention_days=0)
    url = f"sqlite:///{folder / 'oficialia.db'}"
    log, sandbox = make_log(folder), Sandbox(require_isolation=False)
    runtime = log.of(
        make_runtime(
            url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=TestClock(now)
        )
    )
    key = folder / "libro.key"
    key.write_text(log.key.secret_line, "utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": url,
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": s3.endpoint,
        "OFICIALIA_S3_ACCESS_KEY": s3.access_key,
        "OFICIALIA_S3_SECRET_KEY": s3.secret_key,
        "OFICIALIA_S3_REGION": REGION,
        "OFICIALIA_S3_BUCKET": name,
        "OFICIALIA_LEDGER_KEY_FILE": str(key),
        "OFICIALIA_LEDGER_DIR": str(log.folder),
    }
    made = Office(runtime, log, environment)
    add_leaves(runtime, 250)
    with made.running():
        wait_for(made.is_published)
    yield made
    runtime.database.close()
    sandbox.close()


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


def strace(path: str, office: Office, place: list[str], call: str, number: int, fault: str) -> list[str]:
    """The command that has the fault befall that call, where it touches one of ``place``."""
    injected = "error=EIO" if fault == "error" else "signal=KILL"
    only = [word for name in place for word in ("-P", name)]
    trace = ["-e", f"trace={call}", "-e", f"inject={call}:{injected}:when={number}"]
    return [path, "-f", "-qq", "-o", str(office.log.folder.parent / "strace.log"), *only, *trace]


CASES = [("memoria", *each) for each in MEMORY] + [("registro", *each) for each in REGISTER]
CASES += [("almacen", *each) for each in STORE]


@pytest.mark.parametrize("fault", ["error", "signal"])
@pytest.mark.parametrize(("where", "call", "number"), CASES)
def test_a_fault_at_any_write_leaves_one_ledger_whole(
    office: Office, tool: Callable[[str], str], where: str, call: str, number: int, fault: str
) -> None:
    folder, database = office.log.folder, str(office.runtime.database.engine.url.database)
    place = {
        "memoria": [str(folder / "checkpoint.nuevo"), str(folder)],
        "registro": [database, f"{database}-wal"],
        "almacen": [],
    }[where]
    add_leaves(office.runtime, 3)
    with office.running(*strace(tool("strace"), office, place, call, number, fault)) as process:
        wait_for(lambda: process.poll() is not None or office.is_published())
        hit = "INJECTED" in (folder.parent / "strace.log").read_text() or process.poll() is not None
        assert fault == "error" or process.poll() is not None
    assert hit
    with office.running():
        wait_for(office.is_published)
    assert_whole(office)


def assert_whole(office: Office) -> None:
    runtime, log = office.runtime, office.log
    checkpoint = shown(runtime.bucket, log)
    assert (log.folder / "checkpoint").read_bytes() == published.read_checkpoint(runtime.bucket)
    assert len(published_entries(runtime.bucket, checkpoint.size)) == office.size
    with runtime.database.reading() as session:
        rows = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size)).all()
    assert rows[-1].note.encode() == published.read_checkpoint(runtime.bucket)
    assert review_of(runtime, at=runtime.clock(), quick=False).findings == ()
