"""CURP and RFC: shape is a fault, a failed check digit only a doubt."""

import pytest

from oficialia.web import identifiers


@pytest.mark.parametrize("value", ["PEXM800101MMCXXR05", "BOXW310820HNERXN09", "ÑAXM800101XNEXXRA5"])
def test_what_looks_like_a_curp_passes(value: str) -> None:
    assert identifiers.is_curp(value)


@pytest.mark.parametrize("value", ["", "PEXM800101", "PEXM80010AMMCXXR05", "PEXM800101MMCXXR055", "٣EXM800101MMCXXR05"])
def test_what_cannot_be_a_curp_does_not(value: str) -> None:
    assert not identifiers.is_curp(value)


@pytest.mark.parametrize("value", ["GODE561231GR8", "MCH850101AB1", "Ñ&A850101AB1"])
def test_what_looks_like_an_rfc_passes(value: str) -> None:
    assert identifiers.is_rfc(value)


@pytest.mark.parametrize("value", ["", "GODE56123", "1234567890123"])
def test_what_cannot_be_an_rfc_does_not(value: str) -> None:
    assert not identifiers.is_rfc(value)


def test_a_good_check_digit_is_no_doubt() -> None:
    assert not identifiers.doubtful_curp("BOXW310820HNERXN09")
    assert not identifiers.doubtful_rfc("GODE561231GR8")


def test_a_failed_check_digit_is_a_doubt() -> None:
    assert identifiers.doubtful_curp("BOXW310820HNERXN08")
    assert identifiers.doubtful_rfc("GODE561231GR1")


def test_an_impossible_date_is_a_doubt_and_no_error() -> None:
    assert identifiers.doubtful_curp("BOXW319920HNERXN09")


def test_blanks_and_hyphens_are_not_part_of_it() -> None:
    assert identifiers.normalise("gode 561231-gr8") == "GODE561231GR8"
