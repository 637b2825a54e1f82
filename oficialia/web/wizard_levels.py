"""The level of signature that is asked for, compared with how somebody signs."""

from dataclasses import dataclass

from oficialia.domain.filing import NivelFirma
from oficialia.services.catalog import AreaOption, TramiteOption

_ANY = "Basta su declaración: es una petición, y la ley no le pide más."
_ORDER = tuple(NivelFirma)


@dataclass(frozen=True)
class Needed:
    """The least level that is asked for, and why."""

    level: NivelFirma
    reason: str


def level_needed(about: TramiteOption | AreaOption | None) -> Needed:
    """What a tramite asks for; a writing of one's own asks for nothing but the declaration."""
    if isinstance(about, TramiteOption):
        return Needed(about.level, about.level_reason)
    return Needed(NivelFirma.N0, _ANY)


def is_less(level: str, needed: Needed) -> bool:
    """Whether that way to sign is less than what is asked for."""
    return _ORDER.index(NivelFirma(level)) < _ORDER.index(needed.level)
