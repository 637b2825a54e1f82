"""The work that does not go on by itself, for whoever looks after the office; and asking for it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.filing import Acto, Etapa, Rol
from oficialia.domain.folio import Folio
from oficialia.models import AskedLetter, Event, Filing, Job
from oficialia.services import outbox
from oficialia.services.outbox import Kind
from oficialia.services.reconcile import HELD, late

WORDS = {
    Kind.SEAL: "sellar el documento",
    Kind.ACUSE: "emitir el acuse",
    Kind.SEAL_ANSWER: "sellar la respuesta",
    Kind.REPORT: "emitir el dictamen de verificación",
    Kind.NOTIFY: "emitir el acuse de notificación",
    Kind.MAIL_CODE: "enviar el código al correo",
    Kind.MAIL_ACUSE: "enviar el acuse por correo",
    Kind.MAIL_NOTICE: "avisar por correo",
    Kind.MAIL_DRAFT: "enviar la liga de un borrador",
    Kind.MAIL_ENTRY: "enviar un código del buzón",
    Kind.RAISE: "añadir la hora certificada",
    Kind.PROVE: "añadir al acuse las pruebas del libro",
    Kind.PROTECT: "proteger el sello a largo plazo",
}
# Where a filing was before its work stopped: its acuse is asked for when its sealed copy is recorded.
_ETAPA = {Kind.SEAL: Etapa.RECIBIDA, Kind.ACUSE: Etapa.SELLANDO}


class NotHeld(Exception):
    """What was named is not in quarantine; nothing was changed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


@dataclass(frozen=True)
class Trouble:
    """A job that waits for a person (``held``), or goes on and is late."""

    number: int
    folio: str  # empty for a letter of no filing
    kind: Kind
    held: bool
    since: datetime  # in quarantine since, or asked for
    attempts: int
    reason: str  # a sentence; empty when no attempt told one
    request_id: str  # under which the log has the detail


def troubled(database: Database, now: datetime) -> list[Trouble]:
    """The jobs in quarantine and then the late ones, each in the order of their numbers."""
    letter = (AskedLetter.id == Job.ordinal) & Job.filing_id.is_(None)
    query = (
        select(Job, func.coalesce(Filing.folio, ""), func.coalesce(Filing.request_id, AskedLetter.request_id, ""))
        .outerjoin(Filing, Filing.id == Job.filing_id)
        .outerjoin(AskedLetter, letter)
        .order_by(Job.id)
    )
    with database.reading() as session:
        return [
            Trouble(
                number=job.id,
                folio=folio,
                kind=Kind(job.kind),
                held=job.quarantined_at is not None,
                since=job.quarantined_at or job.created_at,
                attempts=job.attempts,
                reason=job.last_error,
                request_id=request_id,
            )
            for condition in (HELD, late(now))
            for job, folio, request_id in session.execute(query.where(condition))
        ]


def retry(
    database: Database, wanted: Sequence[Folio | int] | None, *, who: str, motive: str, now: datetime
) -> list[tuple[int, str]]:
    """Takes jobs out of quarantine, in one transaction; number and folio of each.

    ``wanted`` names jobs by number, or all of a filing by its folio; None is all there are. The folio of a letter of no
    filing is empty. Each filing gets an event
    with ``who`` did it and the ``motive``, and its stage back. Raises NotHeld, and then nothing was changed.
    """
    with database.transaction() as session:
        jobs = session.scalars(select(Job).where(HELD).order_by(Job.id).with_for_update()).all()
        held = [(job, _filing(session, job)) for job in jobs]
        if wanted is not None:
            named = {name: [each for each in held if _is(name, *each)] for name in wanted}
            if missing := [str(name) for name, found in named.items() if not found]:
                raise NotHeld(missing)
            held = [each for each in held if any(each in found for found in named.values())]
        for job, filing in held:
            _release(session, job, filing, who=who, motive=motive, now=now)
        return [(job.id, filing.folio if filing else "") for job, filing in held]


def _filing(session: Session, job: Job) -> Filing | None:
    return session.get_one(Filing, job.filing_id, with_for_update=True) if job.filing_id else None


def _is(name: Folio | int, job: Job, filing: Filing | None) -> bool:
    return (filing is not None and filing.folio == str(name)) if isinstance(name, Folio) else job.id == name


def _release(session: Session, job: Job, filing: Filing | None, *, who: str, motive: str, now: datetime) -> None:
    outbox.release(session, job, now)
    if filing is None:  # a letter has no history; the log of the command line has who asked
        return
    if filing.etapa == Etapa.EN_ESPERA and (before := _ETAPA.get(Kind(job.kind))):
        filing.etapa, filing.held_reason = before, ""
    session.add(
        Event(
            filing_id=filing.id,
            at=now,
            act=Acto.REINTENTO,
            actor_role=Rol.ADMINISTRADOR,
            actor=who,
            reason=motive,
            data={"trabajo": job.kind, "numero": job.id},
        )
    )
