"""What the signatures of a document are worth, for the clerk: a colour, what it means, and each signature in words.

Read from what was found on the original bytes at intake; nothing is opened again to show it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from oficialia.services.desk_words import capital
from oficialia.services.findings import time_words, verdict


class Mark(StrEnum):
    """The colour of a document, from the best to what needs a look."""

    NONE = "none"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class MarkWords:
    """A colour in words: what the inbox says, and what to do about it."""

    label: str
    meaning: str


WORDS: dict[Mark, MarkWords] = {
    Mark.NONE: MarkWords("Sin firma electrónica", "No trae firma electrónica. No toda petición la necesita."),
    Mark.GREEN: MarkWords("Firma en orden", "La firma corresponde y el documento no cambió después."),
    Mark.AMBER: MarkWords(
        "Firma con dudas",
        "La firma corresponde, pero algo no se pudo comprobar. Lea abajo qué fue; no detenga el escrito por ello.",
    ),
    Mark.RED: MarkWords(
        "Revise la firma",
        "La firma no corresponde al contenido, o el documento cambió después de firmarse. Lea abajo qué pasó y "
        "considere una prevención.",
    ),
}


@dataclass(frozen=True)
class SignatureLine:
    """One signature as the clerk reads it."""

    who: str
    when: str
    words: str
    unchecked: tuple[str, ...]


def mark_of(finding: Mapping[str, Any]) -> Mark:
    """The colour of one signature."""
    changed = finding["modified_after"] in {"cambios", "desconocido"}
    if not finding["problem"] and (not finding["intact"] or changed):
        return Mark.RED
    filled = finding["modified_after"] == "cambios_permitidos"
    if finding["problem"] or not finding["trusted"] or finding["unchecked"] or filled:
        return Mark.AMBER
    return Mark.GREEN


def worst(marks: Iterable[Mark]) -> Mark:
    """The colour of what has several."""
    return max(marks, key=list(Mark).index, default=Mark.NONE)


def lines(findings: Iterable[Mapping[str, Any]]) -> tuple[SignatureLine, ...]:
    """Each signature in words."""
    return tuple(
        SignatureLine(
            (finding["holder"] or {}).get("name") or "No se pudo leer quién firma",
            capital(time_words(finding)),
            capital(verdict(finding)) + ".",
            tuple(finding["unchecked"]),
        )
        for finding in findings
    )
