"""The whole step of the worker, the real task on a real register and a real S3 server, and where its time goes."""

import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from sqlalchemy import select

from oficialia.embedded import process, seaweed
from oficialia.models import Job
from oficialia.runtime import Runtime
from oficialia.services import intake, outbox, sealing
from oficialia.services.outbox import Kind
from signing import seal as seal_module
from signing.sandbox import Sandbox
from signing.seal import SealEngine
from storage.bucket import Bucket
from tests.support.office import TestClock, make_runtime, submission
from tests.support.working import make_parts
from workers import sealing as task

NO_TSA = "http://127.0.0.1:9"
"""Nobody answers: level B-B, as in the rest of the bench."""
PARTS: tuple[tuple[str, Any, str], ...] = (
    ("tomar el trabajo", outbox, "take"),
    ("leer el registro", sealing, "begin"),
    ("traer el original y comparar", Bucket, "fetch"),
    ("dibujar el sello", seal_module, "draw"),
    ("preparar (sandbox)", SealEngine, "_prepare"),
    ("copiar, resumir y firmar", SealEngine, "_sign"),
    ("abrir y validar (sandbox)", SealEngine, "_validate"),
    ("guardar y releer", Bucket, "put"),
    ("asentar", sealing, "record"),
)
TOTAL, REST = "todo", "lo demás"


def measure(files: Mapping[str, Path], pki: Path, *, times: int) -> list[dict[str, Any]]:
    """A row for each file: milliseconds of each part, the median over `times` filings, and of all together."""
    with TemporaryDirectory() as place, office(Path(place), pki) as runtime:
        return [{"file": name, "ms": _measured(runtime, pki, path, times)} for name, path in files.items()]


@contextmanager
def office(place: Path, pki: Path) -> Iterator[Runtime]:
    """An office on SQLite and a real S3 server, in that folder."""
    server = seaweed.SeaweedFS(place / "s3", seaweed.choose_ports(), "bench", uuid.uuid4().hex, uuid.uuid4().hex)
    with process.running(server.program(), place / "s3.log"):
        bucket, sandbox = server.bucket("bench"), Sandbox()
        bucket.ensure(retention_days=0)
        url = f"sqlite:///{place / 'oficialia.db'}"
        clock = TestClock(datetime.now(UTC))
        runtime = make_runtime(url, bucket=bucket, sandbox=sandbox, pki=pki, spool=place / "spool", clock=clock)
        yield runtime
        runtime.database.close()
        sandbox.close()


def _measured(runtime: Runtime, pki: Path, path: Path, times: int) -> dict[str, float]:
    runs = file_and_seal(runtime, pki, path, times + 1)
    return {name: round(statistics.median(run[name] for run in runs[1:]), 2) for name in runs[-1]}


def file_and_seal(runtime: Runtime, pki: Path, path: Path, times: int) -> list[dict[str, float]]:
    """File a document that often, and seal it each time; the milliseconds of each part."""
    ours = make_parts(runtime, pki, NO_TSA)
    # Without an authority of time, whose answer would be most of what is measured.
    vars(ours)["engine"] = SealEngine(runtime.sandbox, ours.identity, timestamper=None, anchors=runtime.anchors)
    runs: list[dict[str, float]] = []
    with mock.patch.object(task, "parts", lambda: ours):
        for number in range(times):
            intake.receive(runtime, submission(path, key=f"{path.name}-{number}", received_at=runtime.clock()))
            runs.append(_once(_last_job(runtime)))
    return runs


def _last_job(runtime: Runtime) -> int:
    with runtime.database.reading() as session:
        query = select(Job.id).where(Job.kind == Kind.SEAL).order_by(Job.id.desc()).limit(1)
        return session.scalars(query).one()


def _once(job: int) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)
    with ExitStack() as watches:
        for name, owner, function in PARTS:
            watch = _timed(getattr(owner, function), name, spent)
            watches.enter_context(mock.patch.object(owner, function, watch))
        began = time.perf_counter()
        task.seal(job)
        total = (time.perf_counter() - began) * 1000
    if not spent["asentar"]:
        raise RuntimeError("the filing was not sealed")
    return {**{name: spent[name] for name, _, _ in PARTS}, REST: total - sum(spent.values()), TOTAL: total}


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    """The same function; what it takes is added up."""

    @wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] += (time.perf_counter() - began) * 1000

    return timed


def table(rows: list[dict[str, Any]]) -> str:
    """A column for each file, a line for each part."""
    heads = [row["file"] for row in rows]
    lines = [f"  {'ms':<34}" + "".join(f"{head:>12}" for head in heads)]
    lines += [f"  {part:<34}" + "".join(f"{row['ms'][part]:>12.1f}" for row in rows) for part in rows[0]["ms"]]
    return "\n".join(["", "El paso completo del obrero (SQLite, SeaweedFS con fsync)", *lines])
