"""Finish by looking, not by assuming: every filing without its acuse, and every answer that was handed in, must have
work open, or wait for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Etapa, Pendiente
from oficialia.models import Filing, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import outbox

# A citizen was told that it takes a moment.
LATE_AFTER = timedelta(minutes=5)
HELD = Job.done_at.is_(None) & Job.quarantined_at.is_not(None)
"""The jobs that wait for a person."""


@dataclass(frozen=True)
class Sweep:
    """What one look found."""

    late: int  # jobs open for longer than LATE_AFTER
    quarantined: int  # jobs that wait for a person
    asked_again: int  # filings whose work had been lost, which no crash should bring about


def late(now: datetime) -> ColumnElement[bool]:
    """The jobs that go on by themselves, and have been open for longer than LATE_AFTER."""
    return Job.done_at.is_(None) & Job.quarantined_at.is_(None) & (Job.created_at < now - LATE_AFTER)


def sweep(runtime: Runtime) -> Sweep:
    """Looks once, and asks again for what is missing."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        open_job = Job.done_at.is_(None)
        without_work = select(Filing).where(
            Filing.etapa != Etapa.ACUSE_LISTO, ~exists().where(Job.filing_id == Filing.id, open_job)
        )
        lost = session.scalars(without_work).all()
        for filing in lost:
            sealed = exists().where(StoredObject.filing_id == filing.id, StoredObject.purpose == Purpose.SEALED)
            _ask_again(session, outbox.Kind.ACUSE if session.scalar(select(sealed)) else outbox.Kind.SEAL, filing, now)
        unanswered = select(Filing).where(
            Filing.pendiente == Pendiente.RESPUESTA,
            ~exists().where(Job.filing_id == Filing.id, Job.kind == outbox.Kind.SEAL_ANSWER, open_job),
        )
        lost_answers = session.scalars(unanswered).all()
        for filing in lost_answers:
            _ask_again(session, outbox.Kind.SEAL_ANSWER, filing, now)
        waiting = session.scalar(select(func.count(Job.id)).where(late(now))) or 0
        quarantined = session.scalar(select(func.count(Job.id)).where(HELD)) or 0
        return Sweep(waiting, quarantined, len(lost) + len(lost_answers))


def _ask_again(session: Session, kind: outbox.Kind, filing: Filing, now: datetime) -> None:
    last = session.scalar(select(func.max(Job.ordinal)).where(Job.filing_id == filing.id, Job.kind == kind))
    outbox.ask(session, kind, filing.id, now, ordinal=(last or 0) + 1)
