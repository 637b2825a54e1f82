"""The proofs of the public ledger that an acuse carries: made from what is published, and checked before they are used.

1. The leaves ``ingreso`` and ``sello`` of the filing, and the newest checkpoint over both.
2. The hashes from the published tiles.
3. Checked as whoever gets the acuse will check them: the leaf, the hashes, the root, and the log's signature over it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.filing import Acto
from oficialia.domain.merkle import inclusion_proof
from oficialia.domain.tiles import TiledTree
from oficialia.domain.tlog_proof import TlogProof
from oficialia.models import LedgerCheckpoint, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import publication, published
from oficialia.services.acuse_proofs import ACTS, attachment
from signing.errors import NoteInvalid
from signing.note import Note
from storage.errors import StorageMismatch

_log = logging.getLogger("oficialia.libro")


@dataclass(frozen=True)
class Proofs:
    """A proof for each act, over one checkpoint of ``size`` leaves."""

    size: int
    texts: dict[Acto, str]

    def attachments(self) -> dict[str, bytes]:
        """The files by the names that docs/formatos.md fixes."""
        return {attachment(act): text.encode() for act, text in self.texts.items()}


@dataclass(frozen=True)
class Look:
    """What there is for a filing now: its proofs, or None, and since when its leaves have been waiting for them."""

    proofs: Proofs | None
    since: datetime


def look(runtime: Runtime, filing_id: UUID) -> Look:
    """The proofs of a filing that was sealed. Raises StorageUnavailable, DatabaseUnavailable."""
    with runtime.database.reading() as session:  # 1
        mine = select(LedgerLeaf).where(LedgerLeaf.filing_id == filing_id, LedgerLeaf.act.in_(ACTS))
        leaves = session.scalars(mine.order_by(LedgerLeaf.index)).all()
        row = publication.newest(session)
    covered = row is not None and row.size > leaves[-1].index
    return Look(_proofs(runtime, leaves, row) if row and covered else None, leaves[-1].registered_at)


def _proofs(runtime: Runtime, leaves: Sequence[LedgerLeaf], row: LedgerCheckpoint) -> Proofs | None:
    """None, and a line in the log, where what is published does not prove it: the acuse then promises it, and a review
    says what is wrong with the ledger."""
    tree = TiledTree(row.size, lambda tile: published.read_tile(runtime.bucket, tile))
    try:
        made = {Acto(leaf.act): _proof(leaf, row, tree) for leaf in leaves}  # 2
    except (StorageMismatch, ValueError) as fault:
        _log.error("no proof from the published tiles of %d leaves: %s", row.size, fault)
        return None
    if not all(_holds(runtime, made[Acto(leaf.act)], leaf, row) for leaf in leaves):  # 3
        _log.error("the checkpoint of %d leaves does not prove what it should", row.size)
        return None
    return Proofs(row.size, {act: proof.text for act, proof in made.items()})


def _proof(leaf: LedgerLeaf, row: LedgerCheckpoint, tree: TiledTree) -> TlogProof:
    return TlogProof(leaf.index, inclusion_proof(leaf.index, row.size, tree.node), row.note, leaf.data.encode())


def _holds(runtime: Runtime, proof: TlogProof, leaf: LedgerLeaf, row: LedgerCheckpoint) -> bool:
    try:
        note = Note.parse(row.note)
        signed = Checkpoint.parse(note.text)
        judged = runtime.ledger_policy.judge(note) if runtime.ledger_policy else None
    except (NoteInvalid, ValueError):
        return False
    proven = proof.proves(bytes.fromhex(leaf.hash), signed.size, signed.root) and proof.leaf().hex() == leaf.hash
    return proven and signed.size == row.size and judged is not None and judged.log is not None
