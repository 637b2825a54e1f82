"""Leaves without filings, many and fast, as acts of the office append them."""

from oficialia.domain.filing import Acto
from oficialia.models import LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import ledger

MINE = LedgerLeaf.filing_id.is_not(None)
"""The leaves of filings, without those of the office's own acts."""


def add_leaves(runtime: Runtime, count: int) -> None:
    """Appends that many leaves, each of an act that belongs to no filing."""
    with runtime.database.transaction() as session:
        for _ in range(count):
            turn = ledger.take_turn(session, runtime.clock())
            ledger.append_public(session, turn, Acto.RESTAURACION, {"acto": Acto.RESTAURACION})
