"""Evidence for later years: which sealed documents are due for it, and recording their new editions.

What is due stands in the register (``stored_objects.protect_at``), so that nothing is forgotten and nothing has to be
remembered by a clock. The work is asked for in small batches, and not while a citizen waits.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import NivelSello
from oficialia.models import Acuse, Filing, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import ledger, objects, outbox
from oficialia.services.editions import leaf_and_event
from oficialia.services.outbox import Kind
from signing.protection import Protected
from storage.bucket import Stored

# Open at once. A document takes about a second: ten a minute are 14,000 a day, and ten seconds of both hands.
BATCH = 10
# What a citizen waits for; and what would make another edition of the same documents meanwhile.
_WAITED_FOR = (Kind.SEAL, Kind.ACUSE, Kind.SEAL_ANSWER)
_BEFORE = (*_WAITED_FOR, Kind.RAISE, Kind.PROVE)


@dataclass(frozen=True)
class Due:
    """The documents of a filing whose seal is to be protected now: its sealed copy, its acuse, its answer."""

    filing_id: UUID
    folio: str
    items: Sequence[StoredObject]


def ask(runtime: Runtime) -> int:
    """Asks for the next of what is due, in the order in which it fell due; how many filings that is.

    Nothing while a document waits to be sealed or an acuse to be issued, and never more than BATCH at once.
    """
    now = runtime.clock()
    with runtime.database.reading() as session:
        if session.scalar(select(StoredObject.id).where(StoredObject.protect_at <= now).limit(1)) is None:
            return 0
    with runtime.database.transaction() as session:
        if session.scalar(select(exists().where(_open(_WAITED_FOR)))):
            return 0
        room = BATCH - (session.scalar(select(func.count(Job.id)).where(_open([Kind.PROTECT]))) or 0)
        filings = _due_filings(session, now, room)
        for filing_id in filings:
            mine = (Job.filing_id == filing_id) & (Job.kind == Kind.PROTECT)
            last = session.scalar(select(func.max(Job.ordinal)).where(mine)) or 0
            outbox.ask(session, Kind.PROTECT, filing_id, now, ordinal=last + 1)
        return len(filings)


def _due_filings(session: Session, now: datetime, most: int) -> list[UUID]:
    busy = exists().where(
        Job.filing_id == StoredObject.filing_id, Job.done_at.is_(None), Job.kind.in_([*_BEFORE, Kind.PROTECT])
    )
    query = (
        select(StoredObject.filing_id)
        .where(StoredObject.protect_at <= now, ~busy)
        .group_by(StoredObject.filing_id)
        .order_by(func.min(StoredObject.protect_at))
        .limit(max(0, most))
    )
    return list(session.scalars(query))


def _open(kinds: Sequence[Kind]) -> ColumnElement[bool]:
    """Work of these kinds that goes on by itself; what waits for a person holds nobody up."""
    return and_(Job.done_at.is_(None), Job.quarantined_at.is_(None), Job.kind.in_(kinds))


def begin(runtime: Runtime, lease: outbox.Lease) -> Due | None:
    """What is due under this lease; None when nothing is, or another edition is being made (the job is then closed,
    and asked for again)."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        filing = session.get_one(Filing, lease.filing_id)
        query = select(StoredObject).where(StoredObject.filing_id == filing.id, StoredObject.protect_at <= now)
        items = session.scalars(query.order_by(StoredObject.id)).all()
        others = exists().where(Job.filing_id == filing.id, Job.done_at.is_(None), Job.kind.in_(_BEFORE))
        if not items or session.scalar(select(others)):
            outbox.finish(session, lease, now)
            return None
        return Due(filing.id, filing.folio, items)


def record(runtime: Runtime, lease: outbox.Lease, before: StoredObject, protected: Protected, stored: Stored) -> bool:
    """Records a document's new edition with its leaf; the job stays open for the next. False when the lease was lost.

    An acuse states what it stated: the same cadena, sello and token, issued when they were.
    """
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        if not outbox.holds(session, lease):
            return False
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        level = NivelSello(protected.level)
        item = objects.grown(before, stored=stored, level=level, at=turn.registered_at, until=protected.until)
        session.add(item)
        _schedule(session, before, None)
        facts = {"anterior": before.sha256}
        if before.purpose == Purpose.ACUSE:
            facts |= _same_statement(session, before, item)
        elif before.purpose == Purpose.SEALED:
            filing.nivel_sello = level
        leaf_and_event(session, turn, filing, item, facts)
        return True


def _same_statement(session: Session, before: StoredObject, item: StoredObject) -> dict[str, str]:
    stated = session.scalars(select(Acuse).where(Acuse.object_id == before.id)).one()
    session.add(
        Acuse(
            filing_id=stated.filing_id,
            edition=item.edition,
            object=item,
            issued_at=stated.issued_at,
            cadena=stated.cadena,
            sello=stated.sello,
            token=stated.token,
            checkpoint_size=stated.checkpoint_size,
        )
    )
    return {"cadena": hashlib.sha256(stated.cadena.encode()).hexdigest()}


def defer(runtime: Runtime, item: StoredObject, when: datetime) -> None:
    """Puts a document off: it was too early."""
    with runtime.database.transaction() as session:
        _schedule(session, item, when)


def _schedule(session: Session, item: StoredObject, when: datetime | None) -> None:
    session.get_one(StoredObject, item.id, with_for_update=True).protect_at = when


def finish(runtime: Runtime, lease: outbox.Lease) -> None:
    """Closes the job: all that was due has been recorded or put off."""
    with runtime.database.transaction() as session:
        outbox.finish(session, lease, runtime.clock())
