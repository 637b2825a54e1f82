"""After the way back from a backup that is older than the storage the review lists exactly the difference; and after a
complete one nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from oficialia.cli import cli
from oficialia.db import Database
from oficialia.domain.folio import Folio
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import intake
from oficialia.services.review_findings import Finding
from signing.sandbox import Sandbox
from tests.support.backups import bring_back, make
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, blank_pdf, make_runtime, submission
from tests.support.reviewing import review_of
from tests.support.working import make_parts, work
from workers.parts import Parts

HOUR = timedelta(hours=1)  # the review does not judge what came into storage minutes ago


@pytest.fixture
def clock(now: datetime) -> TestClock:
    """The present, in which the seal may be used."""
    return TestClock(now)


@pytest.fixture
def bucket_name() -> str:
    """Of a bucket of the test's own: what is in it is judged whole."""
    return f"vuelta-{uuid4().hex[:8]}"


@pytest.fixture(params=["sqlite", THOROUGH_POSTGRES])
def parts(
    request: pytest.FixtureRequest, s3: SeaweedFS, bucket_name: str, sandbox: Sandbox, development_pki: Path,
    responders: str, tmp_path: Path, clock: TestClock,
) -> Iterator[Parts]:  # fmt: skip
    """The worker of an office on either database, and through it the office."""
    bucket = s3.bucket(bucket_name)
    bucket.ensure(retention_days=0)
    runtime = make_runtime(
        request.getfixturevalue(f"{request.param}_url"),
        bucket=bucket, sandbox=sandbox, pki=development_pki, spool=tmp_path / "spool", clock=clock,
    )  # fmt: skip
    yield make_parts(runtime, development_pki, responders)
    runtime.database.close()


@pytest.fixture
def fresh(request: pytest.FixtureRequest, parts: Parts) -> Database:
    """An empty register of the other kind: what was on SQLite comes back on PostgreSQL, and the other way."""
    other = "fresh_sqlite" if parts.runtime.database.engine.dialect.name == "postgresql" else "fresh_postgres"
    database: Database = request.getfixturevalue(other)
    return database


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> Iterator[Database]:
    """A file that does not exist yet."""
    database = Database(f"sqlite:///{tmp_path / 'restaurado.db'}")
    yield database
    database.close()


def receive(parts: Parts, folder: Path, key: str) -> intake.Receipt:
    """A filing that is received, and no more."""
    runtime = parts.runtime
    return intake.receive(runtime, submission(blank_pdf(folder / f"{key}.pdf"), key=key, received_at=runtime.clock()))


@dataclass(frozen=True)
class Town:
    """Filings by what became of them, and the backup in their middle."""

    backup: Path
    served: intake.Receipt  # complete when the backup was made
    open: intake.Receipt  # received before it, sealed after it
    lost: intake.Receipt  # received, sealed and served after it
    unsealed: intake.Receipt  # received after it, and no more


@pytest.fixture
def town(parts: Parts, tmp_path: Path) -> Town:
    """The office when its register is lost."""
    served = receive(parts, tmp_path, "a")
    work(parts)
    open_ = receive(parts, tmp_path, "b")
    backup = make(parts.runtime, tmp_path / "respaldos").path
    lost = receive(parts, tmp_path, "c")
    work(parts)
    unsealed = receive(parts, tmp_path, "d")
    return Town(backup, served, open_, lost, unsealed)


def difference(town: Town) -> set[tuple[str, str]]:
    """What the storage has and the backup does not, as the review must name it, filing by filing."""
    return {
        # Its folio is in the register: it is sealed again, under the date that it has.
        ("objeto_huerfano", f"expediente {town.open.filing_id}"),
        ("trabajo_atrasado", f"trabajo {2 + 1} (sellar {town.open.folio})"),
        # People hold these folios. Of the second nothing proves it: it may as well have been interrupted.
        ("expediente_perdido", f"expediente {town.lost.filing_id}"),
        ("expediente_dudoso", f"expediente {town.unsealed.filing_id}"),
    }


def found(runtime: Runtime, at: datetime) -> list[Finding]:
    """What a whole review says, an hour later."""
    return list(review_of(runtime, at=at + HOUR).findings)


def told(findings: list[Finding]) -> set[tuple[str, str]]:
    """Codes and subjects; each is told once."""
    pairs = {(finding.code.value, finding.subject) for finding in findings}
    assert len(pairs) == len(findings)
    return pairs


def test_a_complete_restore_gives_no_finding(
    parts: Parts, s3: SeaweedFS, fresh: Database, bucket_name: str, clock: TestClock, tmp_path: Path
) -> None:
    receive(parts, tmp_path, "a")
    receive(parts, tmp_path, "b")
    work(parts)
    backup = make(parts.runtime, tmp_path / "respaldos").path
    elsewhere = s3.bucket(f"{bucket_name}-otro")
    tally = bring_back(backup, fresh, elsewhere)
    assert (tally.brought, tally.missing) == (6, ())
    assert found(replace(parts.runtime, database=fresh, bucket=elsewhere), clock.time) == []


def test_a_backup_older_than_the_storage_gives_exactly_the_difference(
    parts: Parts, town: Town, fresh: Database, clock: TestClock
) -> None:
    assert [finding.code.value for finding in found(parts.runtime, clock.time)] == ["trabajo_atrasado"]
    bring_back(town.backup, fresh, parts.runtime.bucket)
    restored = replace(parts.runtime, database=fresh)
    findings = found(restored, clock.time)
    assert told(findings) == difference(town)
    [lost] = [finding.sentence for finding in findings if finding.code == "expediente_perdido"]
    assert [lost.count(f"[{purpose}, ") for purpose in ("original", "sellado", "acuse")] == [1, 1, 1]


def test_the_folios_that_were_passed_over_are_told_with_their_reason_and_no_other_gap_is(
    parts: Parts, town: Town, fresh: Database, clock: TestClock, tmp_path: Path
) -> None:
    bring_back(town.backup, fresh, parts.runtime.bucket, last_folio=Folio.parse(town.unsealed.folio))
    restored = replace(parts, runtime=replace(parts.runtime, database=fresh))
    findings = found(restored.runtime, clock.time)
    gap = ("folio_perdido", town.lost.folio)
    assert told(findings) == difference(town) | {gap}
    [words] = [finding.sentence for finding in findings if finding.code == "folio_perdido"]
    assert words == (
        f"No hay expediente con este folio al {town.unsealed.folio}: se perdió al restaurar un respaldo, y así quedó "
        "asentado en el libro."
    )
    # The office goes on: the next folio is free, what was open is served, and the gap stays what it was.
    following = receive(restored, tmp_path, "e")
    work(restored)
    assert Folio.parse(following.folio) == Folio(int(following.folio[3:7]), 5)
    after = told(found(restored.runtime, clock.time))
    assert after == {pair for pair in difference(town) if pair[0] != "trabajo_atrasado"} | {gap}
    # A folio that is missing beside it is nobody's explained gap.
    with fresh.transaction() as session:
        series = Folio.parse(following.folio)
        assert series
        session.connection().exec_driver_sql("UPDATE folio_series SET last = last + 1")
    extra = told(found(restored.runtime, clock.time)) - after
    assert extra == {("folio_faltante", str(Folio(series.year, 6)))}


def test_repeated_with_a_later_folio_the_ledger_has_a_leaf_for_each(
    parts: Parts, town: Town, fresh: Database, clock: TestClock
) -> None:
    year = int(town.lost.folio[3:7])
    for folio in (None, Folio(year, 3), Folio(year, 3), Folio(year, 7), Folio(year + 1, 2), Folio(year, 5)):
        bring_back(town.backup, fresh, parts.runtime.bucket, last_folio=folio)
    with fresh.reading() as session:
        noted = session.scalars(select(LedgerLeaf).where(LedgerLeaf.act == "restauracion")).all()
    assert [leaf.folio for leaf in noted] == [str(Folio(year, 3)), str(Folio(year, 7)), str(Folio(year + 1, 2))]
    findings = found(replace(parts.runtime, database=fresh), clock.time)
    gaps = {(code, subject) for code, subject in told(findings) if code.startswith("folio_")}
    assert gaps == {("folio_perdido", str(Folio(year, n))) for n in (3, 4)} | {
        ("folio_perdido", str(Folio(year + 1, 1)))
    }


def environment(parts: Parts, s3: SeaweedFS, bucket_name: str, fresh: Database, pki: Path) -> dict[str, str]:
    """What the command line is told."""
    return {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": fresh.url,
        "OFICIALIA_PUBLIC_URL": parts.runtime.labels.public_url,
        "OFICIALIA_S3_ENDPOINT": s3.endpoint,
        "OFICIALIA_S3_ACCESS_KEY": s3.access_key,
        "OFICIALIA_S3_SECRET_KEY": s3.secret_key,
        "OFICIALIA_S3_BUCKET": bucket_name,
        "OFICIALIA_S3_RETENTION_DAYS": "1",
        "OFICIALIA_TRUST_DIR": str(pki / "anclas"),
    }


def test_the_commands_one_after_the_other_as_the_technician_runs_them(
    parts: Parts, town: Town, fresh: Database, s3: SeaweedFS, bucket_name: str, development_pki: Path
) -> None:
    env = environment(parts, s3, bucket_name, fresh, development_pki)
    order = ["respaldo", "restaurar", str(town.backup), "--ultimo-folio", town.unsealed.folio]
    back = CliRunner().invoke(cli, order, env=env)
    assert back.exit_code == 0, back.output
    assert f"Folios: del {town.lost.folio} al {town.unsealed.folio} quedó asentado" in back.stdout
    assert back.stdout.splitlines()[-1] == "Antes de abrir la ventanilla ejecute «oficialia revisar»."
    # What is in storage is seconds old and not judged yet; what the register lacks is told at once.
    looked = CliRunner().invoke(cli, ["revisar"], env=env)
    assert f"folio_perdido (aviso): 1\n  {town.lost.folio}" in looked.stdout
    assert "folio_faltante" not in looked.stdout
