"""What the staff did: to accounts, outside of filings, and to filings. Written with each act, read by the auditor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.filing import Acto, Rol
from oficialia.domain.staff import STAFF_ROLES, AccountAct, Actor
from oficialia.models import Event, Filing, StaffAccount, StaffEvent
from oficialia.services.desk_words import ACTO_WORDS, capital, look_words

PAGE = 50
ONE_ACT = timedelta(minutes=10)
DETAIL = 100  # characters of what was searched for
FIRST = (1 << 31) - 1  # no row has a higher number
ACCOUNT_WORDS: dict[AccountAct, str] = {
    AccountAct.ALTA: "Se dio de alta la cuenta",
    AccountAct.BAJA: "Se dio de baja la cuenta",
    AccountAct.RESTABLECIMIENTO: "Se restablecieron su contraseña y su código",
    AccountAct.ENTRADA: "Entró a la mesa",
    AccountAct.ENTRADA_RECHAZADA: "Alguien no pudo entrar con este usuario",
    AccountAct.SALIDA: "Cerró su sesión",
    AccountAct.CONTRASENA: "Cambió su contraseña",
    AccountAct.BUSQUEDA: "Buscó un nombre",
    AccountAct.BITACORA: "Abrió la bitácora",
}


@dataclass(frozen=True)
class Entry:
    """One line of the log. ``folio`` is "" for what is of no filing; ``number`` is the key of the page."""

    number: int
    at: datetime
    who: str
    what: str
    detail: str
    folio: str = ""


def note(
    session: Session, account_id: int, act: AccountAct, *, now: datetime, role: Rol, actor: str, detail: str = ""
) -> None:
    """Adds an event of an account, in the transaction of the act."""
    session.add(StaffEvent(account_id=account_id, at=now, act=act, actor_role=role, actor=actor, detail=detail))


def note_once(database: Database, actor: Actor, act: AccountAct, detail: str, now: datetime) -> None:
    """Notes what somebody did outside of any filing, unless it was noted some minutes ago: a page that is loaded again
    is no other act."""
    shown = detail[:DETAIL]
    same = StaffEvent.account_id == actor.id, StaffEvent.act == act, StaffEvent.detail == shown
    with database.reading() as session:
        if session.scalar(select(StaffEvent.id).where(*same, StaffEvent.at > now - ONE_ACT).limit(1)) is not None:
            return
    with database.transaction() as session:
        note(session, actor.id, act, now=now, role=actor.role, actor=actor.username, detail=shown)


def of_accounts(database: Database, *, username: str = "", before: int = FIRST) -> list[Entry]:
    """What happened to accounts, the newest first: a page below the number ``before``."""
    query = select(StaffEvent, StaffAccount).join(StaffAccount, StaffAccount.id == StaffEvent.account_id)
    if username:
        query = query.where(StaffAccount.username == username)
    query = query.where(StaffEvent.id < before).order_by(StaffEvent.id.desc()).limit(PAGE)
    with database.reading() as session:
        return [_of_account(event, account) for event, account in session.execute(query)]


def of_filings(database: Database, *, username: str = "", before: int = FIRST) -> list[Entry]:
    """What the staff saw of filings and did to them, the newest first: a page below the number ``before``."""
    query = (
        select(Event, Filing.folio, StaffAccount.name)
        .join(Filing, Filing.id == Event.filing_id)
        .outerjoin(StaffAccount, StaffAccount.username == Event.actor)
        .where(Event.actor_role.in_((*STAFF_ROLES, Rol.ADMINISTRADOR)), Event.id < before)
    )
    if username:
        query = query.where(Event.actor == username)
    with database.reading() as session:
        rows = session.execute(query.order_by(Event.id.desc()).limit(PAGE)).all()
    return [
        Entry(event.id, event.at, f"{name or event.actor} ({event.actor})", *_of_filing(event), folio)
        for event, folio, name in rows
    ]


def usernames(database: Database) -> list[str]:
    """Of every account there ever was."""
    with database.reading() as session:
        return list(session.scalars(select(StaffAccount.username).order_by(StaffAccount.username)))


def _of_account(event: StaffEvent, account: StaffAccount) -> Entry:
    who = f"{account.name} ({account.username})"
    by = "" if event.actor == account.username else f"por {event.actor}"
    detail = " · ".join(part for part in (by, event.detail) if part)
    return Entry(event.id, event.at, who, ACCOUNT_WORDS[AccountAct(event.act)], detail)


def _of_filing(event: Event) -> tuple[str, str]:
    if event.act == Acto.CONSULTA:
        return capital(look_words(event.data)), ""
    return ACTO_WORDS[Acto(event.act)], event.reason
