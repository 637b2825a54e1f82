"""The books: the one lock that gives folio, instant and leaf, all dense and in order.

Whoever registers anything first takes the head row's lock. Under it the instant never goes back, the folio is the next
of its year, and
the leaf is the next of the tree; so the order of folios is the order of time, and a rolled-back act leaves no gap.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import SALT_BYTES, Leaf, Record, make_leaf
from oficialia.domain.plazos import ZONE
from oficialia.models import Filing, FolioSeries, LedgerHead, LedgerLeaf

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Turn:
    """The lock on the head, held until the transaction ends, with the instant that it gave."""

    head: LedgerHead
    registered_at: datetime


def take_turn(session: Session, now: datetime) -> Turn:
    """Waits for the head's lock; the instant is ``now``, or just after the last one when the clock went back."""
    head = session.scalars(select(LedgerHead).where(LedgerHead.id == 1).with_for_update()).one()
    last = head.last_registered_at
    head.last_registered_at = now if last is None or now > last else last + _TICK
    return Turn(head, head.last_registered_at)


def probe(database: Database) -> None:
    """Takes and gives back the head's lock: whether something could be registered now. Raises DatabaseUnavailable."""
    with database.transaction() as session:
        session.scalars(select(LedgerHead.size).where(LedgerHead.id == 1).with_for_update()).one()


def next_folio(session: Session, turn: Turn) -> Folio:
    """The next folio of the year that ``turn`` falls in, local time."""
    year = turn.registered_at.astimezone(ZONE).year
    series = session.get(FolioSeries, year)
    if series is None:
        series = FolioSeries(year=year, last=0)
        session.add(series)
    series.last += 1
    return Folio(year, series.last)


def append(session: Session, turn: Turn, filing: Filing, act: Acto, record: Record) -> LedgerLeaf:
    """Appends the leaf of ``act`` on ``filing`` at the head, with the area that attends to it once the act is done.

    Area and tramite stay out of it where the tramite's data are sensitive."""
    public = filing.tramite is None or not filing.tramite.datos_sensibles
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = make_leaf(
        act=act,
        folio=filing.folio,
        registered_at=turn.registered_at,
        area=(filing.turned_to or filing.area_clave) if public else "",
        tramite=(filing.tramite_clave or "") if public else "",
        record=record,
        salt=salt,
    )
    return append_leaf(session, turn, leaf, act=act, folio=filing.folio, filing_id=filing.id, salt=salt)


def append_public(
    session: Session, turn: Turn, act: Acto, record: Record, *, folio: str = "", area: str = "", tramite: str = ""
) -> LedgerLeaf:
    """Appends the leaf of an act of the office that belongs to no filing."""
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = make_leaf(
        act=act,
        folio=folio,
        registered_at=turn.registered_at,
        area=area,
        tramite=tramite,
        record=record,
        salt=salt,
    )
    return append_leaf(session, turn, leaf, act=act, folio=folio, filing_id=None, salt=salt)


def append_leaf(
    session: Session, turn: Turn, leaf: Leaf, *, act: Acto, folio: str, filing_id: UUID | None, salt: bytes
) -> LedgerLeaf:
    """Appends a leaf that was made under ``turn``; one of no filing has no ``filing_id``."""
    row = LedgerLeaf(
        index=turn.head.size,
        filing_id=filing_id,
        act=act,
        folio=folio,
        registered_at=turn.registered_at,
        data=leaf.data.decode(),
        hash=leaf.hash.hex(),
        record=leaf.record.decode(),
        salt=salt,
    )
    turn.head.size += 1
    session.add(row)
    return row
