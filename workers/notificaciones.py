"""Acuses de notificación: that a message of the buzón was opened, when, and what it said, sealed. Safe to run twice.

1. Take the lease.
2. Ask the register what was opened; nothing when it was acknowledged already.
3. Typeset the acuse and seal it, with its certified time: without that the work is postponed.
4. Store it, read it back and compare.
5. Record it, with its leaf and the mail to a confirmed address, and close this job: one transaction.

If the power goes before 5 the lease runs out and the next worker starts at 1; an object without a row harms nobody.
"""

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import NivelSello
from oficialia.services import notice_words, notificaciones
from oficialia.services.objects import PDF
from signing.errors import TimestampUnavailable
from signing.notice_pdf import notice_pdf
from storage.keys import object_key
from workers.lease import leased
from workers.parts import folder, log, measured, parts


@shared_task(name="acuses.notificar")
def issue_notice(job_id: int) -> None:
    """Issues the acuse de notificación of an outbox job."""
    ours = parts()
    runtime = ours.runtime
    with leased(runtime, job_id) as lease:  # 1
        work = notificaciones.begin(runtime, lease) if lease else None  # 2
        if lease is None or work is None:
            return
        with folder(runtime) as place:
            unsealed, target = place / "notificacion.pdf", place / "sellada.pdf"
            unsealed.write_bytes(notice_pdf(notice_words.content(runtime.labels, work, runtime.clock())))  # 3
            reason = f"Acuse de notificación, folio {work.folio}"
            sealed = ours.engine.seal_own(unsealed, target, reason=reason, at=runtime.clock())
            if NivelSello(sealed.level) is NivelSello.B_B:
                raise TimestampUnavailable
            key = object_key(work.filing_id, Purpose.NOTICE, sealed.sha256, "pdf")
            stored = runtime.bucket.put(key, target, sha256=sealed.sha256, media_type=PDF)  # 4
        if notificaciones.record(runtime, lease, work, sealed=sealed, stored=stored, certificate=ours.certificate):  # 5
            log.info("the notification of %s is acknowledged", work.folio, extra=measured(sealed))
