"""Anular con traza: one person asks, another confirms. Nothing is deleted: folio, documents and acuse stay as they are,
and whoever looks at them is told.

Asking and declining move nothing, so they are events without a leaf; the leaf ``anulacion`` binds both people, both
reasons and both times.
"""

from uuid import UUID

from oficialia.domain.filing import Acto
from oficialia.domain.staff import Actor, StaffAct
from oficialia.domain.wording import iso_local
from oficialia.errors import Conflict
from oficialia.runtime import Runtime
from oficialia.services import notices
from oficialia.services.acts import acting, last


def pedir_anulacion(runtime: Runtime, actor: Actor, filing_id: UUID, reason: str, *, seen: int | None = None) -> None:
    """Asks for the filing to be annulled; it admits no other act until that is decided. Raises NotFound, Conflict."""
    with acting(runtime, actor, filing_id, StaffAct.ANULAR_PEDIR, reason, seen=seen) as act:
        act.record(None, {})


def confirmar_anulacion(
    runtime: Runtime, actor: Actor, filing_id: UUID, reason: str, *, seen: int | None = None
) -> None:
    """Annuls the filing that somebody else asked to annul. Raises NotFound, Conflict."""
    with acting(runtime, actor, filing_id, StaffAct.ANULAR_CONFIRMAR, reason, seen=seen) as act:
        asked = last(act.session, filing_id, Acto.ANULACION_PEDIDA)
        if asked is None:  # the state says so and the history does not: somebody changed one of them
            raise Conflict
        if asked.actor == actor.username:
            raise Conflict("Usted pidió anular este expediente. Otra persona debe confirmarlo.")
        facts = {
            "pidio": asked.actor,
            "pidio_rol": asked.actor_role,
            "pedida_en": iso_local(asked.at),
            "pedida_motivo": asked.reason,
        }
        event = act.record(facts, {"pidio": asked.actor, "motivo": asked.reason})
        notices.announce(act.session, act.filing, event)


def rechazar_anulacion(
    runtime: Runtime, actor: Actor, filing_id: UUID, reason: str, *, seen: int | None = None
) -> None:
    """Declines what was asked for, or takes it back: the filing goes on where it was. Raises NotFound, Conflict."""
    with acting(runtime, actor, filing_id, StaffAct.ANULAR_RECHAZAR, reason, seen=seen) as act:
        act.record(None, {})
