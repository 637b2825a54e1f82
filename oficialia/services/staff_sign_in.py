"""Signing in at the desk: username, password and one-time code, judged together.

1. Who failed too often waits (services/sign_in_throttle.py), and nothing is computed for them.
2. The password is compared with the account's or, where there is none, with one that nobody has: an unknown username
   takes as long as a wrong password, and is answered the same.
3. One transaction, with the account locked: the code, which is taken once; then the session, or one more failure.
"""

from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Rol
from oficialia.domain.staff import AccountAct, Actor
from oficialia.errors import FieldFault, OficialiaError, SubmissionRefused, TooMany
from oficialia.models import StaffAccount
from oficialia.runtime import Runtime
from oficialia.services import credentials, sign_in_throttle, staff_sessions
from oficialia.services.sign_in_throttle import Counter
from oficialia.services.staff_log import note


class SignInRefused(OficialiaError):
    """Username, password and code do not belong together; which of them is wrong is not told."""

    status = 422
    code = "entrada_rechazada"
    sentence = (
        "El usuario, la contraseña o el código no corresponden. Revíselos y use el código que su aplicación muestra "
        "ahora; cada código sirve una sola vez."
    )


class MustWait(TooMany):
    """Too many failures; ``retry_after_seconds`` says how long."""

    def __init__(self, seconds: int) -> None:
        self.retry_after_seconds = seconds
        length = f"{seconds} segundos" if seconds < 120 else f"{(seconds + 59) // 60} minutos"
        super().__init__(f"Hubo varios intentos fallidos. Espere {length} y vuelva a intentar.")


@dataclass(frozen=True)
class Attempt:
    """What was typed, and where from."""

    username: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str


def sign_in(runtime: Runtime, attempt: Attempt) -> str:
    """The token of a new session. Raises SignInRefused, MustWait."""
    username = attempt.username.strip().casefold()
    # 1
    with runtime.database.reading() as session:
        account = session.scalars(_by_name(username)).one_or_none()
        _wait_no_more(session, _counters(username, attempt.address, account), runtime)
    # 2
    nobodys = _nobodys_hash()
    kept = account.password_hash if account else nobodys
    right = credentials.is_password(attempt.password, kept)
    # 3
    with runtime.database.transaction() as session:
        token = _entered(runtime, session, username, attempt, kept if right else "")
    if token is None:
        raise SignInRefused
    return token


def _entered(runtime: Runtime, session: Session, username: str, attempt: Attempt, proven_hash: str) -> str | None:
    """The token; None, and one more failure, where something is wrong. ``proven_hash``: the hash whose password was
    shown."""
    account = session.scalars(_by_name(username).with_for_update()).one_or_none()
    counted, now = _counters(username, attempt.address, account), runtime.clock()
    _wait_no_more(session, counted, runtime)  # others may have failed while this one was computed
    secret, last = (account.totp_secret, account.totp_step) if account else (bytes(credentials.SECRET_BYTES), 0)
    step = credentials.step_of(attempt.code, secret, last=last, at=now)
    good = account is not None and account.password_hash == proven_hash and account.ended_at is None
    if account is None or not good or step is None:
        sign_in_throttle.failed(session, counted, now)
        if account is not None:
            role, act = Rol(account.role), AccountAct.ENTRADA_RECHAZADA
            note(session, account.id, act, now=now, role=role, actor=username, detail=attempt.address)
        return None
    account.totp_step, account.known_address = step, attempt.address
    sign_in_throttle.succeeded(session, counted)
    role = Rol(account.role)
    note(session, account.id, AccountAct.ENTRADA, now=now, role=role, actor=username, detail=attempt.address)
    return staff_sessions.begin(session, account, now)


def change_password(runtime: Runtime, actor: Actor, *, current: str, new: str, address: str) -> str:
    """Takes the new password, ends every session of the account, and gives the token of a new one.

    Raises SubmissionRefused naming the field, MustWait.
    """
    if weak := credentials.weakness(new, actor.username):
        raise SubmissionRefused(FieldFault("nueva", weak))
    if new == current:
        raise SubmissionRefused(FieldFault("nueva", "La contraseña nueva es igual a la actual. Escriba otra."))
    counted = sign_in_throttle.counters(actor.username, address, known=True)
    with runtime.database.reading() as session:
        _wait_no_more(session, counted, runtime)
        kept = session.get_one(StaffAccount, actor.id).password_hash
    right = credentials.is_password(current, kept)
    new_hash = credentials.hash_password(new) if right else ""
    with runtime.database.transaction() as session:
        account, now = session.scalars(_by_name(actor.username).with_for_update()).one(), runtime.clock()
        if right and account.password_hash == kept and account.ended_at is None:
            account.password_hash, account.must_change = new_hash, False
            staff_sessions.end_all(session, account.id, now)
            note(session, account.id, AccountAct.CONTRASENA, now=now, role=actor.role, actor=actor.username)
            return staff_sessions.begin(session, account, now)
        sign_in_throttle.failed(session, counted, now)
    raise SubmissionRefused(FieldFault("actual", "La contraseña actual no es esa. Escríbala otra vez."))


def _by_name(username: str) -> Select[StaffAccount]:
    return select(StaffAccount).where(StaffAccount.username == username)


def _counters(username: str, address: str, account: StaffAccount | None) -> tuple[Counter, ...]:
    known = account is not None and account.known_address == address
    return sign_in_throttle.counters(username, address, known=known)


def _wait_no_more(session: Session, counted: tuple[Counter, ...], runtime: Runtime) -> None:
    if seconds := sign_in_throttle.wait(session, counted, runtime.clock()):
        raise MustWait(seconds)


@cache
def _nobodys_hash() -> str:
    """The hash of a password that nobody knows, made with the parameters of all others."""
    return credentials.hash_password(credentials.make_password())
