"""The folio: its spelling, its check character, and that no slip of one character passes."""

import pytest
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


@pytest.mark.parametrize(
    "typed",
    [
        "  op-2026-000123-5 ", "OP 2026 000123 5", "op20260001235", "OP–2026–000123–5",
        "OP\u22122026\u2011000123\u20145",
        "OP-2O26-OOO123-5", "op-2o26-o123-5", "OP-2026-123-5", "OP\u00a02026\u00a0123\u00a05",
    ],
)  # fmt: skip
def test_a_folio_is_read_however_a_person_types_it(typed: str) -> None:
    assert Folio.parse(typed) == Folio(2026, 123)
    assert not Folio.is_misspelt(typed)


@given(FOLIOS)
def test_no_leniency_confuses_two_folios(folio: Folio) -> None:
    assert Folio.parse(f"{folio.year} {folio.sequence} {folio.check}".join(("op ", ""))) == folio


@given(FOLIOS, st.data())
def test_one_wrong_character_is_noticed(folio: Folio, data: st.DataObject) -> None:
    text = str(folio)
    place = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    same = {"0", "O"} if text[place] == "0" and place < len(text) - 1 else {text[place]}
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c not in same]))
    assert Folio.parse(text[:place] + wrong + text[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["OP-2026-000123-6", "op 2026 124 5", "OP-2O26-123-S"])
def test_a_wrong_check_character_is_told_from_what_is_no_folio(typed: str) -> None:
    assert Folio.parse(typed) is None
    assert Folio.is_misspelt(typed)


def test_other_texts_are_no_folio() -> None:
    for text in ("", "OP-2026-5", "XX-2026-000123-5", "OP-26-5", "OP-2026-٠٠٠١٢٣-5", "OP-2026-" + "1" * 20):
        assert Folio.parse(text) is None
        assert not Folio.is_misspelt(text)
