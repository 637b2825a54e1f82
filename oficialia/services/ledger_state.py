"""How the public ledger is now, for the page that shows it to anybody."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.filing import Acto
from oficialia.domain.plazos import ZONE
from oficialia.models import LedgerCheckpoint, LedgerHead, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import publication
from signing.errors import NoteInvalid
from signing.note import Note, signed_by
from signing.tlog_policy import Party, TlogPolicy

# A witness that signed none of so many checkpoints is told as one that has not signed.
LATEST = 2_000


@dataclass(frozen=True)
class WitnessState:
    """A witness of the policy, and the last checkpoint of ours that it cosigned, if it did."""

    name: str
    key_name: str
    size: int
    signed_at: datetime | None


@dataclass(frozen=True)
class LedgerState:
    """The ledger: filings of today, leaves in all, and what was signed of them last."""

    filings_today: int
    leaves: int
    checkpoint: Checkpoint | None
    signed_at: datetime | None
    witnesses: tuple[WitnessState, ...]

    @property
    def waiting(self) -> int:
        """Leaves that no checkpoint covers yet."""
        return self.leaves - (self.checkpoint.size if self.checkpoint else 0)


def look(runtime: Runtime) -> LedgerState:
    """As of now. Raises DatabaseUnavailable."""
    midnight = datetime.combine(runtime.clock().astimezone(ZONE).date(), time(), ZONE)
    mine = (LedgerLeaf.act == Acto.INGRESO) & (LedgerLeaf.registered_at >= midnight)
    with runtime.database.reading() as session:
        today = session.scalar(select(func.count()).where(mine)) or 0
        leaves = session.scalar(select(LedgerHead.size).where(LedgerHead.id == 1)) or 0
        row = publication.newest(session)
        policy = runtime.ledger_policy
        witnesses = tuple(_witness(session, row, each) for each in policy.witnesses) if policy and row else ()
        checkpoint = Checkpoint(row.origin, row.size, bytes.fromhex(row.root)) if row else None
        return LedgerState(today, leaves, checkpoint, row.signed_at if row else None, witnesses)


def witness_names(policy: TlogPolicy, note: Note) -> tuple[str, ...]:
    """The names of the witnesses that signed a note, as the policy calls them."""
    signed = {each.key for each in signed_by(note, [each.key for each in policy.witnesses])}
    return tuple(each.name for each in policy.witnesses if each.key in signed)


def _witness(session: Session, newest: LedgerCheckpoint, party: Party) -> WitnessState:
    """Read from the signatures themselves: nothing else says when a witness signed."""
    mine = select(LedgerCheckpoint.size, LedgerCheckpoint.note).where(
        LedgerCheckpoint.origin == newest.origin,
        LedgerCheckpoint.size > newest.size - LATEST,
        LedgerCheckpoint.note.contains(f"— {party.key.name} ", autoescape=True),
    )
    for size, content in session.execute(mine.order_by(LedgerCheckpoint.size.desc()).limit(3)):
        try:
            signed = signed_by(Note.parse(content), [party.key])
        except NoteInvalid:
            continue
        if signed:
            return WitnessState(party.name, party.key.name, size, datetime.fromtimestamp(signed[0].at, UTC))
    return WitnessState(party.name, party.key.name, 0, None)
