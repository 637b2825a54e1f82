"""The register's side of publishing the ledger: its leaves for the one publisher, and every checkpoint it signed.

Only one process publishes at a time. It has a lease on the single row of ``ledger_publisher``; its ``holder`` is kept
beside its memory of what it signed, so that the same publisher, started again, need not wait for its own lease to end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.checkpoint import Checkpoint
from oficialia.models import LedgerCheckpoint, LedgerHead, LedgerLeaf, LedgerPublisher

# Renewed three times in this span; the publisher of another machine waits for its end.
LEASE = timedelta(seconds=30)
BATCH = 5_000  # leaves read at once: some two megabytes


class AnotherPublisher(Exception):
    """Somebody else publishes this ledger now."""


@dataclass(frozen=True)
class Entry:
    """A leaf as it is published."""

    index: int
    data: bytes
    hash: bytes  # as the register has it beside the leaf


def claim(database: Database, holder: UUID, now: datetime) -> None:
    """Takes the lease, or keeps it, for ``LEASE`` from ``now``. Raises AnotherPublisher, DatabaseUnavailable."""
    with database.transaction() as session:
        row = _row(session)
        if row is None:
            session.add(LedgerPublisher(id=1, holder=holder, until=now + LEASE, trouble="", since=now))
        elif row.holder != holder and row.until > now:
            raise AnotherPublisher(f"until {row.until.isoformat()}")
        else:
            row.holder, row.until = holder, now + LEASE


def release(database: Database, holder: UUID, now: datetime) -> None:
    """Gives the lease back."""
    with database.transaction() as session:
        row = _row(session)
        if row is not None and row.holder == holder:
            row.until = now


def tell(database: Database, holder: UUID, trouble: str, now: datetime) -> None:
    """Notes why nothing is published, in words for a clerk, or that all is well again (empty)."""
    with database.transaction() as session:
        row = _row(session)
        if row is not None and row.holder == holder and row.trouble != trouble:
            row.trouble, row.since = trouble, now


def _row(session: Session) -> LedgerPublisher | None:
    return session.scalars(select(LedgerPublisher).where(LedgerPublisher.id == 1).with_for_update()).one_or_none()


def head_size(database: Database) -> int:
    """How many leaves there are."""
    with database.reading() as session:
        return session.scalar(select(LedgerHead.size).where(LedgerHead.id == 1)) or 0


def entries(database: Database, start: int, end: int) -> Iterator[Entry]:
    """The leaves from ``start`` to before ``end`` that the register has, in their order, some at a time."""
    while start < end:
        query = select(LedgerLeaf.index, LedgerLeaf.data, LedgerLeaf.hash).order_by(LedgerLeaf.index)
        with database.reading() as session:
            rows = session.execute(query.where(LedgerLeaf.index >= start, LedgerLeaf.index < end).limit(BATCH)).all()
        if not rows:
            return
        yield from (Entry(index, data.encode(), bytes.fromhex(digest)) for index, data, digest in rows)
        start = rows[-1][0] + 1


def record(database: Database, checkpoint: Checkpoint, note: str, now: datetime) -> None:
    """Notes that a checkpoint was signed; once for each, with the signatures that it has by now."""
    key, root = (checkpoint.origin, checkpoint.size), checkpoint.root.hex()
    with database.transaction() as session:
        row = session.get(LedgerCheckpoint, key)
        if row is None:
            session.add(LedgerCheckpoint(origin=key[0], size=key[1], root=root, note=note, signed_at=now))
        elif row.root == root and len(note) > len(row.note):
            row.note = note


def largest(database: Database, origin: str) -> int:
    """The size of the largest checkpoint of that log of which the register knows; 0 for none."""
    with database.reading() as session:
        mine = select(func.max(LedgerCheckpoint.size)).where(LedgerCheckpoint.origin == origin)
        return session.scalar(mine) or 0


def newest(session: Session) -> LedgerCheckpoint | None:
    """The checkpoint that was signed last."""
    order = (LedgerCheckpoint.signed_at.desc(), LedgerCheckpoint.size.desc())
    return session.scalars(select(LedgerCheckpoint).order_by(*order).limit(1)).one_or_none()
