"""The events of a filing: what was done, when and by whom. None is ever changed, nor taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from oficialia.domain.filing import Acto, Rol
from oficialia.models import Event


def by_office(filing_id: UUID, at: datetime, act: Acto, data: Mapping[str, Any], *, reason: str = "") -> Event:
    """What the office did by itself."""
    return Event(filing_id=filing_id, at=at, act=act, actor_role=Rol.SISTEMA, actor="", reason=reason, data=dict(data))


def by_promovente(filing_id: UUID, at: datetime, act: Acto, data: Mapping[str, Any], *, name: str = "") -> Event:
    """What who filed did, under the name that they gave."""
    return Event(filing_id=filing_id, at=at, act=act, actor_role=Rol.PROMOVENTE, actor=name, reason="", data=dict(data))
