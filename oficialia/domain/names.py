"""Names as people search for them: without accents, case nor punctuation, word by word."""

import unicodedata

LONGEST = 40  # of a word; nobody types more of one


def fold(text: str) -> str:
    """``PEÑA Núñez-Ruiz`` as ``pena nunez ruiz``: letters and digits of ASCII where there is one, blanks between."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def words(text: str) -> tuple[str, ...]:
    """The different words of a name, folded, in their order."""
    return tuple(dict.fromkeys(word[:LONGEST] for word in fold(text).split()))
