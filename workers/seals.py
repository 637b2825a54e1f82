"""Watching over the seal: how it is, for the register and the log; and, every day, how long it lasts.

Nothing is held here: a job that finds no seal holds its own filing (workers/lease.py).
"""

from celery import shared_task

from oficialia.services import seal_state
from oficialia.services.seal_warnings import warnings
from oficialia.services.seal_words import sentence
from signing.errors import IdentityUnusable
from workers.parts import log, parts


@shared_task(name="mantenimiento.sello")
def look() -> None:
    """Notes whether a seal may be used, and names it in the log when that changes."""
    ours = parts()
    database, now = ours.runtime.database, ours.runtime.clock()
    try:
        identity = ours.identity
    except IdentityUnusable as fault:
        if seal_state.note(database, sha256="", valid_until=None, reason=sentence(fault), now=now):
            log.error("the seal may not be used, filings are held: %s %s", fault.code.value, fault.detail)
        return
    if seal_state.note(database, sha256=identity.sha256, valid_until=identity.valid_until, reason="", now=now):
        log.info("sealing with %s until %s", identity.serial, identity.valid_until.isoformat())


@shared_task(name="mantenimiento.certificados")
def warn() -> None:
    """Names in the log what is wrong with each seal, and that it ends within 30, 7 or 1 days."""
    ours = parts()
    now = ours.runtime.clock()
    for words in warnings(ours.seals.look(now), now):
        log.error("seal: %s", words)
