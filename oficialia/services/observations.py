"""What inspection observed of a document, in words for the acuse and the clerk. Nothing here stops a filing."""

from signing.inspect import Flag

WORDS: dict[str, str] = {}


def words(flags: list[str]) -> tuple[str, ...]:
    """The observations of a document in plain es-MX."""
    return tuple(WORDS[flag] for flag in flags if WORDS.get(flag))


__all__ = ["WORDS", "Flag", "words"]
