"""Who is signed in at the desk: sessions kept in the register, so that they can be ended from here.

The cookie holds 256 random bits; the register keeps their digest, so that a copy of it opens nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from oficialia.domain.filing import Rol
from oficialia.domain.staff import AccountAct, Actor
from oficialia.models import StaffAccount, StaffSession
from oficialia.runtime import Runtime
from oficialia.services.desk_words import ROLE_WORDS
from oficialia.services.staff_log import note

IDLE = timedelta(minutes=30)  # a desk that was left alone
ABSOLUTE = timedelta(hours=12)  # one working day, overtime included
# Use is noted once a minute: a page with twenty images must not write twenty times.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """The holder of a session; ``must_change``: before anything else the password has to be changed."""

    actor: Actor
    office: str  # where they sit, in words
    must_change: bool


def begin(session: Session, account: StaffAccount, now: datetime) -> str:
    """The token of a new session of an account, in the transaction of the sign-in."""
    token = secrets.token_urlsafe(32)
    row = StaffSession(
        token_hash=_digest(token), account_id=account.id, created_at=now, last_used_at=now, ended_at=None
    )
    session.add(row)
    return token


def end_all(session: Session, account_id: int, now: datetime) -> None:
    """Signs an account out everywhere, in the transaction of the act."""
    running = StaffSession.account_id == account_id, StaffSession.ended_at.is_(None)
    session.execute(update(StaffSession).where(*running).values(ended_at=now))


def use(runtime: Runtime, token: str) -> SignedIn | None:
    """Who the holder of ``token`` is, which counts as use; None when the session ended or never was."""
    now = runtime.clock()
    with runtime.database.reading() as session:
        row = session.get(StaffSession, _digest(token))
        account = session.get(StaffAccount, row.account_id) if row else None
        office = office_of(account) if account else ""
    if row is None or account is None or account.ended_at or not _lives(row, now):
        return None
    if now - row.last_used_at >= NOTED_EVERY:
        _note_use(runtime, row.token_hash, now)
    return SignedIn(actor_of(account), office, account.must_change)


def end(runtime: Runtime, token: str) -> None:
    """Signs out; safe to repeat."""
    with runtime.database.transaction() as session:
        row = session.get(StaffSession, _digest(token))
        if row is None or row.ended_at is not None:
            return
        account, now = session.get_one(StaffAccount, row.account_id), runtime.clock()
        row.ended_at, role = now, Rol(account.role)
        note(session, account.id, AccountAct.SALIDA, now=now, role=role, actor=account.username)


def actor_of(account: StaffAccount) -> Actor:
    """The holder of an account."""
    return Actor(account.id, account.username, account.name, Rol(account.role), account.area_clave or "")


def office_of(account: StaffAccount) -> str:
    """The area of who has one, else the office of the role."""
    return account.area.nombre if account.area else ROLE_WORDS[Rol(account.role)]


def _lives(row: StaffSession, now: datetime) -> bool:
    if row.ended_at is not None:
        return False
    return now - row.last_used_at < IDLE and now - row.created_at < ABSOLUTE


def _note_use(runtime: Runtime, token_hash: str, now: datetime) -> None:
    with runtime.database.transaction() as session:
        row = session.get(StaffSession, token_hash)
        if row is not None:
            row.last_used_at = max(row.last_used_at, now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
