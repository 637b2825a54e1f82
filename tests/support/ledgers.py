"""Leaves without filings, many and fast, as acts of the office append them."""

from oficialia.domain.filing import Acto
from oficialia.runtime import Runtime
from oficialia.services import ledger


def add_leaves(runtime: Runtime, count: int) -> None:
    """Appends that many leaves, each of an act that belongs to no filing."""
    with runtime.database.transaction() as session:
        for _ in range(count):
            turn = ledger.take_turn(session, runtime.clock())
            ledger.append_public(session, turn, Acto.RESTAURACION, {"acto": Acto.RESTAURACION})
