"""Who works at the desk, what each role may do, and which filings it sees.

A closed table: what is not named here is not allowed. The technical administrator has no account: the command line is
his, and it shows no content.
"""

from dataclasses import dataclass
from enum import StrEnum

from oficialia.domain.filing import Rol

STAFF_ROLES = (Rol.OFICIAL_DE_PARTES, Rol.AREA, Rol.AUDITOR)


@dataclass(frozen=True)
class Actor:
    """A person of the staff who is signed in. Events name him by ``username``, which is never given twice."""

    id: int
    username: str
    name: str
    role: Rol
    area: str  # clave of the area whose filings he attends; "" for oficial de partes and auditor


class StaffAct(StrEnum):
    """What can be done at the desk."""

    VER = "ver"  # inbox, filing, page images, downloads
    TURNAR = "turnar"
    PREVENIR = "prevenir"
    RESPONDER = "responder"
    ANULAR_PEDIR = "anular_pedir"
    ANULAR_CONFIRMAR = "anular_confirmar"  # by somebody else than who asked; the act itself checks that
    ANULAR_RECHAZAR = "anular_rechazar"
    DICTAMINAR = "dictaminar"  # ask for a sealed report on the signatures of a document
    AUDITAR = "auditar"  # who looked at what, and what happened to the accounts


# An area that has no account yet hands in its answer at the oficialía, on paper as ever: so its officer may answer.
_ALLOWED: dict[Rol, frozenset[StaffAct]] = {
    Rol.OFICIAL_DE_PARTES: frozenset(StaffAct) - {StaffAct.AUDITAR},
    Rol.AREA: frozenset({StaffAct.VER, StaffAct.RESPONDER, StaffAct.DICTAMINAR}),
    Rol.AUDITOR: frozenset({StaffAct.VER, StaffAct.AUDITAR}),
}


def may(role: Rol, act: StaffAct) -> bool:
    """Whether ``role`` may do ``act`` at all; which filings it may do it to is `sees`."""
    return act in _ALLOWED.get(role, frozenset())


def sees(actor: Actor, turned_to: str) -> bool:
    """Whether ``actor`` sees a filing that was turned to the area ``turned_to`` ("" while it was turned to none)."""
    if actor.role == Rol.AREA:
        return bool(actor.area) and actor.area == turned_to
    return may(actor.role, StaffAct.VER)


class AccountAct(StrEnum):
    """What is noted of an account, besides what its holder does to filings."""

    ALTA = "alta"
    BAJA = "baja"
    RESTABLECIMIENTO = "restablecimiento"
    ENTRADA = "entrada"
    ENTRADA_RECHAZADA = "entrada_rechazada"
    SALIDA = "salida"
    CONTRASENA = "contrasena"
    BUSQUEDA = "busqueda"
    BITACORA = "bitacora"
