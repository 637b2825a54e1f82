"""Stamping and sealing the main document of a filing. Safe to run twice.

1. Take the lease; a job that is done, held by another or in quarantine ends here. Choose the seal: without one that may
   be used the filing is held, and nothing else is touched.
2. Ask the register what is to be sealed, under which digest.
3. Fetch those bytes from storage and compare them with that digest.
4. Stamp and seal (``signing.seal``): visible, else invisible, else a carátula; validated before it returns.
5. Store the sealed copy, read it back and compare.
6. Record it, with its leaf ``sello`` and the job for the acuse, and close this job: one transaction.

If the power goes before 6 the lease runs out and the next worker starts at 1; an object without a row harms nobody.
"""

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.services import sealing
from oficialia.services.objects import PDF
from oficialia.services.respuesta_sealing import AnswerWork
from oficialia.services.sealing import SealingWork
from signing.cover import CoverContent
from signing.stamp import StampContent
from storage.keys import object_key
from workers.lease import leased
from workers.parts import Parts, folder, log, measured, parts


@shared_task(name="sellado.sellar")
def seal(job_id: int) -> None:
    """Seals the filing of an outbox job."""
    ours = parts()
    runtime = ours.runtime
    with leased(runtime, job_id) as lease:  # 1
        if lease is None:
            return
        engine = ours.engine
        work = sealing.begin(runtime, lease)  # 2
        if work is None:
            return
        with folder(runtime) as place:
            source, target = place / "original.pdf", place / "sellado.pdf"
            runtime.bucket.fetch(work.source.key, work.source.version_id, work.source.sha256, source)  # 3
            sealed = engine.seal_document(  # 4
                source, target, stamp=stamp_content(ours, work), cover=cover_content(ours, work), at=runtime.clock()
            )
            key = object_key(work.filing_id, Purpose.SEALED, sealed.sha256, "pdf")
            stored = runtime.bucket.put(key, target, sha256=sealed.sha256, media_type=PDF)  # 5
        if sealing.record(runtime, lease, sealed=sealed, stored=stored, certificate=ours.certificate):  # 6
            log.info("sealed %s", work.folio, extra=measured(sealed))


def stamp_content(ours: Parts, work: SealingWork | AnswerWork) -> StampContent:
    """What the visible stamp says."""
    labels = ours.runtime.labels
    return StampContent(
        office=f"{labels.office} · {labels.municipality}",
        folio=work.folio,
        registered_at=work.registered_at,
        digest_prefix=work.source.sha256[:16],
        url=work.url,
    )


def cover_content(ours: Parts, work: SealingWork | AnswerWork) -> CoverContent:
    """What the carátula says, if one is needed."""
    labels = ours.runtime.labels
    return CoverContent(
        municipality=labels.municipality,
        office=labels.office,
        folio=work.folio,
        registered_at=work.registered_at,
        filename=work.filename,
        sha256=work.source.sha256,
        size=work.source.size,
        url=work.url,
    )
