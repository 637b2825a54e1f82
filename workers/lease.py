"""Holding a job while it is worked on, and saying what became of it when it did not end well.

The lease is renewed by a thread as long as this process lives, so that a job is free again soon after a `kill -9` and
never while its worker is merely slow. An outage postpones the job, any other fault counts against it.
"""

import contextlib
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery.exceptions import SoftTimeLimitExceeded

from oficialia.db import DatabaseUnavailable
from oficialia.logs import request_id
from oficialia.runtime import Runtime
from oficialia.services import outbox
from oficialia.services.outbox import LEASE, Lease
from workers.parts import log
from workers.reasons import holds, is_outage, reason

RENEW_SECONDS = LEASE.total_seconds() / 3
# When the database is away too: a lease that merely runs out counts as an attempt. With the longest waits of the
# database itself this still ends before the task's hard limit.
GIVE_BACK_PAUSES: tuple[float, ...] = (1.0, 5.0)


@contextmanager
def leased(runtime: Runtime, job_id: int) -> Iterator[Lease | None]:
    """The lease on a job, or None when there is nothing to do. Whatever goes wrong inside gives the job back with its
    reason: a later attempt, or in the end quarantine and a person. Never kills the worker."""
    lease = outbox.take(runtime.database, job_id, runtime.clock())
    if lease is None:
        yield None
        return
    token = request_id.set(lease.request_id)
    try:
        with _renewing(runtime, lease):
            yield lease
    except (Exception, SoftTimeLimitExceeded) as error:  # noqa: BLE001 - the worker outlives its jobs
        _give_back(runtime, lease, error)
    finally:
        request_id.reset(token)


def _give_back(runtime: Runtime, lease: Lease, error: BaseException) -> None:
    away = is_outage(error)
    if away:
        log.warning("job %s (%s) postponed: %s", lease.job_id, lease.kind, _technical(error))
    else:
        log.error("job %s (%s) failed", lease.job_id, lease.kind, exc_info=error)
    for pause in (*GIVE_BACK_PAUSES, None):
        try:
            if away:
                outbox.postpone(runtime.database, lease, runtime.clock(), reason(error), hold=holds(error))
            else:
                outbox.fail(runtime.database, lease, runtime.clock(), reason(error))
        except DatabaseUnavailable as fault:
            if pause is None:
                log.warning("job %s not given back, its lease runs out by itself: %s", lease.job_id, fault)
            else:
                time.sleep(pause)
        else:
            return


def _technical(error: BaseException) -> str:
    # What mail servers answer quotes addresses.
    return type(error).__name__ if isinstance(error, smtplib.SMTPException) else f"{type(error).__name__}: {error}"


@contextmanager
def _renewing(runtime: Runtime, lease: Lease) -> Iterator[None]:
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(RENEW_SECONDS):
            # A database that is away now may be back before the lease runs out.
            with contextlib.suppress(DatabaseUnavailable):
                if not outbox.renew(runtime.database, lease, runtime.clock()):
                    log.warning("job %s: its lease was lost", lease.job_id)
                    return

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
