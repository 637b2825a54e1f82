"""Turnar: the filing goes to the area that attends to it. To which area it was addressed stays as it was: acuse and
leaf ``ingreso`` say it."""

from uuid import UUID

from oficialia.domain.filing import Estado
from oficialia.domain.staff import Actor, StaffAct
from oficialia.errors import Conflict, FieldFault, SubmissionRefused
from oficialia.models import Area
from oficialia.runtime import Runtime
from oficialia.services import notices
from oficialia.services.acts import acting


def turnar(runtime: Runtime, actor: Actor, filing_id: UUID, area: str, reason: str, *, seen: int | None = None) -> None:
    """Turns the filing to the area of that clave.

    Raises NotFound, Conflict (``seen``: `acts.mark`), SubmissionRefused for an area that there is none of.
    """
    with acting(runtime, actor, filing_id, StaffAct.TURNAR, reason, seen=seen) as act:
        filing, before = act.filing, act.filing.turned_to or ""
        target = act.session.get(Area, area)
        if target is None:
            raise SubmissionRefused(FieldFault("area", "Elija el área de la lista."))
        if before == target.clave and act.before.estado is Estado.TURNADO:
            raise Conflict(f"Este expediente ya está turnado a {target.nombre}.")
        filing.turned_to = target.clave
        notices.announce(
            act.session, filing, act.record({"de": before, "a": target.clave}, {"de": before, "a": target.clave})
        )
