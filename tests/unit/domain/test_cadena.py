"""The cadena original: a format that is for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from oficialia.domain.acuse import CadenaOriginal, attachments_root, identity_commitment

CADENA = CadenaOriginal(
    folio="OP-2026-000123-5",
    received_at=datetime(2026, 11, 23, 23, 29, 35, 999999, tzinfo=UTC),
    registered_at=datetime(2026, 11, 23, 23, 29, 37, tzinfo=UTC),
    effective=date(2026, 11, 23),
    tramite="",
    cedula_sha256="",
    destination="OP",
    identity_sha256="",
    attachment_count=0,
    pages=2,
    main_sha256="aa",
    attachments_root="",
    sealed_sha256="bb",
    policy_id="P1",
    certificate_serial="0F",
)


def test_values_stand_in_their_order_and_absent_ones_stay_empty() -> None:
    assert CADENA.text() == (
        "||OPD1|OP-2026-000123-5|2026-11-23T17:29:35-06:00|2026-11-23T17:29:37-06:00|2026-11-23|||OP||0|2|aa||bb|P1|0F||"
    )


def test_text_is_nfc() -> None:
    assert replace(CADENA, destination="An\u0303o").text() == replace(CADENA, destination="A\u00f1o").text()


@pytest.mark.parametrize("separator", ["|", "\n", "\r", "\u2028", "\x85", "\v"])
def test_a_separator_inside_a_value_is_refused(separator: str) -> None:
    for place in (f"a{separator}b", f"a{separator}"):
        with pytest.raises(ValueError, match="separator"):
            replace(CADENA, policy_id=place).text()


def test_no_identity_and_no_anexos_are_empty_values() -> None:
    assert identity_commitment(b"s" * 32, "") == ""
    assert attachments_root([]) == ""


def test_the_order_of_the_anexos_counts() -> None:
    assert attachments_root(["aa" * 32, "bb" * 32]) != attachments_root(["bb" * 32, "aa" * 32])
