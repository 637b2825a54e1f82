"""Giving a filing the certified time that an outage of the TSA kept from it. Safe to run twice.

1. Take the lease.
2. Ask the register what lacks its time: the sealed copy, the acuse, or both; or the answer, which has a job of its own.
3. The sealed copy or answer: fetch it, add the time stamp (``signing.raising``), store it, record its edition with its
   leaf.
4. The acuse: issue it anew, with its RFC 3161 token, the digest of the sealed copy as it now is, and the proofs of the
   ledger; record its edition with its leaf and close the job.

While the TSA or the publisher of the ledger is away the job is postponed, as often as need be. If the power goes, 2
finds what is still missing.
"""

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.models import StoredObject
from oficialia.services import editions, proofs
from oficialia.services.objects import PDF
from oficialia.services.outbox import Lease
from signing.errors import TimestampUnavailable
from signing.raising import raise_level
from storage.keys import object_key
from workers.acuses import make_acuse
from workers.lease import leased
from workers.parts import Parts, folder, log, parts
from workers.reasons import LedgerUnpublished


@shared_task(name="mantenimiento.elevar")
def raise_filing(job_id: int) -> None:
    """Raises what of the filing of an outbox job has no certified time."""
    ours = parts()
    with leased(ours.runtime, job_id) as lease:  # 1
        untimed = editions.begin(ours.runtime, lease) if lease else None  # 2
        if lease is None or untimed is None:
            return
        if untimed.sealed and not _raise_sealed(ours, lease, untimed.sealed):  # 3
            return
        if not untimed.acuse:
            editions.finish(ours.runtime, lease)
        elif not _reissue_acuse(ours, lease):  # 4
            return
        log.info("%s has its certified time", untimed.folio)


def _raise_sealed(ours: Parts, lease: Lease, item: StoredObject) -> bool:
    runtime = ours.runtime
    with folder(runtime) as place:
        source, target = place / "sellado.pdf", place / "elevado.pdf"
        runtime.bucket.fetch(item.key, item.version_id, item.sha256, source)
        raised = raise_level(
            runtime.sandbox,
            source,
            target,
            timestamper=ours.timestamper,
            anchors=runtime.anchors,
            at=runtime.clock(),
        )
        key = object_key(lease.filing_id, Purpose(item.purpose), raised.sha256, "pdf")
        stored = runtime.bucket.put(key, target, sha256=raised.sha256, media_type=PDF)
    return editions.record_sealed(runtime, lease, item, raised, stored)


def _reissue_acuse(ours: Parts, lease: Lease) -> bool:
    proven = proofs.look(ours.runtime, lease.filing_id).proofs if ours.runtime.ledger_policy else None
    if ours.runtime.ledger_policy and proven is None:
        raise LedgerUnpublished
    drafted = editions.draft_acuse(ours.runtime, lease, ours.certificate)
    made = make_acuse(ours, lease, drafted, proven)
    if made.issued.token is None or made.sealed.timestamp is None:
        raise TimestampUnavailable("the authority went away again")
    return editions.record_acuse(
        ours.runtime, lease, issued=made.issued, sealed=made.sealed, stored=made.stored, certificate=ours.certificate
    )
