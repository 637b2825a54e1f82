"""The queue of record: one lease at a time, whatever is lost comes back, poison ends in quarantine with its reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oficialia.models import Event, Filing, Job
from oficialia.runtime import Runtime
from oficialia.services import intake, outbox, reconcile
from oficialia.services.outbox import INTERRUPTED, LEASE, MAX_ATTEMPTS, POSTPONED, RING_AGAIN, Kind
from tests.support.office import TestClock, blank_pdf, submission


@pytest.fixture
def job_id(runtime: Runtime, tmp_path: Path) -> int:
    """The job of a new filing."""
    intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf")))
    with runtime.database.reading() as session:
        return session.scalars(select(Job.id)).one()


def test_a_due_job_is_rung_once_and_again_when_nobody_heeds(runtime: Runtime, job_id: int, clock: TestClock) -> None:
    rung: list[tuple[Kind, int]] = []
    now = clock()
    for moment in (now, now, now + RING_AGAIN):
        outbox.ring(runtime.database, moment, lambda kind, job: rung.append((kind, job)))
    assert rung == [(Kind.SEAL, job_id), (Kind.SEAL, job_id)]


def test_a_broken_bell_loses_nothing(runtime: Runtime, job_id: int, clock: TestClock) -> None:
    def broken(_kind: Kind, _job: int) -> None:
        raise ConnectionError

    now = clock()
    with pytest.raises(ConnectionError):
        outbox.ring(runtime.database, now, broken)
    rung: list[int] = []
    outbox.ring(runtime.database, now + RING_AGAIN, lambda _kind, job: rung.append(job))
    assert rung == [job_id]


def test_delivered_eight_times_at_once_only_one_gets_the_lease(runtime: Runtime, job_id: int, clock: TestClock) -> None:
    now = clock()
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda _: outbox.take(runtime.database, job_id, now), range(8)))
    assert sum(lease is not None for lease in leases) == 1


def test_a_dead_workers_lease_passes_on_and_the_first_can_no_longer_finish(
    runtime: Runtime, job_id: int, clock: TestClock
) -> None:
    now = clock()
    first = outbox.take(runtime.database, job_id, now)
    second = outbox.take(runtime.database, job_id, now + LEASE)
    assert first is not None
    assert second is not None
    with runtime.database.transaction() as session:
        assert not outbox.finish(session, first, now)
        assert outbox.finish(session, second, now)
        assert not outbox.finish(session, second, now)


def test_a_job_whose_worker_died_is_rung_and_taken(runtime: Runtime, job_id: int, clock: TestClock) -> None:
    dead = outbox.take(runtime.database, job_id, clock())
    assert dead is not None
    clock.time += LEASE
    rung: list[int] = []
    outbox.ring(runtime.database, clock(), lambda _kind, job: rung.append(job))
    assert rung == [job_id]
    assert outbox.take(runtime.database, job_id, clock()) is not None  # heeds the bell, a moment after it was rung
    assert not outbox.renew(runtime.database, dead, clock())


def test_what_fails_every_time_ends_in_quarantine_with_its_reason(
    runtime: Runtime, job_id: int, clock: TestClock
) -> None:
    for _ in range(MAX_ATTEMPTS):
        clock.time += timedelta(hours=1)
        lease = outbox.take(runtime.database, job_id, clock())
        assert lease is not None
        outbox.fail(runtime.database, lease, clock(), "el almacén no responde")
    clock.time += timedelta(days=1)
    assert outbox.take(runtime.database, job_id, clock()) is None
    with runtime.database.reading() as session:
        filing = session.scalars(select(Filing)).one()
        assert (filing.etapa, filing.held_reason) == ("en_espera", "el almacén no responde")
        assert session.scalars(select(Event.act)).all() == ["ingreso", "en_espera"]


def test_workers_that_die_without_a_word_end_in_quarantine_too(runtime: Runtime, job_id: int, clock: TestClock) -> None:
    lease = outbox.take(runtime.database, job_id, clock())
    assert lease is not None
    outbox.postpone(runtime.database, lease, clock(), "El depósito de documentos no responde.")
    clock.time += POSTPONED
    taken = 0
    for _ in range(MAX_ATTEMPTS + 1):
        clock.time += LEASE
        taken += outbox.take(runtime.database, job_id, clock()) is not None
    assert taken == MAX_ATTEMPTS
    assert reconcile.sweep(runtime).quarantined == 1
    with runtime.database.reading() as session:  # the earlier outage is not the reason
        assert session.scalars(select(Filing.held_reason)).one() == INTERRUPTED
        assert session.get_one(Job, job_id).last_error == INTERRUPTED


def test_a_filing_that_lost_its_work_gets_it_again(runtime: Runtime, job_id: int, clock: TestClock) -> None:
    with runtime.database.transaction() as session:
        session.get_one(Job, job_id).done_at = clock()  # closed without a result: only a fault of ours could do this
    assert reconcile.sweep(runtime).asked_again == 1
    assert reconcile.sweep(runtime).asked_again == 0
