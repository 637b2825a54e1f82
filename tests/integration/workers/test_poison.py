"""Work that fails each time ends in quarantine with words for a clerk, and once mended it is finished, once. What is
merely away never counts against the work."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from oficialia.app import create_app
from oficialia.cli import cli
from oficialia.db import Database, DatabaseUnavailable
from oficialia.domain.filing import Etapa
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.models import Event, Filing, Job, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import reconcile
from oficialia.services.outbox import MAX_ATTEMPTS
from oficialia.services.review_findings import Code
from oficialia.services.seals import Seals, Source
from oficialia.web.context import WebOptions
from signing.seal import SealEngine
from storage.bucket import Bucket
from tests.support.kinds import ON_BOTH
from tests.support.ledgers import MINE
from tests.support.office import TestClock
from tests.support.reviewing import review_of
from tests.support.window import Visitor
from tests.support.working import work
from workers import lease as leases
from workers.lease import leased
from workers.parts import Parts

OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False
)
HOUR = timedelta(hours=1)
SENTENCE = "El programa falló con este trabajo cada vez. Avise a quien administra el sistema."


class Failing(SealEngine):
    """A real engine with a fault of the program that some document brings out."""

    only: str = ""

    def seal_document(self, *arguments: Any, **named: Any) -> Any:
        """As any engine, unless it is the one that fails."""
        if self.only == "seal_document":
            raise RuntimeError("list index out of range")
        return super().seal_document(*arguments, **named)

    def seal_own(self, *arguments: Any, **named: Any) -> Any:
        """As any engine, unless it is the one that fails."""
        if self.only == "seal_own":
            raise RuntimeError("list index out of range")
        return super().seal_own(*arguments, **named)


def failing(parts: Parts, only: str) -> Parts:
    """A worker whose engine fails in one of its two works."""
    runtime = parts.runtime
    engine = Failing(runtime.sandbox, parts.identity, timestamper=parts.timestamper, anchors=runtime.anchors)
    engine.only = only
    source = Source("sello", lambda: engine.identity)
    return replace(parts, seals=Seals([source], lambda _identity: engine, anchors=runtime.anchors))


@pytest.fixture
def visitor(runtime: Runtime) -> Visitor:
    """A browser at the window of this office."""
    return Visitor(create_app(runtime, OPTIONS))


def filing(runtime: Runtime) -> Filing:
    """The only one."""
    with runtime.database.reading() as session:
        return session.scalars(select(Filing)).one()


def jobs(runtime: Runtime) -> list[Job]:
    """All of them."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def leaves(runtime: Runtime) -> list[str]:
    """The acts of the ledger."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)))


def trabajos(runtime: Runtime, *arguments: str) -> Result:
    """The command, on this office."""
    environment = {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": runtime.database.url,
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": "http://127.0.0.1",
        "OFICIALIA_S3_ACCESS_KEY": "nadie",
        "OFICIALIA_S3_SECRET_KEY": "ninguno-1",
        "OFICIALIA_TRUST_DIR": str(runtime.spool),
    }
    return CliRunner().invoke(cli, ["trabajos", *arguments], prog_name="oficialia", env=environment)


def poison(parts: Parts, only: str, clock: TestClock) -> None:
    """Works until it is given up."""
    for _ in range(MAX_ATTEMPTS + 2):
        work(failing(parts, only))
        clock.time += HOUR


@ON_BOTH
@pytest.mark.parametrize(
    ("only", "acts", "before", "waiting"),
    [
        ("seal_document", ["ingreso"], Etapa.RECIBIDA, "Una persona revisa su documento antes de sellarlo."),
        ("seal_own", ["ingreso", "sello"], Etapa.SELLANDO, "Una persona revisa un detalle antes de emitir su acuse"),
    ],
    ids=["sellar", "acuse"],
)
def test_poison_waits_for_a_person_and_once_mended_it_is_finished_once(
    parts: Parts, visitor: Visitor, clock: TestClock, only: str, acts: list[str], before: Etapa, waiting: str
) -> None:
    runtime = parts.runtime
    folio = visitor.filed()
    poison(parts, only, clock)

    held = filing(runtime)
    assert (held.etapa, held.held_reason) == (Etapa.EN_ESPERA, SENTENCE)
    assert leaves(runtime) == acts
    assert waiting in visitor.get(f"/presentado/{folio}").text
    state = visitor.get(f"/presentado/{folio}/estado").json
    assert state is not None
    assert (state["etapa"], state["terminado"]) == ("en_espera", False)

    listed = trabajos(runtime, "lista")
    assert listed.exit_code == 10, listed.output
    assert folio in listed.output
    assert f"{MAX_ATTEMPTS} intentos" in listed.output
    assert SENTENCE in listed.output
    assert not re.search(r"Error|index out of range|Traceback", listed.output)

    again = trabajos(runtime, "reintentar", folio.lower(), "--motivo", "Se instaló la versión corregida.")
    assert again.exit_code == 0, again.output
    mended = filing(runtime)
    assert (mended.etapa, mended.held_reason) == (before, "")
    page = visitor.get(f"/presentado/{folio}").text
    assert waiting not in page
    assert "En espera" not in page

    # The command looked at the real clock, and the test's is far ahead of it.
    work(parts)
    assert leaves(runtime) == ["ingreso", "sello", "acuse"]
    assert filing(runtime).etapa == Etapa.ACUSE_LISTO
    assert "Su acuse de recibo está listo" in visitor.get(f"/presentado/{folio}").text
    assert (trabajos(runtime, "lista").exit_code, reconcile.sweep(runtime).quarantined) == (0, 0)


def test_who_asked_again_and_why_is_an_event_of_the_filing(parts: Parts, visitor: Visitor, clock: TestClock) -> None:
    folio = visitor.filed()
    poison(parts, "seal_document", clock)
    assert trabajos(parts.runtime, "reintentar", "--todos", "--motivo", " Se corrigió \n la falla. ").exit_code == 0
    with parts.runtime.database.reading() as session:
        event = session.scalars(select(Event).where(Event.act == "reintento")).one()
    assert event.actor_role == "administrador"
    assert event.actor
    assert (event.reason, event.data) == ("Se corrigió la falla.", {"trabajo": "sellar", "numero": 1})
    page = visitor.send("/seguimiento", {"folio": folio, "clave": _clave(visitor, folio)})
    history = visitor.get(str(page.location)).text
    assert "Se corrigió el detalle técnico. Su escrito sigue su curso." in history
    assert "la falla" not in history


def _clave(visitor: Visitor, folio: str) -> str:
    found = re.search(r'id="clave">([0-9A-Z-]{19})<', visitor.get(f"/presentado/{folio}").text)
    assert found
    return found[1]


@ON_BOTH
def test_what_is_not_held_is_not_asked_for_again_and_nothing_else_either(
    parts: Parts, visitor: Visitor, clock: TestClock
) -> None:
    runtime = parts.runtime
    visitor.filed()
    poison(parts, "seal_document", clock)
    [job] = jobs(runtime)
    refused = trabajos(runtime, "reintentar", str(job.id), "99", "OP-2026-000123-5", "--motivo", "x")
    assert refused.exit_code == 10
    assert "No están detenidos: 99, OP-2026-000123-5. No se cambió nada." in refused.stderr
    assert filing(runtime).etapa == Etapa.EN_ESPERA
    assert trabajos(runtime, "reintentar", str(job.id), "--motivo", "x").exit_code == 0
    assert trabajos(runtime, "reintentar", str(job.id), "--motivo", "x").exit_code == 10
    assert "No hay trabajos detenidos." in trabajos(runtime, "reintentar", "--todos", "--motivo", "x").output


def test_the_list_is_written_in_json_for_programs(parts: Parts, visitor: Visitor, clock: TestClock) -> None:
    runtime = parts.runtime
    assert trabajos(runtime, "lista").exit_code == 0
    folio = visitor.filed()
    poison(parts, "seal_document", clock)
    said = trabajos(runtime, "lista", "--json")
    assert said.exit_code == 10
    document = json.loads(said.stdout)
    assert document["atrasados"] == []
    [job] = document["detenidos"]
    assert (job["folio"], job["trabajo"], job["intentos"]) == (folio, "sellar el documento", MAX_ATTEMPTS)
    assert job["motivo"] == SENTENCE
    assert job["solicitud"] == filing(runtime).request_id


def without_storage(parts: Parts) -> Parts:
    [port] = free_ports(1)
    away = Bucket(f"http://{LOOPBACK}:{port}", "quien", "secreto-largo", bucket="ninguno", region="us-east-1")
    return replace(parts, runtime=replace(parts.runtime, bucket=away))


def test_an_outage_however_long_is_late_counts_nothing_and_heals(
    parts: Parts, visitor: Visitor, clock: TestClock
) -> None:
    words = "El depósito de documentos no responde."
    runtime = parts.runtime
    visitor.filed()
    broken = without_storage(parts)
    for _ in range(MAX_ATTEMPTS + 2):
        work(broken)
        clock.time += HOUR
    [job] = jobs(runtime)
    assert (job.attempts, job.quarantined_at) == (0, None)
    assert job.last_error.startswith(words)
    assert filing(runtime).etapa in {Etapa.RECIBIDA, Etapa.SELLANDO}
    assert reconcile.sweep(runtime) == reconcile.Sweep(late=1, quarantined=0, asked_again=0)
    [finding] = review_of(runtime, at=clock.time, quick=True).findings
    assert finding.code == Code.WORK_LATE
    assert words in finding.sentence
    work(parts)
    assert leaves(runtime) == ["ingreso", "sello", "acuse"]


def test_a_database_that_goes_away_under_the_work_counts_nothing_either(
    parts: Parts, visitor: Visitor, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is away when the result should be recorded, and for a moment longer, again and again."""
    runtime = parts.runtime
    visitor.filed()
    monkeypatch.setattr(leases, "GIVE_BACK_PAUSES", (0.05,) * 100)
    impatient = replace(runtime, database=Database(runtime.database.url, busy_seconds=0.01))
    other = Database(runtime.database.url)
    for _ in range(MAX_ATTEMPTS + 2):
        [job] = jobs(runtime)
        with leased(impatient, job.id) as lease:
            assert lease is not None
            lock = other.engine.connect().execution_options(sqlite_begin="IMMEDIATE")
            lock.begin()
            Timer(0.2, lock.close).start()
            with impatient.database.transaction():
                pass
        clock.time += HOUR
    [job] = jobs(runtime)
    assert (job.attempts, job.quarantined_at, job.last_error) == (0, None, "La base de datos no responde.")
    impatient.database.close()
    other.close()


def test_nothing_is_taken_from_a_database_that_is_away(runtime: Runtime, tmp_path: Path) -> None:
    gone = replace(runtime, database=Database(f"sqlite:///{tmp_path / 'no' / 'hay.db'}"))
    with pytest.raises(DatabaseUnavailable), leased(gone, 1):
        pytest.fail("there was nothing to work on")
