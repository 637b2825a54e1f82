"""Stamping and sealing the answer of the authority. Safe to run twice.

1. Take the lease.
2. Ask the register what is to be sealed, under which digest; nothing when it was sealed already.
3. Fetch those bytes from storage and compare them with that digest.
4. Stamp and seal (``signing.seal``): visible, else invisible, else a carátula; no signature of the area gets worse.
5. Store the sealed answer, read it back and compare.
6. Record it, with its leaf ``sello_respuesta`` and the mail to a confirmed address, and close this job: one
   transaction. From then on the filing is answered, and its promovente can have the answer.

If the power goes before 6 the lease runs out and the next worker starts at 1; an object without a row harms nobody.
"""

from dataclasses import replace

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.services import respuesta_sealing
from oficialia.services.objects import PDF
from storage.keys import object_key
from workers.lease import leased
from workers.parts import folder, log, measured, parts
from workers.sealing import cover_content, stamp_content


@shared_task(name="sellado.responder")
def seal_answer(job_id: int) -> None:
    """Seals the answer of an outbox job."""
    ours = parts()
    runtime = ours.runtime
    with leased(runtime, job_id) as lease:  # 1
        work = respuesta_sealing.begin(runtime, lease) if lease else None  # 2
        if lease is None or work is None:
            return
        with folder(runtime) as place:
            source, target = place / "respuesta.pdf", place / "sellada.pdf"
            runtime.bucket.fetch(work.source.key, work.source.version_id, work.source.sha256, source)  # 3
            sealed = ours.engine.seal_document(  # 4
                source,
                target,
                stamp=stamp_content(ours, work),
                cover=replace(cover_content(ours, work), kind="respuesta"),
                at=runtime.clock(),
                act="Respuesta",
            )
            key = object_key(work.filing_id, Purpose.SEALED_ANSWER, sealed.sha256, "pdf")
            stored = runtime.bucket.put(key, target, sha256=sealed.sha256, media_type=PDF)  # 5
        if respuesta_sealing.record(  # 6
            runtime, lease, sealed=sealed, stored=stored, certificate=ours.certificate
        ):
            log.info("answer of %s sealed", work.folio, extra=measured(sealed))
