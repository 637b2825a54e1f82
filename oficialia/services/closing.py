"""The daily closing: how many filings each day had, and their first and last folio, as a leaf of the ledger.

A day is closed once it is over. Whoever has the leaf's salt and record, which the office publishes, sees that no filing
of that day was left out, or put in later; days on which nothing came in are closed too.
"""

import json
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto
from oficialia.domain.ledger import Record
from oficialia.domain.plazos import ZONE
from oficialia.models import LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import ledger

DAY = timedelta(days=1)


def close_days(runtime: Runtime) -> list[date]:
    """Closes every day that is over and was not closed yet, from that of the first filing on; which days."""
    today = runtime.clock().astimezone(ZONE).date()
    closed: list[date] = []
    while True:
        with runtime.database.transaction() as session:
            turn = ledger.take_turn(session, runtime.clock())
            day = _next_open(session)
            if day is None or day >= today:
                return closed
            ledger.append_public(session, turn, Acto.CIERRE, record_of(session, day))
        closed.append(day)


def record_of(session: Session, day: date) -> Record:
    """What the leaf of a day says (docs/formatos.md)."""
    start, end = (datetime.combine(each, time(), ZONE) for each in (day, day + DAY))
    mine = (LedgerLeaf.act == Acto.INGRESO) & (LedgerLeaf.registered_at >= start) & (LedgerLeaf.registered_at < end)
    count, first, last = session.execute(
        select(func.count(), func.min(LedgerLeaf.index), func.max(LedgerLeaf.index)).where(mine)
    ).one()
    folios = [session.get_one(LedgerLeaf, index).folio if index is not None else "" for index in (first, last)]
    return {
        "acto": Acto.CIERRE,
        "dia": day.isoformat(),
        "ingresos": count,
        "primero": folios[0],
        "ultimo": folios[1],
    }


def _next_open(session: Session) -> date | None:
    """The first day that is not closed; None where there is nothing to close."""
    # One that came back from where it was published tells no day (``ledger_recovery``): that day is closed again.
    mine = select(LedgerLeaf.record).where(LedgerLeaf.act == Acto.CIERRE, LedgerLeaf.record != "")
    mine = mine.order_by(LedgerLeaf.registered_at.desc(), LedgerLeaf.index.desc())
    if last := session.scalar(mine.limit(1)):
        return date.fromisoformat(json.loads(last)["dia"]) + DAY
    first = select(LedgerLeaf.registered_at).where(LedgerLeaf.act == Acto.INGRESO).order_by(LedgerLeaf.registered_at)
    began = session.scalar(first.limit(1))
    return began.astimezone(ZONE).date() if began else None
