"""How long who failed to sign in has to wait: delays that grow, end, and that no stranger can hold against a person.

Failures in a row are counted in the register, so that every process counts together and a broker that is out changes
nothing: of an address, of a username, and of both together. A username counts as typed, whether somebody has it or not.
The count of a username alone, which somebody far away can drive up, delays by a minute at most, and not at all at the
address from which its holder last signed in: there only failures at that very address count.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from oficialia.models import SignInFailure

FORGOTTEN = timedelta(days=1)
_ONE_AT_A_TIME = 0x6D657361  # number of a lock of PostgreSQL, of ours alone


@dataclass(frozen=True)
class Counter:
    """Failures in a row under one key: how many cost nothing, and the longest delay in seconds."""

    key: str
    free: int
    longest: int


def counters(username: str, address: str, *, known: bool) -> tuple[Counter, ...]:
    """What a try of ``username`` at ``address`` is counted under; ``known`` where its holder last signed in there."""
    # Five slips of the same person; an office behind one address has several clerks; the whole world has more tries
    # than that at a name, and waits a minute between two of them from then on.
    both = Counter(_key("ambos", username, address), 5, 900)
    place = Counter(_key("direccion", address), 20, 900)
    name = Counter(_key("usuario", username), 20, 60)
    return (both, place) if known else (both, place, name)


def wait(session: Session, counted: Iterable[Counter], now: datetime) -> int:
    """Seconds to wait before the next try; 0 when it may be now."""
    longest = 0
    for counter in counted:
        row = session.get(SignInFailure, counter.key)
        if row is not None and now - row.last_at < FORGOTTEN:
            until = row.last_at + timedelta(seconds=_delay(counter, row.count))
            longest = max(longest, ceil((until - now).total_seconds()))
    return longest


def failed(session: Session, counted: Iterable[Counter], now: datetime) -> None:
    """One more failure."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets writers in one by one anyway
        session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    for counter in counted:
        row = session.get(SignInFailure, counter.key, populate_existing=True)
        if row is None:
            row = _old(session, now) or SignInFailure()
            row.key, row.count, row.last_at = counter.key, 1, now
            session.add(row)
            session.flush()
        else:
            row.count, row.last_at = row.count + 1 if now - row.last_at < FORGOTTEN else 1, now


def succeeded(session: Session, counted: Iterable[Counter]) -> None:
    """Somebody of the staff is there: what failed before were slips."""
    _forget(session, [counter.key for counter in counted])


def forgive(session: Session, username: str) -> None:
    """Forgets what failed at a username from everywhere; at single addresses it is forgotten within a day."""
    _forget(session, [_key("usuario", username)])


def _old(session: Session, now: datetime) -> SignInFailure | None:
    """A row that counts as nothing any more: so the table grows no larger than its busiest day."""
    query = select(SignInFailure).where(SignInFailure.last_at < now - FORGOTTEN)
    return session.scalars(query.order_by(SignInFailure.last_at).limit(1)).one_or_none()


def _forget(session: Session, keys: list[str]) -> None:
    session.execute(update(SignInFailure).where(SignInFailure.key.in_(keys)).values(count=0))


def _delay(counter: Counter, count: int) -> int:
    """Seconds: none for the first ones, then 1, 2, 4, … to the longest."""
    beyond = count - counter.free
    return min(counter.longest, 1 << min(beyond, 20)) if beyond >= 0 else 0


def _key(kind: str, *parts: str) -> str:
    return hashlib.sha256("\x00".join((kind, *parts)).encode()).hexdigest()
