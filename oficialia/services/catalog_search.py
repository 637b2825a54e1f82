"""Finding a tramite or an area by the words that people use, as they write them: without accents, by ear, with a slip.

A word counts in each place where it stands: most where it was put for searching, least in a description, and less where
it only resembles. It suggests; a person decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest
from typing import TypeVar

from oficialia.domain import names
from oficialia.services.catalog import AreaOption, Choices, TramiteOption

_MOST_TRAMITES, _MOST_AREAS = 6, 3
LONGEST = 200  # of a search, in characters
_T = TypeVar("_T", TramiteOption, AreaOption)
# Letters that sound the same in Mexico, of a word without accents: "lisensia" and "licencia", "vache" and "bache".
_SOUNDS = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("^h|(?<=[aeiou])h(?=[aeiou])", ""),
        ("g(?=[ei])", "j"),
        ("gu(?=[ei])", "g"),
        ("qu(?=[ei])", "k"),
        ("c(?=[ei])|z", "s"),
        ("c(?!h)", "k"),
        ("v", "b"),
        ("ll", "y"),
        (r"(.)\1", r"\1"),
    )
)
# What says nothing of what is wanted.
_EMPTY = frozenset(
    names.words(
        """a al algo alguien ante como con cual cuando de del desde donde el ella en es esta este esto favor fue ha hace
        hacer han hay la las le lo los me mi mis muy necesito no nos o para pedir poner por porque que quiero quisiera
        se ser si sin sobre solicitar solicito son su sus tengo tiene tramitar tramite un una uno y ya yo"""
    )
)
_WHOLE, _BEGINNING, _RESEMBLING = 1.0, 0.8, 0.6
_NAME, _SEARCHED, _DESCRIBED = 3, 4, 1
_LIKE = {4: 0.75}  # how alike words must be to be taken for the same, by length
_USUALLY_LIKE = 0.8
_FAR_BEHIND = 0.4  # of the best: what scores less is no answer


@dataclass(frozen=True)
class Found:
    """What may be meant, the likeliest first."""

    tramites: tuple[TramiteOption, ...]
    areas: tuple[AreaOption, ...]


def search(choices: Choices, wanted: str) -> Found:
    """The tramites and areas that fit; none for words that fit nothing."""
    asked = tuple(_telling(wanted[:LONGEST]))
    tramites = {each.clave: _score(asked, _of_tramite(each)) for each in choices.tramites}
    areas = {each.clave: _score(asked, {_NAME: each.nombre, _SEARCHED: each.words}) for each in choices.areas}
    for each in choices.tramites:
        areas[each.area_clave] = areas.get(each.area_clave, 0) + tramites[each.clave] / 2
    return Found(
        tuple(_best(choices.tramites, tramites, _MOST_TRAMITES)),
        tuple(_best(choices.areas, areas, _MOST_AREAS)),
    )


def _of_tramite(tramite: TramiteOption) -> dict[int, str]:
    return {_NAME: tramite.nombre, _SEARCHED: tramite.words, _DESCRIBED: tramite.description}


def _score(asked: Iterable[str], texts: dict[int, str]) -> float:
    weighed = [(weight, _telling(text)) for weight, text in texts.items()]
    return sum(weight * _fits(word, known) for word in asked for weight, known in weighed)


def _telling(text: str) -> list[str]:
    """The words that say something, as they sound; those that change in the plural in the singular: "luces" as
    "luz"."""
    told = (word for word in names.words(text) if word not in _EMPTY)
    return [_sound(f"{word[:-3]}z" if word.endswith("ces") else word) for word in told]


def _sound(word: str) -> str:
    for written, heard in _SOUNDS:
        word = written.sub(heard, word)
    return word


def _fits(asked: str, known: list[str]) -> float:
    if asked in known:
        return _WHOLE
    # Also of the plural: "baches" begins as "bache" does.
    if len(asked) >= 4 and any(_begins(word, asked) for word in known if len(word) >= 4):
        return _BEGINNING
    like = _LIKE.get(len(asked), _USUALLY_LIKE)
    return _RESEMBLING if len(asked) >= 4 and get_close_matches(asked, known, n=1, cutoff=like) else 0


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or (other.startswith(one) and len(other) - len(one) <= 3)


def _best(offered: Iterable[_T], scores: dict[str, float], most: int) -> list[_T]:
    least = max(scores.values(), default=0) * _FAR_BEHIND
    fitting = [each for each in offered if scores[each.clave] > 0 and scores[each.clave] >= least]
    return nlargest(most, fitting, key=lambda each: scores[each.clave])
