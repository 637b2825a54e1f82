"""What every act of the desk has in common: who may do it, from where, under which locks, and what it leaves behind.

1. A transaction begins; the lock on the books, then that on the filing's row: of two people who act at once the second
   sees what the first did.
2. The actor may do this, and sees the filing; else it is absent, as it is for anybody.
3. Nothing happened at the desk since the actor looked, and where the filing stands admits the act; else Conflict.
4. The act changes what it changes, and the filing stands where the table of moves says (``domain/filing.py``).
5. Its event and, where something moved, its leaf; the transaction ends. All of it is there, or nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.domain.filing import DESK_ACTS, FOLLOWED_BY, Acto, Estado, Pendiente, Standing
from oficialia.domain.ledger import Record
from oficialia.domain.staff import Actor, StaffAct, may, sees
from oficialia.errors import Conflict, FieldFault, NotFound, SubmissionRefused
from oficialia.models import Event, Filing
from oficialia.runtime import Runtime
from oficialia.services import ledger
from oficialia.services.ledger import Turn

REASON_CHARACTERS = 2_000
_ACTOS = {
    StaffAct.TURNAR: Acto.TURNO,
    StaffAct.PREVENIR: Acto.PREVENCION,
    StaffAct.RESPONDER: Acto.RESPUESTA,
    StaffAct.ANULAR_PEDIR: Acto.ANULACION_PEDIDA,
    StaffAct.ANULAR_CONFIRMAR: Acto.ANULACION,
    StaffAct.ANULAR_RECHAZAR: Acto.ANULACION_RECHAZADA,
}
_PENDING = {
    Pendiente.RESPUESTA: "Ya hay una respuesta en camino y se está sellando. Espere a que se entregue.",
    Pendiente.ANULACION: "Alguien pidió anular este expediente. Primero otra persona debe confirmarlo o rechazarlo.",
}
_CLOSED = {
    Estado.RESUELTO: "Este expediente ya se respondió. No admite otro acto.",
    Estado.ANULADO_CON_TRAZA: "Este expediente está anulado. No admite otro acto.",
    Estado.ACUMULADO: "Este escrito se sumó a otro expediente. Actúe en aquel.",
}
_NOT_YET = {
    Acto.PREVENCION: "Este expediente ya está prevenido.",
    Acto.RESPUESTA: "Turne primero este expediente al área que responde.",
    Acto.ANULACION: "Nadie pide ahora anular este expediente. Ábralo de nuevo.",
    Acto.ANULACION_RECHAZADA: "Nadie pide ahora anular este expediente. Ábralo de nuevo.",
}


@dataclass(frozen=True)
class Act:
    """An act under way: the transaction, the locks it holds, who acts and why."""

    session: Session
    turn: Turn
    filing: Filing
    before: Standing
    actor: Actor
    acto: Acto
    reason: str

    def record(self, facts: Record | None, data: Mapping[str, Any]) -> Event:
        """Step 5: the event with ``data``; and the leaf, where the act has ``facts`` of its own to bind."""
        event = Event(
            filing_id=self.filing.id,
            at=self.turn.registered_at,
            act=self.acto,
            actor_role=self.actor.role,
            actor=self.actor.username,
            reason=self.reason,
            data=dict(data),
        )
        self.session.add(event)
        if facts is not None:
            common = {"acto": self.acto, "folio": self.filing.folio}
            who = {"persona": self.actor.username, "rol": self.actor.role, "motivo": self.reason}
            ledger.append(self.session, self.turn, self.filing, self.acto, {**common, **facts, **who})
        return event


@contextmanager
def acting(
    runtime: Runtime, actor: Actor, filing_id: UUID, act: StaffAct, reason: str, *, seen: int | None
) -> Iterator[Act]:
    """Steps 1 to 4; ``seen`` is the `mark` of the filing as the actor saw it, None where nobody looked.

    Raises NotFound, Conflict, and SubmissionRefused for a reason that is none or too long.
    """
    said = _reason(reason)
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())  # 1
        filing = session.get(Filing, filing_id, with_for_update=True)
        if filing is None:
            raise NotFound
        moved = check(session, filing, actor, act, seen)  # 2, 3
        before = standing_of(filing)
        filing.estado, filing.pendiente = moved.estado, moved.pendiente  # 4
        yield Act(session, turn, filing, before, actor, _ACTOS[act], said)


def check(session: Session, filing: Filing, actor: Actor, act: StaffAct, seen: int | None) -> Standing:
    """Where the filing would stand after ``act`` (steps 2 and 3). Raises NotFound, Conflict."""
    if not may(actor.role, act) or not sees(actor, filing.turned_to or ""):
        raise NotFound
    if seen is not None and seen != mark(session, filing.id):
        raise Conflict
    standing, acto = standing_of(filing), _ACTOS[act]
    moved = standing.after(acto)
    if moved is None:
        raise Conflict(_refusal(standing, acto))
    return moved


def standing_of(filing: Filing) -> Standing:
    """Where the filing stands now."""
    return Standing(Estado(filing.estado), Pendiente(filing.pendiente))


def possible(session: Session, filing: Filing, actor: Actor) -> frozenset[StaffAct]:
    """What the actor may do to the filing where it stands now; whoever asked for an annulment does not confirm it."""
    if not sees(actor, filing.turned_to or ""):
        return frozenset()
    standing = standing_of(filing)
    found = {act for act, acto in _ACTOS.items() if may(actor.role, act) and standing.after(acto)}
    if StaffAct.ANULAR_CONFIRMAR in found:
        asked = last(session, filing.id, Acto.ANULACION_PEDIDA)
        found -= {StaffAct.ANULAR_CONFIRMAR} if asked is None or asked.actor == actor.username else set()
    return frozenset(found)


def mark(session: Session, filing_id: UUID) -> int:
    """A number that grows with every act of the desk on the filing, and with what its promovente adds to it; looking at
    it changes nothing."""
    mine = (Event.filing_id == filing_id) & Event.act.in_(DESK_ACTS | FOLLOWED_BY)
    return session.scalar(select(func.max(Event.id)).where(mine)) or 0


def last(session: Session, filing_id: UUID, act: Acto) -> Event | None:
    """The last event of ``act`` on the filing."""
    mine = (Event.filing_id == filing_id) & (Event.act == act)
    return session.scalars(select(Event).where(mine).order_by(Event.id.desc()).limit(1)).one_or_none()


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise SubmissionRefused(FieldFault("motivo", "Escriba el motivo."))
    if len(said) > REASON_CHARACTERS:
        raise SubmissionRefused(FieldFault("motivo", f"Escriba el motivo en menos de {REASON_CHARACTERS:,} letras."))
    return said


def _refusal(standing: Standing, acto: Acto) -> str:
    asks_for_decision = acto in {Acto.ANULACION, Acto.ANULACION_RECHAZADA}
    if standing.estado in _CLOSED:
        return _CLOSED[standing.estado]
    if standing.pendiente and not (asks_for_decision and standing.pendiente is Pendiente.ANULACION):
        return _PENDING[standing.pendiente]
    return _NOT_YET[acto]
