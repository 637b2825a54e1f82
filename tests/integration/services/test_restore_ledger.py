"""A restore from a backup that is older than what was published: the ledger goes on, and undoes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from oficialia.db import Database
from oficialia.domain.folio import Folio
from oficialia.domain.merkle import consistency_proof, is_consistent
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import backup_restore, closing
from oficialia.services.backup_files import BackupError
from oficialia.services.backup_restore import Restored
from signing.note import SignerKey
from signing.sandbox import Sandbox
from tests.support.backups import AT, faults, file_one, fill, make, quiet
from tests.support.office import TestClock, make_runtime
from tests.support.publishing import Log, make_log, shown
from tests.support.reviewing import review_of
from tests.support.trees import nodes_of

pytestmark = pytest.mark.thorough


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return make_log(tmp_path)


@pytest.fixture
def office(
    s3: SeaweedFS, sandbox: Sandbox, development_pki: Path, tmp_path: Path, clock: TestClock, log: Log
) -> Iterator[Runtime]:
    """Three filings, published."""
    bucket = s3.bucket(f"libro-{uuid4().hex[:8]}")
    bucket.ensure(retention_days=0)
    url, spool = f"sqlite:///{tmp_path / 'oficialia.db'}", tmp_path / "spool"
    made = make_runtime(url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=spool, clock=clock)
    fill(made, tmp_path / "escritos")
    log.publish(made)
    yield log.of(made)
    made.database.close()


def back(path: Path, fresh: Database, office: Runtime, last_folio: Folio | None = None) -> Restored:
    return backup_restore.restore(
        path, fresh, office.bucket, retention_days=1, last_folio=last_folio, now=AT, progress=quiet,
        policy=office.ledger_policy,
    )  # fmt: skip


def hashes(database: Database) -> list[bytes]:
    with database.reading() as session:
        return [bytes.fromhex(digest) for digest in session.scalars(select(LedgerLeaf.hash).order_by(LedgerLeaf.index))]


def test_published_leaves_come_back_their_folios_are_passed_over_and_the_ledger_goes_on(
    office: Runtime, log: Log, fresh: Database, tmp_path: Path, clock: TestClock
) -> None:
    made = make(office, tmp_path / "respaldos")
    lost = [file_one(office, tmp_path / "escritos", f"perdido{number}").folio for number in range(2)]
    clock.time += timedelta(days=1)
    closing.close_days(office)
    size = log.publish(office)
    before = shown(office.bucket, log)
    restored = back(made.path, fresh, office)
    assert restored.leaves == 3
    assert restored.passed_over is not None
    assert [str(restored.passed_over.first), str(restored.passed_over.last)] == lost
    assert back(made.path, fresh, office).leaves == 0  # safe to repeat
    again = replace(office, database=fresh)
    assert file_one(again, tmp_path / "escritos", "nuevo").folio == str(Folio(2026, 6))
    closing.close_days(again)
    assert log.publish(again) > size
    after = shown(office.bucket, log)
    proof = consistency_proof(before.size, after.size, nodes_of(hashes(fresh)))
    assert is_consistent(before.size, after.size, proof, before.root, after.root)
    codes = {finding.code.value for finding in review_of(again, at=clock(), quick=True).findings}
    assert {"hoja_recuperada", "folio_perdido"} <= codes
    assert not codes & {"compromiso_distinto", "ingreso_fuera_de_orden", "libro_reescrito", "registro_retrocedido"}
    assert faults(make(again, tmp_path / "otros").path) == ()


def test_a_published_ledger_that_is_another_gives_nothing(
    office: Runtime, log: Log, fresh: Database, tmp_path: Path
) -> None:
    made = make(office, tmp_path / "respaldos")
    file_one(office, tmp_path / "escritos", "perdido")
    log.publish(office)
    stranger = replace(log, key=SignerKey.generate(log.key.name))
    with pytest.raises(BackupError, match="no está firmado por su llave"):
        back(made.path, fresh, replace(office, ledger_policy=stranger.policy))
    with fresh.transaction() as session:
        first = session.get_one(LedgerLeaf, 0)
        first.hash = "00" * 32
    with pytest.raises(BackupError):
        back(made.path, fresh, office)
