"""Folios that were given out and whose filings the register lost, because the backup that it came back from was older.

People hold them, so the series goes on behind them, and a leaf ``restauracion`` says so for ever: `oficialia revisar`
tells a gap that was noted from one that nobody can explain.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import Record
from oficialia.models import FolioSeries, LedgerLeaf
from oficialia.services import ledger


@dataclass(frozen=True, order=True)
class PassedOver:
    """The folios from ``first`` to ``last`` of a year, both included."""

    first: Folio
    last: Folio

    def record(self) -> Record:
        """As the leaf's record has it (docs/formatos.md)."""
        return {"acto": Acto.RESTAURACION, "desde": str(self.first), "hasta": str(self.last)}


def pass_over(session: Session, last: Folio, now: datetime) -> PassedOver | None:
    """Lets the series of its year go on behind ``last``, with the leaf; None when it is behind it already."""
    turn = ledger.take_turn(session, now)
    series = session.get(FolioSeries, last.year)
    if series is None:
        series = FolioSeries(year=last.year, last=0)
        session.add(series)
    if last.sequence <= series.last:
        return None
    gap = PassedOver(Folio(last.year, series.last + 1), last)
    series.last = last.sequence
    ledger.append_public(session, turn, Acto.RESTAURACION, gap.record(), folio=str(last))
    return gap


def noted(leaves: Iterable[LedgerLeaf]) -> list[PassedOver]:
    """What leaves ``restauracion`` say, in the order of folios; one that says nothing readable is left out."""
    return sorted(filter(None, map(_read, leaves)))


def leaves(session: Session) -> list[LedgerLeaf]:
    """The leaves ``restauracion`` of the ledger."""
    query = select(LedgerLeaf).where(LedgerLeaf.act == Acto.RESTAURACION).order_by(LedgerLeaf.index)
    return list(session.scalars(query))


def _read(leaf: LedgerLeaf) -> PassedOver | None:
    try:
        record = json.loads(leaf.record)
        first, last = Folio.parse(record["desde"]), Folio.parse(record["hasta"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return PassedOver(first, last) if first and last and first.year == last.year else None
