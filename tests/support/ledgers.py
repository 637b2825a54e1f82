"""Leaves without filings, many and fast, as acts of the office append them."""

import secrets

from oficialia.domain.filing import Acto
from oficialia.domain.ledger import SALT_BYTES, make_leaf
from oficialia.runtime import Runtime
from oficialia.services import ledger


def add_leaves(runtime: Runtime, count: int) -> None:
    """Appends that many leaves, each of an act that belongs to no filing."""
    with runtime.database.transaction() as session:
        for _ in range(count):
            turn = ledger.take_turn(session, runtime.clock())
            salt = secrets.token_bytes(SALT_BYTES)
            leaf = make_leaf(
                act=Acto.RESTAURACION,
                folio="",
                registered_at=turn.registered_at,
                area="",
                tramite="",
                record={"acto": Acto.RESTAURACION},
                salt=salt,
            )
            ledger.append_leaf(session, turn, leaf, act=Acto.RESTAURACION, folio="", filing_id=None, salt=salt)
