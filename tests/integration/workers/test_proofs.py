"""The proofs of the ledger in the acuse: waited for, promised when they do not come, and brought later."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Etapa
from oficialia.domain.tiles import tiles_between
from oficialia.domain.tlog_proof import TlogProof
from oficialia.models import Acuse, Filing, Job, LedgerLeaf, StoredObject
from oficialia.services import intake, published
from oficialia.services.outbox import Kind
from signing.attached import attached
from signing.note import Note
from storage.keys import ledger_key
from tests.support.kinds import ON_BOTH
from tests.support.ledgers import add_leaves
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.publishing import Log, make_log
from tests.support.reviewing import review_of
from tests.support.working import work
from workers.parts import Parts

NAMES = {Acto.INGRESO: "ingreso.tlog-proof", Acto.SELLO: "sello.tlog-proof"}


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return make_log(tmp_path)


@pytest.fixture
def ours(parts: Parts, log: Log) -> Parts:
    """A worker of an office that publishes its ledger, with a filing that is sealed by and by."""
    return replace(parts, runtime=log.of(parts.runtime))


@pytest.fixture
def folio(ours: Parts, tmp_path: Path, clock: TestClock) -> str:
    paper = submission(blank_pdf(tmp_path / "a.pdf"), key="a", received_at=clock.time)
    folio = intake.receive(ours.runtime, paper).folio
    work(ours)
    return folio


def editions(ours: Parts) -> list[tuple[int, int | None]]:
    with ours.runtime.database.reading() as session:
        return [(row.edition, row.checkpoint_size) for row in session.scalars(select(Acuse).order_by(Acuse.edition))]


def job(ours: Parts, kind: Kind) -> Job | None:
    with ours.runtime.database.reading() as session:
        return session.scalars(select(Job).where(Job.kind == kind)).one_or_none()


def carried(ours: Parts, log: Log, tmp_path: Path) -> dict[Acto, TlogProof]:
    """What the newest acuse proves, checked with the log's public key and the leaves alone."""
    with ours.runtime.database.reading() as session:
        mine = select(StoredObject).where(StoredObject.purpose == Purpose.ACUSE).order_by(StoredObject.edition.desc())
        item = session.scalars(mine.limit(1)).one()
        leaves = {leaf.act: leaf for leaf in session.scalars(select(LedgerLeaf).where(LedgerLeaf.act.in_(NAMES)))}
    path = tmp_path / "acuse.pdf"
    ours.runtime.bucket.fetch(item.key, item.version_id, item.sha256, path)
    files = attached(ours.runtime.sandbox, path)
    assert files is not None
    found = {act: TlogProof.parse(files[name].decode()) for act, name in NAMES.items() if name in files}
    for act, proof in found.items():
        note = Note.parse(proof.checkpoint)
        assert log.policy.judge(note).good
        signed = Checkpoint.parse(note.text)
        assert proof.proves(bytes.fromhex(leaves[act].hash), signed.size, signed.root)
        assert proof.extra == leaves[act].data.encode()
    return found


@ON_BOTH
def test_the_acuse_waits_for_the_checkpoint_and_carries_the_proofs_of_both_leaves(
    ours: Parts, log: Log, folio: str, clock: TestClock, tmp_path: Path
) -> None:
    waiting = job(ours, Kind.ACUSE)
    assert waiting is not None
    assert (editions(ours), waiting.done_at, waiting.attempts) == ([], None, 0)
    size = log.publish(ours.runtime)
    clock.time += timedelta(seconds=1)
    work(ours)
    assert editions(ours) == [(1, size)]
    assert set(carried(ours, log, tmp_path)) == set(NAMES)
    assert job(ours, Kind.PROVE) is None


def test_an_acuse_that_waited_long_enough_goes_out_with_its_promise_and_its_proofs_follow(
    ours: Parts, log: Log, folio: str, clock: TestClock, tmp_path: Path
) -> None:
    clock.time += timedelta(seconds=61)
    work(ours)
    assert editions(ours) == [(1, None)]
    assert carried(ours, log, tmp_path) == {}
    with ours.runtime.database.reading() as session:
        assert session.scalars(select(Filing.etapa)).one() == Etapa.ACUSE_LISTO
    promised = job(ours, Kind.PROVE)
    assert promised is not None
    assert (promised.done_at, promised.attempts, promised.last_error) == (
        None,
        0,
        "El libro público no se ha publicado.",
    )
    size = log.publish(ours.runtime)
    clock.time += timedelta(seconds=30)
    work(ours)
    assert editions(ours) == [(1, None), (2, size)]
    assert set(carried(ours, log, tmp_path)) == set(NAMES)
    with ours.runtime.database.reading() as session:
        assert [leaf.act for leaf in session.scalars(select(LedgerLeaf).where(LedgerLeaf.folio == folio))] == [
            *(Acto.INGRESO, Acto.SELLO, Acto.ACUSE, Acto.EDICION)
        ]


@pytest.mark.thorough
def test_no_proof_is_attached_that_does_not_hold(ours: Parts, log: Log, folio: str, clock: TestClock) -> None:
    size = log.publish(ours.runtime)
    for tile in tiles_between(0, size):
        if tile.level == 0:  # somebody writes over what was published
            ours.runtime.bucket.put_bytes(ledger_key(tile.path), bytes(32 * tile.width), media_type=published.TILE_TYPE)
    clock.time += timedelta(seconds=61)
    work(ours)
    assert editions(ours) == [(1, None)]


@pytest.mark.thorough
def test_a_checkpoint_under_another_key_proves_nothing(
    ours: Parts, log: Log, folio: str, clock: TestClock, tmp_path: Path
) -> None:
    (tmp_path / "otro").mkdir()
    make_log(tmp_path / "otro").publish(ours.runtime)
    clock.time += timedelta(seconds=61)
    work(ours)
    assert editions(ours) == [(1, None)]


@pytest.mark.thorough
def test_an_office_that_publishes_nothing_waits_for_nothing(parts: Parts, tmp_path: Path, clock: TestClock) -> None:
    intake.receive(parts.runtime, submission(blank_pdf(tmp_path / "a.pdf"), key="a", received_at=clock.time))
    work(parts)
    assert editions(parts) == [(1, None)]
    assert job(parts, Kind.PROVE) is None


@pytest.mark.thorough
def test_a_promise_that_is_not_kept_in_time_is_found(ours: Parts, log: Log, tmp_path: Path, clock: TestClock) -> None:
    add_leaves(ours.runtime, 1)
    log.publish(ours.runtime)

    def found(later: timedelta) -> set[str]:
        result = review_of(ours.runtime, at=clock.time + later, quick=True)
        return {finding.code.value for finding in result.findings}

    clock.time += timedelta(seconds=1)
    intake.receive(ours.runtime, submission(blank_pdf(tmp_path / "a.pdf"), key="a", received_at=clock.time))
    work(ours)
    clock.time += timedelta(seconds=61)
    work(ours)
    assert editions(ours) == [(1, None)]
    assert found(timedelta(0)) == set()
    assert found(timedelta(hours=2)) == {"promesa_incumplida", "publicacion_atrasada", "trabajo_atrasado"}
    log.publish(ours.runtime)
    clock.time += timedelta(seconds=30)
    work(ours)
    log.publish(ours.runtime)
    assert found(timedelta(hours=2)) == set()
