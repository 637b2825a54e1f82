"""Finishing by looking: late work is named, days are closed, and the spool is kept clean."""

import contextlib
import shutil

from celery import shared_task

from oficialia.services import closing, closings, letters, reconcile, review_proofs
from signing.errors import TimestampUnavailable
from workers.parts import log, parts

# Longer than any upload or task may live.
LEFTOVER_SECONDS = 24 * 3600
# What requests, intake, workers, reviews and the desk keep there. Whatever else somebody has there is not ours.
LEFTOVERS = ("envio-*", "ingreso-*", "trabajo-*", "revision-*", "pagina-*")


@shared_task(name="mantenimiento.vigilar")
def watch() -> None:
    """Asks again for work that a filing lacks, and names what is late or waits for a person."""
    runtime = parts().runtime
    found = reconcile.sweep(runtime)
    if found.asked_again or found.late or found.quarantined:
        log.warning("late %d, in quarantine %d, asked again %d", found.late, found.quarantined, found.asked_again)
    if runtime.ledger_policy:
        for finding in review_proofs.publishing(runtime.database, runtime.clock()):
            log.error("the ledger is not published: %s %s", finding.code.value, finding.sentence)


@shared_task(name="mantenimiento.cerrar")
def close() -> None:
    """Closes the days that are over, each with its leaf."""
    for day in closing.close_days(parts().runtime):
        log.info("closed %s", day.isoformat())


@shared_task(name="mantenimiento.constancias")
def certify() -> None:
    """Has the checkpoints over the closings stamped by the authority of time, and publishes what comes of it."""
    ours = parts()
    for closed in closings.waiting(ours.runtime):
        try:
            token = ours.timestamper.stamp(closed.note.encode())
        except TimestampUnavailable as fault:
            log.warning("no time stamp over the closing of %s: %s", closed.day.isoformat(), fault)
            return
        closings.publish(ours.runtime.bucket, closed, token.response_der)
        log.info("the closing of %s is certified", closed.day.isoformat())


@shared_task(name="mantenimiento.limpiar")
def clean() -> None:
    """Removes what a crash left in the spool, and forgets addresses that nobody writes to any more."""
    runtime = parts().runtime
    letters.forget(runtime)
    oldest = runtime.clock().timestamp() - LEFTOVER_SECONDS
    for name in LEFTOVERS:
        for leftover in runtime.spool.glob(name):
            # Another process may remove it at this very moment.
            with contextlib.suppress(FileNotFoundError):
                if leftover.stat().st_mtime < oldest:
                    log.info("removing a leftover of the spool: %s", leftover.name)
                    shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
