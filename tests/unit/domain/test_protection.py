"""When seals are given evidence, and when it is renewed."""

from datetime import UTC, datetime, timedelta

import pytest

from oficialia.domain.filing import NivelSello
from oficialia.domain.protection import due

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("level", [NivelSello.SIN_SELLO, NivelSello.B_B])
def test_what_has_no_certified_time_gets_that_first(level: NivelSello) -> None:
    assert due(level, NOW) is None


@pytest.mark.parametrize("level", [NivelSello.B_T, NivelSello.B_LT])
def test_evidence_follows_within_minutes(level: NivelSello) -> None:
    assert due(level, NOW) == NOW + timedelta(minutes=10)


def test_it_is_renewed_ninety_days_before_it_ends() -> None:
    until = datetime(2031, 11, 24, tzinfo=UTC)
    assert due(NivelSello.B_LTA, NOW, until) == datetime(2031, 8, 26, tzinfo=UTC)


def test_nothing_is_worked_on_all_day_long_because_a_certificate_ends_soon() -> None:
    assert due(NivelSello.B_LTA, NOW, NOW + timedelta(days=5)) == NOW + timedelta(days=1)
