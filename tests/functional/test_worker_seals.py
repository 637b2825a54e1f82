"""The worker as it is run, with its children: a bad seal does not end it, a key in a token is opened in each child."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from oficialia.app import create_app
from oficialia.domain.filing import Etapa
from oficialia.embedded import process
from oficialia.embedded.seaweed import REGION, SeaweedFS
from oficialia.models import Filing, Job
from oficialia.runtime import Runtime
from oficialia.services import seal_state
from oficialia.services.outbox import POSTPONED
from oficialia.web.context import WebOptions
from signing.sandbox import Sandbox
from tests.support.office import TestClock, make_runtime
from tests.support.processes import eventually
from tests.support.seals import PASSWORD, Authority, SoftToken
from tests.support.window import Visitor
from workers import dispatch
from workers.app import make_app

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False
)
DAY = timedelta(days=1)
PATIENCE = POSTPONED.total_seconds() + 60  # a postponed job, on a busy machine


@dataclass
class Town:
    """An office whose worker is a process of its own."""

    runtime: Runtime
    environment: dict[str, str]
    log: Path
    broker: str

    @contextmanager
    def working(self, seal: Mapping[str, str]) -> Iterator[int]:
        """With a worker of two children and a dispatcher, and these seals (names after OFICIALIA_SEAL_); its pid."""
        seals = {f"OFICIALIA_SEAL_{name}": value for name, value in seal.items()}
        argv = (
            *(sys.executable, "-m", "celery", "-A", "workers.worker", "worker", "--concurrency", "2"),
            *(
                "--queues",
                "sellado,acuses,correo,mantenimiento",
                "--without-gossip",
                "--without-mingle",
                "--loglevel",
                "INFO",
            ),
        )
        program = process.Program("worker", argv, self.environment | seals)
        app, stop = make_app(self.broker), threading.Event()
        bell = threading.Thread(target=dispatch.run, args=(self.runtime.database, app, stop))
        with process.running(program, self.log) as worker:
            bell.start()
            try:
                yield worker.pid
            finally:
                stop.set()
                bell.join()

    def watch(self) -> None:
        """What beat asks for every 15 s."""
        make_app(self.broker).send_task("mantenimiento.sello", retry=False)

    def stages(self) -> list[tuple[str, str]]:
        """Where each filing stands, and why it is held."""
        with self.runtime.database.reading() as session:
            return [
                (each.etapa, each.held_reason) for each in session.scalars(select(Filing).order_by(Filing.sequence))
            ]


class Present(TestClock):
    """The time that it is."""

    def __call__(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


@pytest.fixture
def town(
    s3: SeaweedFS, valkey: str, development_pki: Path, responders: str, sqlite_url: str, tmp_path: Path, now: datetime
) -> Iterator[Town]:
    name = f"sellos-{uuid4().hex[:8]}"
    bucket = s3.bucket(name)
    bucket.ensure(retention_days=0)
    sandbox, spool = Sandbox(), tmp_path / "spool"
    runtime = make_runtime(
        sqlite_url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=spool, clock=Present(now)
    )
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SOFTHSM2_CONF": os.environ.get("SOFTHSM2_CONF", ""),
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": sqlite_url,
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_REDIS_URL": valkey,
        "OFICIALIA_S3_ENDPOINT": s3.endpoint,
        "OFICIALIA_S3_ACCESS_KEY": s3.access_key,
        "OFICIALIA_S3_SECRET_KEY": s3.secret_key,
        "OFICIALIA_S3_REGION": REGION,
        "OFICIALIA_S3_BUCKET": name,
        "OFICIALIA_HMAC_SECRET": "0123456789abcdef" * 4,
        "OFICIALIA_SPOOL_DIR": str(spool),
        "OFICIALIA_TRUST_DIR": str(development_pki / "anclas"),
        "OFICIALIA_TSA_URL": f"{responders}/tsa",
        "OFICIALIA_TSA_ANCHORS": str(development_pki / "anclas"),
        "OFICIALIA_SMTP_HOST": "127.0.0.1",
        "OFICIALIA_SMTP_TLS": "no",
        "OFICIALIA_SMTP_FROM": "oficialia@chalco.example",
    }
    yield Town(runtime, environment, tmp_path / "worker.log", valkey)
    sandbox.close()
    runtime.database.close()


@pytest.mark.thorough
def test_a_worker_without_its_seal_stays_up_holds_and_seals_when_the_file_is_there(
    town: Town, authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "sello.p12"
    with town.working({"PKCS12": str(file), "PASSWORD": PASSWORD}):
        Visitor(create_app(town.runtime, OPTIONS)).filed()
        town.watch()
        assert eventually(lambda: town.stages()[0][0] == Etapa.EN_ESPERA, seconds=60), town.log.read_text()
        assert "un archivo suyo no existe o no se puede leer" in town.stages()[0][1]
        assert eventually(lambda: (state := seal_state.current(town.runtime.database)) is not None and not state.usable)
        authority.pkcs12(file, datetime.now(UTC) - DAY)
        done = eventually(lambda: town.stages() == [(Etapa.ACUSE_LISTO, "")], seconds=PATIENCE)
    said = town.log.read_text()
    assert done, said
    assert said.count("the seal may not be used, filings are held: archivo_ilegible") == 1
    assert "Traceback" not in said


@pytest.mark.thorough  # twenty seconds, and the seals themselves are tried in tests/integration/workers
def test_each_child_opens_the_token_for_itself_and_all_is_sealed_by_it(
    soft_token: SoftToken, request: pytest.FixtureRequest, authority: Authority, tmp_path: Path
) -> None:
    seal = soft_token.seal("de-verdad", tmp_path / "sello.pem", authority, datetime.now(UTC) - DAY)
    town: Town = request.getfixturevalue("town")  # after the token, which the environment names
    with town.working(seal) as pid:
        visitor = Visitor(create_app(town.runtime, OPTIONS))
        for number in range(4):
            visitor.filed(asunto=f"Bache {number}")
        done = eventually(lambda: town.stages() == [(Etapa.ACUSE_LISTO, "")] * 4, seconds=PATIENCE)
        loaded = [_has_module(child, soft_token.module) for child in (pid, *_children(pid))]
    assert done, town.log.read_text()
    assert loaded == [False, True, True]  # a library of tokens does not survive a fork: the parent never opened it
    with town.runtime.database.reading() as session:
        assert not [job.last_error for job in session.scalars(select(Job)) if job.last_error]


def _children(pid: int) -> list[int]:
    tasks = Path("/proc", str(pid), "task").iterdir()
    found = sorted(int(child) for task in tasks for child in (task / "children").read_text().split())
    return [child for child in found if b"celery" in Path("/proc", str(child), "cmdline").read_bytes()]


def _has_module(pid: int, module: str) -> bool:
    return Path(module).name in Path("/proc", str(pid), "maps").read_text()
