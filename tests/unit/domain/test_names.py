"""Names are found however they are typed."""

import pytest

from oficialia.domain.names import LONGEST, fold, words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("MARÍA PEÑA NÚÑEZ", "maria pena nunez"),
        ("  María   Peña\tNúñez ", "maria pena nunez"),
        ("Nu\u0303n\u0303ez", "nunez"),  # as some phones send it, in pieces
        ("López-Güereña, S.A. de C.V.", "lopez guerena s a de c v"),
        ("STRAẞE Ærø", "strasse ærø"),
        ("O'Farril", "o farril"),
        ("Unión 2ª", "union 2a"),
        ("…", ""),
    ],
)
def test_accents_case_and_punctuation_do_not_count(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_a_word_counts_once_and_not_beyond_its_bound() -> None:
    assert words("de la Luz DE LA Cruz") == ("de", "la", "luz", "cruz")
    assert words("a" * 500) == ("a" * LONGEST,)
