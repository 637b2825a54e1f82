"""Código de verificación, clave de seguimiento and the mailed code."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from oficialia.domain.codes import Codes, digest, normalise

CODES = Codes(b"0" * 32)


def test_the_secrets_of_a_filing_differ_and_are_reproducible() -> None:
    filing = uuid4()
    assert CODES.verification(filing) != CODES.tracking(filing)
    assert CODES.tracking(filing) == Codes(b"0" * 32).tracking(filing)
    assert CODES.tracking(filing) != Codes(b"1" * 32).tracking(filing)


@given(st.uuids())
def test_a_code_is_sixteen_letters_in_groups_of_four_that_survive_typing(filing: UUID) -> None:
    code = CODES.tracking(filing)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert normalise(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code


@given(st.uuids(), st.integers(1, 3))
def test_a_mailed_code_is_six_digits(filing: UUID, serial: int) -> None:
    code = CODES.mail_code(filing, serial)
    assert len(code) == 6
    assert code.isdigit()


def test_the_digest_is_of_the_printed_form() -> None:
    assert digest("abcd-efgh") == digest("ABCDEFGH") != digest("ABCDEFGJ")


def test_the_secret_is_not_shown() -> None:
    assert "000" not in repr(CODES)
