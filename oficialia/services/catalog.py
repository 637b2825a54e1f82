"""The published catalogue: loading it, and what the form needs of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oficialia.db import Database


@dataclass(frozen=True)
class AreaOption:
    """An area as the form lists it."""

    clave: str
    nombre: str


@dataclass(frozen=True)
class TramiteOption:
    """A tramite as the form and the catalogue list it."""

    clave: str
    nombre: str
    area: str  # its area's name
    plazo_dias_habiles: int | None
    silencio: str
    costo: str
    requisitos: tuple[str, ...]  # in words
    needs_curp: bool


@dataclass(frozen=True)
class Choices:
    """Everything the form offers."""

    areas: tuple[AreaOption, ...]
    tramites: tuple[TramiteOption, ...]
    document_kinds: tuple[tuple[str, str], ...]  # clave, name


def choices(database: Database) -> Choices:
    """What can be asked for and sent, in the order in which it is shown."""
    raise NotImplementedError


def load(database: Database, catalogue: Mapping[str, Any], policies: Mapping[str, Any]) -> None:
    """Loads areas, tramites, kinds of document, calendar and policies. Safe to repeat: a cédula that changed gets a
    new version, nothing
    is removed. Raises ValueError naming the entry that is wrong."""
    raise NotImplementedError
