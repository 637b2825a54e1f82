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

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.services import respuesta_sealing
from oficialia.services.respuesta_sealing import AnswerWork
from oficialia.services.sealing import PDF
from signing.cover import CoverContent
from signing.stamp import StampContent
from storage.keys import object_key
from workers.lease import leased
from workers.parts import Parts, folder, log, measured, parts


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
                stamp=_stamp(ours, work),
                cover=_cover(ours, work),
                at=runtime.clock(),
                act="Respuesta",
            )
            key = object_key(work.filing_id, Purpose.SEALED_ANSWER, sealed.sha256, "pdf")
            stored = runtime.bucket.put(key, target, sha256=sealed.sha256, media_type=PDF)  # 5
        if respuesta_sealing.record(  # 6
            runtime, lease, sealed=sealed, stored=stored, certificate=ours.certificate
        ):
            log.info("answer of %s sealed", work.folio, extra=measured(sealed))


def _stamp(ours: Parts, work: AnswerWork) -> StampContent:
    labels = ours.runtime.labels
    return StampContent(
        office=f"{labels.office} · {labels.municipality}",
        folio=work.folio,
        registered_at=work.handed_in_at,
        digest_prefix=work.source.sha256[:16],
        url=work.url,
    )


def _cover(ours: Parts, work: AnswerWork) -> CoverContent:
    labels = ours.runtime.labels
    return CoverContent(
        municipality=labels.municipality,
        office=labels.office,
        folio=work.folio,
        registered_at=work.handed_in_at,
        filename=work.filename,
        sha256=work.source.sha256,
        size=work.source.size,
        url=work.url,
        kind="respuesta",
    )
