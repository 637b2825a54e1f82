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

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from oficialia.models import SignInFailure

FORGOTTEN = timedelta(days=1)


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
        if row is not None:
            until = row.last_at + timedelta(seconds=_delay(counter, row.count))
            longest = max(longest, int((until - now).total_seconds() + 0.999))
    return longest


def failed(session: Session, counted: Iterable[Counter], now: datetime) -> None:
    """One more failure; those of a day ago are forgotten."""
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - FORGOTTEN))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for key in sorted(counter.key for counter in counted):  # always in one order: two who fail never wait crosswise
        first = insert(SignInFailure).values(key=key, count=1, last_at=now)
        again = {"count": SignInFailure.count + 1, "last_at": now}
        session.execute(first.on_conflict_do_update(index_elements=["key"], set_=again))


def succeeded(session: Session, counted: Iterable[Counter]) -> None:
    """Somebody of the staff is there: what failed before were slips."""
    session.execute(delete(SignInFailure).where(SignInFailure.key.in_([counter.key for counter in counted])))


def forgive(session: Session, username: str) -> None:
    """Forgets what failed at a username from everywhere; at single addresses it is forgotten within a day."""
    session.execute(delete(SignInFailure).where(SignInFailure.key == _key("usuario", username)))


def _delay(counter: Counter, count: int) -> int:
    """Seconds: none for the first ones, then 1, 2, 4, … to the longest."""
    beyond = count - counter.free
    return min(counter.longest, 1 << min(beyond, 20)) if beyond >= 0 else 0


def _key(kind: str, *parts: str) -> str:
    return hashlib.sha256("\x00".join((kind, *parts)).encode()).hexdigest()
