"""Who stands in a filing, and as what: the words kept in ``parties.role``, and the order in which they follow."""

import re
from collections.abc import Sequence
from enum import StrEnum

MOST_PROMOVENTES = 200  # beyond them, a signed list among the anexos names the rest


class Parte(StrEnum):
    """As what a person stands in a filing."""

    PROMOVENTE = "promovente"
    REPRESENTANTE_COMUN = "representante_comun"  # a promovente who speaks for all promoventes
    REPRESENTANTE = "representante"
    A_RUEGO = "a_ruego"  # signs because the first promovente cannot


class Way(StrEnum):
    """How who files does so, as a draft says it."""

    ALONE = "propio"
    REPRESENTED = "representante"
    SEVERAL = "varios"
    UNABLE = "ruego"


PROMOVENTES = frozenset({Parte.PROMOVENTE, Parte.REPRESENTANTE_COMUN})
_LETTERS = {Parte.PROMOVENTE: "p", Parte.REPRESENTANTE_COMUN: "c", Parte.REPRESENTANTE: "r", Parte.A_RUEGO: "f"}
# Promoventes, of whom at most one speaks for the others; then who represents them; then who signs a ruego.
_ORDER = re.compile(r"(p+(cp*)?|cp*)r?f?")


def is_order(roles: Sequence[str]) -> bool:
    """Whether these are the roles of a filing, in their order."""
    known = {str(parte): letter for parte, letter in _LETTERS.items()}
    return _ORDER.fullmatch("".join(known.get(role, "?") for role in roles)) is not None


def presented_by(names: Sequence[str]) -> str:
    """``Ana López`` or ``Ana López y 3 personas más``, of the promoventes in their order."""
    more = len(names) - 1
    if more < 1:
        return "".join(names)
    return f"{names[0]} y {more} {'persona' if more == 1 else 'personas'} más"
