"""Who of the staff looked at a filing: an event for each look, which the promovente and the auditor can see.

A page that is loaded again, and the pictures on it, are one look: the same thing seen by the same person within some
minutes is noted once. The event has no leaf: it changes nothing of the filing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from oficialia.domain.filing import Acto, Rol
from oficialia.domain.staff import STAFF_ROLES, Actor
from oficialia.models import Event, Filing, StaffAccount
from oficialia.runtime import Runtime
from oficialia.services.desk_words import ROLE_WORDS, Seen, capital, look_words
from oficialia.services.staff_sessions import office_of

ONE_LOOK = timedelta(minutes=10)


@dataclass(frozen=True)
class Look:
    """A look in words: when, who and from which office, and what was seen."""

    at: datetime
    who: str
    what: str


def note(runtime: Runtime, actor: Actor, filing_id: UUID, seen: Seen, document: str = "") -> None:
    """Notes that ``actor`` saw that of the filing, unless it was noted some minutes ago. ``document``: its label."""
    data = {"vio": seen.value, "documento": document}
    with runtime.database.reading() as session:
        if _is_noted(session, actor, filing_id, data, runtime.clock()):
            return
    with runtime.database.transaction() as session:
        # Requests of one page come at once: the row of the filing lets them in one by one.
        session.scalars(select(Filing.id).where(Filing.id == filing_id).with_for_update()).one()
        now = runtime.clock()
        if _is_noted(session, actor, filing_id, data, now):
            return
        session.add(
            Event(
                filing_id=filing_id,
                at=now,
                act=Acto.CONSULTA,
                actor_role=actor.role,
                actor=actor.username,
                reason="",
                data=data,
            )
        )


def _is_noted(session: Session, actor: Actor, filing_id: UUID, data: dict[str, str], now: datetime) -> bool:
    mine = Event.filing_id == filing_id, Event.act == Acto.CONSULTA, Event.actor == actor.username
    return data in session.scalars(select(Event.data).where(*mine, Event.at > now - ONE_LOOK)).all()


def of(session: Session, events: Iterable[Event]) -> tuple[Look, ...]:
    """The looks among the events of a filing, the newest first."""
    looked = [event for event in events if event.act == Acto.CONSULTA]
    known = names(session, looked)
    return tuple(Look(each.at, who(each, known), look_words(each.data)) for each in reversed(looked))


def names(session: Session, events: Iterable[Event]) -> dict[str, str]:
    """Name and office of the people of the staff who did these, by username."""
    staff = {event.actor for event in events if event.actor_role in STAFF_ROLES}
    query = select(StaffAccount).options(joinedload(StaffAccount.area)).where(StaffAccount.username.in_(staff))
    return {each.username: f"{each.name}, {office_of(each)}" for each in session.scalars(query)}


def who(event: Event, known: dict[str, str]) -> str:
    """``Ana López, Oficialía de Partes``. Only of the staff an event has the username instead of the name."""
    if event.actor_role in STAFF_ROLES and event.actor in known:
        return known[event.actor]
    office = ROLE_WORDS[Rol(event.actor_role)]
    return f"{event.actor}, {office}" if event.actor else capital(office)
