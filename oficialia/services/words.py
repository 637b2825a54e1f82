"""How anything is told to people: a sentence, the answer to "¿qué significa?", and what to do, where there is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """es-MX, in sentences of at most twenty words; `action` is empty where nothing is to be done."""

    sentence: str
    meaning: str
    action: str = ""
