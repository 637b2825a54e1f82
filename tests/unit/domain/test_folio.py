"""The folio: its spelling, its check character, and that no slip of one character passes."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from oficialia.domain.folio import Folio

FOLIOS = st.builds(Folio, st.integers(2000, 2999), st.integers(1, 99_999_999))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_the_folio_of_the_specification_has_check_character_5() -> None:
    assert str(Folio(2026, 123)) == "OP-2026-000123-5"


def test_a_sequence_beyond_six_digits_grows() -> None:
    assert str(Folio(2026, 1_234_567)).startswith("OP-2026-1234567-")


@given(FOLIOS)
def test_what_is_printed_is_read_back(folio: Folio) -> None:
    assert Folio.parse(str(folio)) == folio


@given(FOLIOS)
def test_the_check_character_is_iso_7064_mod_37_36(folio: Folio) -> None:
    assert mod_37_36.is_valid(str(folio).replace("-", ""))


def test_blanks_and_lower_case_are_forgiven() -> None:
    assert Folio.parse("  op-2026-000123-5 ") == Folio(2026, 123)


@given(FOLIOS, st.data())
def test_one_wrong_character_is_noticed(folio: Folio, data: st.DataObject) -> None:
    text = str(folio)
    place = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c != text[place]]))
    assert Folio.parse(text[:place] + wrong + text[place + 1 :]) is None


def test_other_texts_are_no_folio() -> None:
    for text in ("", "OP-2026-123-5", "XX-2026-000123-5", "OP-2026-000123", "OP-2026-٠٠٠١٢٣-5"):
        assert Folio.parse(text) is None
