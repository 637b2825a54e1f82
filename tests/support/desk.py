"""People of the desk, and filings for them to act on."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from oficialia.domain.filing import DESK_ACTS, Rol
from oficialia.domain.staff import Actor
from oficialia.models import Event, Filing, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import intake
from tests.support.office import blank_pdf, submission

ANA = Actor(1, "ana.nunez", "Ana Ñúñez", Rol.OFICIAL_DE_PARTES, "")
BETO = Actor(2, "beto.cruz", "Beto Cruz", Rol.OFICIAL_DE_PARTES, "")
CARLA = Actor(3, "carla.ruiz", "Carla Ruiz", Rol.AREA, "OB")
DANIEL = Actor(4, "daniel.lara", "Daniel Lara", Rol.AREA, "SP")
EVA = Actor(5, "eva.soto", "Eva Soto", Rol.AUDITOR, "")


def file(runtime: Runtime, folder: Path, key: str, **changes: object) -> UUID:
    """A new filing, addressed to the Oficialía."""
    path = blank_pdf(folder / f"{key}.pdf", key)
    return intake.receive(runtime, submission(path, key=key, **changes)).filing_id


def filing_of(runtime: Runtime, filing_id: UUID) -> Filing:
    """The row as it is now, with its terms."""
    with runtime.database.reading() as session:
        filing = session.get_one(Filing, filing_id)
        assert filing.deadlines is not None
        return filing


def stands(runtime: Runtime, filing_id: UUID) -> tuple[str, str]:
    """Estado and what is pending."""
    filing = filing_of(runtime, filing_id)
    return filing.estado, filing.pendiente


def events(runtime: Runtime, filing_id: UUID) -> list[Event]:
    """The acts of the desk in the history."""
    with runtime.database.reading() as session:
        mine = (Event.filing_id == filing_id) & Event.act.in_(DESK_ACTS)
        return list(session.scalars(select(Event).where(mine).order_by(Event.id)))


def leaves(runtime: Runtime, filing_id: UUID) -> list[LedgerLeaf]:
    """The leaves of the acts of the desk."""
    with runtime.database.reading() as session:
        mine = (LedgerLeaf.filing_id == filing_id) & LedgerLeaf.act.in_(DESK_ACTS)
        return list(session.scalars(select(LedgerLeaf).where(mine).order_by(LedgerLeaf.index)))


def records(runtime: Runtime, filing_id: UUID) -> list[dict[str, Any]]:
    """What those leaves commit to."""
    return [json.loads(leaf.record) for leaf in leaves(runtime, filing_id)]
