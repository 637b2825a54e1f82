"""Keeping the promise of an acuse that went out while the ledger was not published. Safe to run twice.

1. Take the lease.
2. Ask the register whether the newest acuse still lacks its proofs: another new edition may have brought them.
3. The proofs, from what is published; while there are none the job is postponed, as often as need be.
4. Issue the acuse anew with them, record its edition with its leaf, and close the job.
"""

from celery import shared_task

from oficialia.services import editions, proofs
from workers.acuses import make_acuse
from workers.lease import leased
from workers.parts import log, parts
from workers.reasons import LedgerUnpublished


@shared_task(name="mantenimiento.probar")
def prove(job_id: int) -> None:
    """Gives the acuse of the filing of an outbox job its proofs."""
    ours = parts()
    runtime = ours.runtime
    with leased(runtime, job_id) as lease:  # 1
        if lease is None or not editions.begin_proving(runtime, lease):  # 2
            return
        proven = proofs.look(runtime, lease.filing_id).proofs  # 3
        if proven is None:
            raise LedgerUnpublished
        drafted = editions.draft_acuse(runtime, lease, ours.certificate)  # 4
        made = make_acuse(ours, lease, drafted, proven)
        if editions.record_acuse(
            runtime, lease, issued=made.issued, sealed=made.sealed, stored=made.stored, certificate=ours.certificate
        ):
            log.info("acuse of %s has its proofs", drafted.folio)
