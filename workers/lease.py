"""Holding a job while it is worked on, and saying what became of it when it did not end well.

The lease is renewed by a thread as long as this process lives, so that a job is free again soon after a `kill -9` and
never while its worker is merely slow. An outage postpones the job, any other fault counts against it.
"""

import contextlib
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from celery.exceptions import SoftTimeLimitExceeded

from oficialia.db import DatabaseUnavailable
from oficialia.logs import request_id
from oficialia.runtime import Runtime
from oficialia.services import outbox
from oficialia.services.outbox import LEASE, Lease
from signing.errors import IdentityUnusable, SandboxUnavailable, SealingFailed, TimestampUnavailable
from storage.errors import StorageMismatch, StorageUnavailable
from workers.parts import log

RENEW_SECONDS = LEASE.total_seconds() / 3
# What the work needs is away, full or unusable for every job alike: waiting mends it, trying again makes nothing worse.
OUTAGES = (
    StorageUnavailable,
    DatabaseUnavailable,
    TimestampUnavailable,
    SandboxUnavailable,
    IdentityUnusable,
    OSError,
)
# RFC 5321, 4.2.1: from here on the server says that trying again will not help.
SMTP_PERMANENT = 500
# For the clerk who finds the filing waiting; the log has the technical detail under the filing's request_id.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (StorageMismatch, "El archivo guardado no es el que dice el registro. Avise a quien administra el sistema."),
    (SealingFailed, "No se pudo sellar el documento de ninguna manera. Avise a quien administra el sistema."),
    (SoftTimeLimitExceeded, "El trabajo tardó más de lo permitido cada vez. Avise a quien administra el sistema."),
    (smtplib.SMTPRecipientsRefused, "El servidor de correo no acepta la dirección que dio la persona."),
    (smtplib.SMTPException, "El servidor de correo no acepta el mensaje."),
)
_UNFORESEEN = "El programa falló con este documento cada vez. Avise a quien administra el sistema."


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
    # Without the database nothing can be given back: the lease runs out by itself.
    with contextlib.suppress(DatabaseUnavailable):
        if is_outage(error):
            log.warning("job %s (%s) postponed: %s", lease.job_id, lease.kind, _technical(error))
            outbox.postpone(runtime.database, lease, runtime.clock(), _technical(error))
        else:
            log.error("job %s (%s) failed", lease.job_id, lease.kind, exc_info=error)
            outbox.fail(runtime.database, lease, runtime.clock(), reason(error))


def is_outage(error: BaseException) -> bool:
    """Whether the fault lies in something that the work needs, and not in the work."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < SMTP_PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return error.smtp_code < SMTP_PERMANENT
    return isinstance(error, OUTAGES)


def reason(error: BaseException) -> str:
    """Why the work failed, in a sentence that a clerk can read; the kind of error follows for who mends it."""
    sentence = next((words for kind, words in _REASONS if isinstance(error, kind)), _UNFORESEEN)
    return f"{sentence} ({type(error).__name__})"


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
