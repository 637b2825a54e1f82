"""Evidence for later years: B-T becomes B-LTA some minutes after sealing, and archive time stamps are renewed in time.
Safe to run twice, and of the lowest priority: no citizen waits for it, and none waits because of it.

1. Take the lease.
2. Ask the register which documents of the filing are due: the sealed copy, the acuse, the answer.
3. For each: fetch it, add the evidence (``signing.protection``), store it, record its edition with its leaf.
4. Close the job.

While an authority is away the job is postponed, as often as need be. What is too early is put off, each by itself.
"""

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.models import StoredObject
from oficialia.services import protection
from oficialia.services.objects import PDF
from oficialia.services.outbox import Lease
from signing.errors import NotNow
from signing.protection import Protector, Unprotected
from storage.keys import object_key
from workers.lease import leased
from workers.parts import Parts, folder, log, parts

LEVELS: dict[str, Unprotected] = {"b_t": "b_t", "b_lt": "b_lt", "b_lta": "b_lta"}


@shared_task(name="mantenimiento.programar")
def schedule() -> None:
    """Asks for the next small batch of what is due."""
    ours = parts()
    if ours.protector is not None and (asked := protection.ask(ours.runtime)):
        log.info("evidence for later years asked for %d filings", asked)


@shared_task(name="proteccion.proteger")
def protect(job_id: int) -> None:
    """Protects what is due of the filing of an outbox job."""
    ours = parts()
    with leased(ours.runtime, job_id) as lease:  # 1
        due = protection.begin(ours.runtime, lease) if lease else None  # 2
        if lease is None or due is None or ours.protector is None:
            return
        for item in due.items:
            if not _protect(ours, ours.protector, lease, item):  # 3
                return
        protection.finish(ours.runtime, lease)  # 4
        log.info("%s has its evidence for later years", due.folio)


def _protect(ours: Parts, protector: Protector, lease: Lease, item: StoredObject) -> bool:
    runtime = ours.runtime
    with folder(runtime) as place:
        source, target = place / "sellado.pdf", place / "protegido.pdf"
        runtime.bucket.fetch(item.key, item.version_id, item.sha256, source)
        try:
            made = protector.protect(source, target, level=LEVELS[item.seal_level], at=runtime.clock())
        except NotNow as early:
            log.info("too early for %s: %s", item.key, early.detail)
            protection.defer(runtime, item, early.when)
            return True
        key = object_key(lease.filing_id, Purpose(item.purpose), made.sha256, "pdf")
        stored = runtime.bucket.put(key, target, sha256=made.sha256, media_type=PDF)
    return protection.record(runtime, lease, item, made, stored)
