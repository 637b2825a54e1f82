"""Dictámenes de verificación: what the signatures of a received document are worth now, sealed. Safe to run twice.

1. Take the lease.
2. Ask the register what is to be reported on, under which digest; nothing when it was reported already.
3. Fetch those bytes from storage and compare them with that digest.
4. Take the verdict, in the sandbox; the configured responders are asked about revocation.
5. Typeset the report, with the verdict attached, and seal it.
6. Store it, read it back and compare.
7. Record it and close this job: one transaction.

If the power goes before 7 the lease runs out and the next worker starts at 1; an object without a row harms nobody.
"""

from pathlib import Path

from celery import shared_task

from oficialia.domain.documents import Purpose
from oficialia.services import report_words, reports
from oficialia.services.certificates import ever_used
from oficialia.services.objects import PDF
from oficialia.services.reports import ReportWork
from oficialia.services.verdict_json import described
from oficialia.services.verdict_view import masked
from signing.report_pdf import report_pdf
from signing.verdict import DocumentVerdict
from signing.verify import verify
from storage.keys import object_key
from workers.lease import leased
from workers.parts import Parts, folder, log, measured, parts


@shared_task(name="acuses.dictaminar")
def issue_report(job_id: int) -> None:
    """Issues the report of an outbox job."""
    ours = parts()
    runtime = ours.runtime
    with leased(runtime, job_id) as lease:  # 1
        work = reports.begin(runtime, lease) if lease else None  # 2
        if lease is None or work is None:
            return
        with folder(runtime) as place:
            source, unsealed, target = place / "original.pdf", place / "dictamen.pdf", place / "sellado.pdf"
            runtime.bucket.fetch(work.source.key, work.source.version_id, work.source.sha256, source)  # 3
            verdict = _verdict(ours, source)  # 4
            unsealed.write_bytes(_typeset(ours, work, verdict))  # 5
            reason = f"Dictamen de verificación, folio {work.folio}"
            sealed = ours.engine.seal_own(unsealed, target, reason=reason, at=runtime.clock())
            key = object_key(work.filing_id, Purpose.REPORT, sealed.sha256, "pdf")
            stored = runtime.bucket.put(key, target, sha256=sealed.sha256, media_type=PDF)  # 6
        if reports.record(  # 7
            runtime, lease, work, colour=verdict.colour, sealed=sealed, stored=stored, certificate=ours.certificate
        ):
            log.info("report of %s issued", work.folio, extra=measured(sealed))


def _verdict(ours: Parts, path: Path) -> DocumentVerdict:
    runtime = ours.runtime
    return verify(
        runtime.sandbox,
        path,
        anchors=runtime.anchors,
        at=runtime.clock(),
        ours=frozenset(certificate.sha256 for certificate in ever_used(runtime.database)),
        revocation=runtime.revocation,
    )


def _typeset(ours: Parts, work: ReportWork, verdict: DocumentVerdict) -> bytes:
    runtime = ours.runtime
    told = report_words.content(runtime.labels, work, verdict, runtime.clock())
    return report_pdf(told, described(masked(verdict)))
