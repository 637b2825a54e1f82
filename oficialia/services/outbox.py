"""The queue of record: asking for work, taking it under a lease, and giving it back.

A job is open until ``done_at``; it may be taken from ``visible_at`` on. Ringing the bell, taking or renewing the lease
and failing each move ``visible_at`` ahead, so whatever is lost on the way (a message, a worker, the whole broker) comes
back by itself. Attempts are counted here because the broker forgets; after ``MAX_ATTEMPTS`` the job waits in quarantine
for a person, with its reason. An outage of something that the work needs is no fault of the work: it is postponed, as
often as need be, and heals when the outage ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.filing import Acto, Etapa
from oficialia.models import AskedLetter, Filing, Job
from oficialia.services import events

# A rung bell that nobody heeded is rung again after this; a worker normally takes the job within a second.
RING_AGAIN = timedelta(seconds=15)
# A worker renews its lease three times in this span (workers/lease.py): what a dead one held is free again soon, and a
# living one that misses two renewals keeps it.
LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 8
# After an outage: soon enough for who waits, seldom enough for whatever is getting up again.
POSTPONED = timedelta(seconds=20)
# For a clerk, like every reason that a job is given back with (workers/reasons.py).
INTERRUPTED = "El proceso que lo atendía se interrumpió sin decir por qué. Avise a quien administra el sistema."
_BACKOFF = (2, 5, 15, 60, 120, 300, 600)  # seconds after the first, second, … failure


class Kind(StrEnum):
    """What can be asked for; each kind has a queue of its own (workers/app.py)."""

    SEAL = "sellar"
    ACUSE = "acuse"
    SEAL_ANSWER = "sellar_respuesta"
    REPORT = "dictamen"  # its ordinal is the number of the event that asks for it
    NOTIFY = "notificar"  # its ordinal is the number of the event that tells of the opening
    MAIL_CODE = "correo_codigo"
    MAIL_ACUSE = "correo_acuse"
    MAIL_NOTICE = "correo_aviso"  # its ordinal is the number of the event that it tells of
    MAIL_DRAFT = "correo_borrador"  # of no filing: its ordinal is the number of the letter
    MAIL_ENTRY = "correo_buzon"  # the same
    RAISE = "elevar"
    PROVE = "probar"
    PROTECT = "proteger"


# Ordinals of RAISE: for sealed copy and acuse, and for the answer. Whatever one job raises, the other leaves alone.
RAISE_ACUSE, RAISE_ANSWER = 1, 2
LETTERS = frozenset({Kind.MAIL_DRAFT, Kind.MAIL_ENTRY})
"""The kinds that belong to no filing."""
# Nobody waits for it, and each try asks authorities that may be away.
PATIENT = {Kind.PROTECT: timedelta(minutes=10)}


@dataclass(frozen=True)
class Lease:
    """The right to work on a job until its time is over."""

    job_id: int
    token: UUID
    kind: Kind
    of: UUID | None  # the filing; None for a letter of none
    ordinal: int
    request_id: str  # of the request that made the filing or asked for the letter, for the log

    @property
    def filing_id(self) -> UUID:
        """The filing that it is work for. Raises LookupError for a letter of none."""
        if self.of is None:
            msg = f"job {self.job_id} ({self.kind}) belongs to no filing"
            raise LookupError(msg)
        return self.of


def ask(session: Session, kind: Kind, filing_id: UUID | None, now: datetime, *, ordinal: int = 1) -> None:
    """Asks for work in the transaction of the act that needs it; asking twice for the same changes nothing."""
    same = (Job.kind == kind) & (Job.filing_id == filing_id) & (Job.ordinal == ordinal)
    if session.scalar(select(Job.id).where(same)) is None:
        session.add(
            Job(
                kind=kind,
                filing_id=filing_id,
                ordinal=ordinal,
                created_at=now,
                visible_at=now,
                attempts=0,
                last_error="",
            )
        )
        session.flush()


def due(now: datetime) -> ColumnElement[bool]:
    """The jobs that may be taken at ``now``."""
    return Job.done_at.is_(None) & Job.quarantined_at.is_(None) & (Job.visible_at <= now)


def ring(database: Database, now: datetime, bell: Callable[[Kind, int], None], *, at_most: int = 200) -> int:
    """Rings ``bell`` for every due job and says how many; each is rung again after ``RING_AGAIN`` if nobody takes it.

    The bell is rung after the commit, so a broken broker delays a job and loses none.
    """
    with database.reading() as session:
        if session.scalar(select(Job.id).where(due(now)).limit(1)) is None:
            return 0
    with database.transaction() as session:
        query = (
            select(Job)
            .where(due(now))
            .order_by(Job.visible_at, Job.id)
            .limit(at_most)
            .with_for_update(skip_locked=True)
        )
        jobs = session.scalars(query).all()
        for job in jobs:
            # Whoever held it let its lease run out: the next to take it need not wait for that any more.
            job.lease_token, job.visible_at = None, now + RING_AGAIN
        rung = [(Kind(job.kind), job.id) for job in jobs]
    for kind, job_id in rung:
        bell(kind, job_id)
    return len(rung)


def take(database: Database, job_id: int, now: datetime) -> Lease | None:
    """The lease on a job, or None when it is done, in quarantine, or somebody else's. Counts the attempt."""
    with database.transaction() as session:
        job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()
        free = job is not None and (job.lease_token is None or job.visible_at <= now)
        if job is None or job.done_at or job.quarantined_at or not free:
            return None
        if job.attempts >= MAX_ATTEMPTS:  # whoever gives up gives a reason: the last worker died without a word
            _quarantine(session, job, now, INTERRUPTED)
            return None
        job.attempts += 1
        job.lease_token = uuid4()
        job.visible_at = now + LEASE
        return Lease(job.id, job.lease_token, Kind(job.kind), job.filing_id, job.ordinal, _request_id(session, job))


def _request_id(session: Session, job: Job) -> str:
    asked = session.get(AskedLetter, job.ordinal) if job.filing_id is None else session.get(Filing, job.filing_id)
    return asked.request_id if asked else ""


def renew(database: Database, lease: Lease, now: datetime) -> bool:
    """Keeps the lease for another ``LEASE`` from ``now``; False when it was lost."""
    with database.transaction() as session:
        held = _held(lease) & Job.done_at.is_(None)
        kept = session.execute(update(Job).where(held).values(visible_at=now + LEASE).returning(Job.id))
        return kept.one_or_none() is not None


def finish(session: Session, lease: Lease, now: datetime) -> bool:
    """Closes the job in the transaction that records its result; False when the lease was lost (then record
    nothing)."""
    held = _held(lease) & Job.done_at.is_(None)
    closed = session.execute(update(Job).where(held).values(done_at=now, lease_token=None).returning(Job.id))
    return closed.one_or_none() is not None


def holds(session: Session, lease: Lease) -> bool:
    """Whether the lease is still ours, in a transaction that records part of the work and leaves the job open."""
    return session.scalar(select(Job.id).where(_held(lease)).with_for_update()) is not None


def fail(database: Database, lease: Lease, now: datetime, reason: str, *, for_good: bool = False) -> None:
    """Gives the job back for a later attempt, or to quarantine when it was the last or cannot succeed (``for_good``);
    ``reason`` is a sentence for a clerk."""
    with database.transaction() as session:
        job = session.scalars(select(Job).where(_held(lease)).with_for_update()).one_or_none()
        if job is None:
            return
        job.lease_token = None
        job.last_error = reason
        if for_good or job.attempts >= MAX_ATTEMPTS:
            _quarantine(session, job, now, reason)
        else:
            job.visible_at = now + timedelta(seconds=_BACKOFF[min(job.attempts, len(_BACKOFF)) - 1])


def postpone(
    database: Database,
    lease: Lease,
    now: datetime,
    reason: str,
    *,
    pause: timedelta | None = None,
    hold: bool = False,
) -> None:
    """Gives the job back after ``pause``, or as long as its kind can wait, without counting the attempt: what it needs
    is away, the work is sound.

    ``reason`` is a sentence for a clerk. With ``hold`` the filing waits for a person to mend what is away, and says so;
    the job goes on by itself all the same.
    """
    with database.transaction() as session:
        job = session.scalars(select(Job).where(_held(lease)).with_for_update()).one_or_none()
        if job is None:
            return
        job.lease_token = None
        job.visible_at = now + (pause or PATIENT.get(lease.kind, POSTPONED))
        job.attempts -= 1
        job.last_error = reason
        if hold:
            _hold(session, job, now, reason)


def _held(lease: Lease) -> ColumnElement[bool]:
    return (Job.id == lease.job_id) & (Job.lease_token == lease.token)


def release(session: Session, job: Job, now: datetime) -> None:
    """Takes a job out of quarantine, its attempts and their reason forgotten."""
    job.quarantined_at, job.attempts, job.visible_at, job.lease_token, job.last_error = None, 0, now, None, ""


def _quarantine(session: Session, job: Job, now: datetime, reason: str) -> None:
    job.quarantined_at, job.last_error = now, reason
    if not _hold(session, job, now, reason):
        _tell(session, job, now, reason)


def _hold(session: Session, job: Job, now: datetime, reason: str) -> bool:
    """Lets a filing that has no acuse yet wait, with an event for the first time; whether it was told."""
    if job.kind not in {Kind.SEAL, Kind.ACUSE}:
        return False
    filing = session.get_one(Filing, job.filing_id, with_for_update=True)
    news = (filing.etapa, filing.held_reason) != (Etapa.EN_ESPERA, reason)
    filing.etapa, filing.held_reason = Etapa.EN_ESPERA, reason
    if news:
        _tell(session, job, now, reason)
    return news


def _tell(session: Session, job: Job, now: datetime, reason: str) -> None:
    if job.filing_id is None:  # a letter has no history; `oficialia trabajos` names it
        return
    session.add(
        events.by_office(
            job.filing_id, now, Acto.EN_ESPERA, {"trabajo": job.kind, "intentos": job.attempts}, reason=reason
        )
    )
