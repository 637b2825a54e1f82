"""Issuing the acuse de recibo. Safe to run twice.

1. Take the lease. Until the ledger's checkpoint over the leaves ``ingreso`` and ``sello`` is there, the job is put off
   for an instant; after ``OFICIALIA_LEDGER_WAIT_SECONDS`` the acuse goes out with the promise of its proofs.
2. Draft: the cadena original and the sixteen fields, from the register.
3. Sello over the cadena; RFC 3161 token over it (without a TSA the acuse goes out and says so).
4. Typeset the PDF with its attachments, the proofs among them, seal it (PAdES), reopen and validate it.
5. Store it, read it back and compare.
6. Record it, with its leaf ``acuse`` and the mail to a confirmed address, and close the job: one transaction.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.services import acuses, outbox, proofs
from oficialia.services.acuse_fields import Draft
from oficialia.services.acuses import Issued
from oficialia.services.objects import PDF
from oficialia.services.outbox import Lease
from oficialia.services.proofs import Proofs
from signing.acuse_content import seal_reason
from signing.acuse_pdf import acuse_pdf
from signing.errors import TimestampUnavailable
from signing.seal import Sealed
from signing.timestamp import TimestampToken
from storage.bucket import Stored
from storage.keys import object_key
from workers.lease import leased
from workers.parts import Parts, folder, log, measured, parts

# The publisher looks more often than that.
LEDGER_PAUSE = timedelta(seconds=0.4)
UNPUBLISHED = "Espera a que el libro público se publique."


@shared_task(name="acuses.emitir")
def issue(job_id: int) -> None:
    """Issues the acuse of the filing of an outbox job."""
    ours = parts()
    runtime = ours.runtime
    with leased(runtime, job_id) as lease:  # 1
        looked = proofs.look(runtime, lease.filing_id) if lease and runtime.ledger_policy else None
        if lease and looked and looked.proofs is None and runtime.clock() - looked.since < ours.ledger_wait:
            outbox.postpone(runtime.database, lease, runtime.clock(), UNPUBLISHED, pause=LEDGER_PAUSE)
            return
        drafted = acuses.draft(runtime, lease, ours.certificate) if lease else None  # 2
        if lease is None or drafted is None:
            return
        made = make_acuse(ours, lease, drafted, looked.proofs if looked else None)  # 3 to 5
        if acuses.record(  # 6
            runtime, lease, issued=made.issued, sealed=made.sealed, stored=made.stored, certificate=ours.certificate
        ):
            log.info("acuse of %s issued", drafted.folio, extra=measured(made.sealed))


@dataclass(frozen=True)
class Made:
    """An acuse in storage that no register knows yet."""

    issued: Issued
    sealed: Sealed
    stored: Stored


def make_acuse(ours: Parts, lease: Lease, drafted: Draft, proven: Proofs | None) -> Made:
    """Steps 3 to 5."""
    cadena = drafted.cadena.encode()
    sello = acuses.spell_sello(ours.identity.sign(cadena))
    issued = Issued(drafted.cadena, sello, _token(ours, cadena), proven)  # 3
    with folder(ours.runtime) as place:
        target = place / "acuse.pdf"
        sealed = _typeset_and_seal(ours, drafted, issued, place, target)  # 4
        key = object_key(lease.filing_id, Purpose.ACUSE, sealed.sha256, "pdf")
        stored = ours.runtime.bucket.put(key, target, sha256=sealed.sha256, media_type=PDF)  # 5
    return Made(issued, sealed, stored)


def _token(ours: Parts, cadena: bytes) -> TimestampToken | None:
    try:
        return ours.timestamper.stamp(cadena)
    except TimestampUnavailable as error:
        log.warning("no RFC 3161 token for the cadena original: %s", error)
        return None


def _typeset_and_seal(ours: Parts, drafted: Draft, issued: Issued, place: Path, target: Path) -> Sealed:
    now = ours.runtime.clock()
    unsealed = place / "acuse-sin-sello.pdf"
    unsealed.write_bytes(acuse_pdf(acuses.content(drafted, issued, now), acuses.attachments(issued)))
    return ours.engine.seal_own(unsealed, target, reason=seal_reason(drafted.folio), at=now)
