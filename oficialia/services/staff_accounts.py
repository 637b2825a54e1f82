"""The accounts of the staff, as the administrator makes, lists, ends and restores them. Each act is one transaction and
leaves an event; no account is ever deleted."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.filing import Rol
from oficialia.domain.staff import STAFF_ROLES, AccountAct
from oficialia.models import Area, StaffAccount, StaffEvent
from oficialia.services import credentials, sign_in_throttle
from oficialia.services.staff_log import note
from oficialia.services.staff_sessions import end_all

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")


class AccountRefused(Exception):
    """The account cannot be made or changed so; the message says why, in a sentence. Nothing was changed."""


@dataclass(frozen=True)
class Person:
    """Who gets an account."""

    username: str
    name: str
    role: Rol
    area: str = ""  # clave, for the role area and for no other


@dataclass(frozen=True)
class Issued:
    """What an account needs to sign in; shown once and kept by nobody."""

    username: str
    password: str = field(repr=False)
    generated: bool
    totp_secret: bytes = field(repr=False)


@dataclass(frozen=True)
class AccountView:
    """An account as the administrator sees it."""

    username: str
    name: str
    role: Rol
    area: str  # name, "" for none
    created_at: datetime
    last_entry: datetime | None
    ended_at: datetime | None


def enroll(
    database: Database, person: Person, *, password: str, who: str, now: datetime, must_change: bool = True
) -> Issued:
    """Makes an account; an empty ``password`` gets a generated one, which ``must_change`` at the first sign-in.

    Raises AccountRefused.
    """
    chosen = _chosen(password, person.username)
    kept, secret = credentials.hash_password(chosen), credentials.make_secret()
    with database.transaction() as session:
        _check(session, person)
        account = StaffAccount(
            username=person.username,
            name=person.name,
            role=person.role,
            area_clave=person.area or None,
            password_hash=kept,
            must_change=must_change and not password,
            totp_secret=secret,
            totp_step=0,
            created_at=now,
            ended_at=None,
            known_address="",
        )
        session.add(account)
        session.flush()
        detail = f"{person.role} {person.area}".strip()
        note(session, account.id, AccountAct.ALTA, now=now, role=Rol.ADMINISTRADOR, actor=who, detail=detail)
    return Issued(person.username, chosen, not password, secret)


def reset(database: Database, username: str, *, password: str, who: str, motive: str, now: datetime) -> Issued:
    """A new password and a new secret for who lost either; signs the account out everywhere. Raises AccountRefused."""
    chosen = _chosen(password, username)
    kept, secret = credentials.hash_password(chosen), credentials.make_secret()
    with database.transaction() as session:
        account = _open(session, username)
        account.password_hash, account.must_change = kept, not password
        account.totp_secret, account.totp_step = secret, 0
        account.known_address = ""
        end_all(session, account.id, now)
        sign_in_throttle.forgive(session, username)
        act = AccountAct.RESTABLECIMIENTO
        note(session, account.id, act, now=now, role=Rol.ADMINISTRADOR, actor=who, detail=motive)
    return Issued(username, chosen, not password, secret)


def end(database: Database, username: str, *, who: str, motive: str, now: datetime) -> None:
    """Ends an account for good, and signs it out everywhere. Raises AccountRefused."""
    with database.transaction() as session:
        account = _open(session, username)
        account.ended_at = now
        end_all(session, account.id, now)
        note(session, account.id, AccountAct.BAJA, now=now, role=Rol.ADMINISTRADOR, actor=who, detail=motive)


def listing(database: Database) -> list[AccountView]:
    """Every account there ever was, by username."""
    with database.reading() as session:
        entries = select(StaffEvent.account_id, func.max(StaffEvent.at).label("at"))
        last = entries.where(StaffEvent.act == AccountAct.ENTRADA).group_by(StaffEvent.account_id).subquery()
        query = (
            select(StaffAccount, Area.nombre, last.c.at)
            .outerjoin(Area, Area.clave == StaffAccount.area_clave)
            .outerjoin(last, last.c.account_id == StaffAccount.id)
            .order_by(StaffAccount.username)
        )
        return [
            AccountView(a.username, a.name, Rol(a.role), area or "", a.created_at, entered, a.ended_at)
            for a, area, entered in session.execute(query)
        ]


def _chosen(password: str, username: str) -> str:
    if not password:
        return credentials.make_password()
    if weak := credentials.weakness(password, username):
        raise AccountRefused(weak)
    return password


def _check(session: Session, person: Person) -> None:
    if not USERNAME.fullmatch(person.username):
        raise AccountRefused(
            "El usuario lleva de 3 a 32 letras minúsculas sin acento, números, puntos o guiones, y empieza con letra."
        )
    if not person.name:
        raise AccountRefused("Diga el nombre completo de la persona.")
    if person.role not in STAFF_ROLES:
        raise AccountRefused(f"El rol es uno de: {', '.join(STAFF_ROLES)}.")
    if (person.role == Rol.AREA) != bool(person.area):
        raise AccountRefused("El rol «area» lleva la clave de su área, y ningún otro la lleva.")
    if person.area and session.get(Area, person.area) is None:
        raise AccountRefused(f"No hay ningún área con la clave «{person.area}».")
    if session.scalar(select(StaffAccount.id).where(StaffAccount.username == person.username)) is not None:
        raise AccountRefused(
            f"El usuario «{person.username}» ya existe o existió; no se da dos veces. Elija otro, o use «restablecer»."
        )


def _open(session: Session, username: str) -> StaffAccount:
    query = select(StaffAccount).where(StaffAccount.username == username).with_for_update()
    account = session.scalars(query).one_or_none()
    if account is None:
        raise AccountRefused(f"No hay ninguna cuenta con el usuario «{username}».")
    if account.ended_at is not None:
        raise AccountRefused(f"La cuenta «{username}» ya está de baja. Dé de alta otra, con otro usuario.")
    return account
