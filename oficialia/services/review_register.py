"""The rows of one filing: whole, in agreement, and with its work done or open; and whether the seal lets it be done."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from oficialia.db import Database
from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import Etapa, Pendiente
from oficialia.domain.wording import short_instant
from oficialia.models import Job
from oficialia.services.outbox import Kind
from oficialia.services.reconcile import LATE_AFTER
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import Case
from oficialia.services.seal_state import SealState


def rows(case: Case) -> Iterator[Finding]:
    """Documents, objects and stage of a filing."""
    folio = case.filing.folio
    if case.principal() is None:
        yield Finding(Code.NO_PRINCIPAL, folio, "El expediente no tiene escrito principal.")
    originals = {row.document_id: row for row in case.objects if row.purpose == Purpose.ORIGINAL}
    for document in case.documents:
        name = "el escrito principal" if document.role == Role.PRINCIPAL else f"el anexo {document.number}"
        original = originals.get(document.id)
        if original is None:
            yield Finding(Code.NO_ORIGINAL, folio, f"El registro no dice dónde está el original de {name}.")
        elif original.sha256 != document.sha256:
            yield Finding(Code.DIGEST_DIFFERS, folio, f"El registro tiene dos huellas distintas de {name}.")
    if case.filing.etapa == Etapa.ACUSE_LISTO:
        if not case.sealed():
            yield Finding(Code.NO_SEALED, folio, "Dice que el acuse está listo, y no hay copia sellada.")
        if not case.acuses:
            yield Finding(Code.NO_ACUSE, folio, "Dice que el acuse está listo, y no hay acuse.")


# Work that is done leaves an object of this purpose.
_MADE = (
    (Kind.SEAL, Purpose.SEALED),
    (Kind.SEAL_ANSWER, Purpose.SEALED_ANSWER),
    (Kind.REPORT, Purpose.REPORT),
    (Kind.NOTIFY, Purpose.NOTICE),
)


def work(case: Case, now: datetime) -> Iterator[Finding]:
    """What the outbox has of a filing, as of ``now``."""
    pending = [job for job in case.jobs if job.done_at is None]
    for job in pending:
        yield from _waiting(job, case.filing.folio, now)
    if not case.acuses and not pending:
        yield Finding(Code.NO_WORK, case.filing.folio, "No tiene acuse, y nadie lo está haciendo.")
    if case.filing.pendiente == Pendiente.RESPUESTA and not any(job.kind == Kind.SEAL_ANSWER for job in pending):
        yield Finding(Code.NO_WORK, case.filing.folio, "Hay una respuesta por sellar, y nadie la está sellando.")
    purposes = {row.purpose for row in case.objects}
    for kind, purpose in _MADE:
        done = [job for job in case.jobs if job.kind == kind and job.done_at is not None]
        if done and purpose not in purposes:
            yield _about(done[-1], case.filing.folio, Code.SEAL_LOST, "Dice que se selló, y no hay copia sellada.")


def seal(state: SealState | None) -> Iterator[Finding]:
    """Whether anything is sealed at all, as the worker last said."""
    if state and not state.usable:
        words = f"{state.reason} Desde {short_instant(state.since)}."
        yield Finding(Code.SEAL_UNUSABLE, "sello", words)


def letters(database: Database, now: datetime) -> Iterator[Finding]:
    """The letters of no filing that wait, as of ``now``."""
    with database.reading() as session:
        waiting = session.scalars(select(Job).where(Job.filing_id.is_(None), Job.done_at.is_(None)).order_by(Job.id))
        for job in waiting:
            yield from _waiting(job, "sin expediente", now)


def _waiting(job: Job, whose: str, now: datetime) -> Iterator[Finding]:
    if job.quarantined_at is not None:
        yield _about(job, whose, Code.WORK_HELD, f"Espera a una persona. {job.last_error}")
    elif now - job.created_at > LATE_AFTER:
        words = f"Está pendiente desde hace más de {LATE_AFTER.total_seconds() / 60:.0f} minutos."
        yield _about(job, whose, Code.WORK_LATE, f"{words} {job.last_error}".strip())


def _about(job: Job, whose: str, code: Code, sentence: str) -> Finding:
    return Finding(code, f"trabajo {job.id} ({job.kind} {whose})", sentence)
