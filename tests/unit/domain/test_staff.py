"""What each role may do at the desk, and which filings it sees."""

import pytest

from oficialia.domain.filing import Rol
from oficialia.domain.staff import STAFF_ROLES, Actor, StaffAct, may, sees

CHANGING = frozenset(StaffAct) - {StaffAct.VER, StaffAct.AUDITAR}


def _actor(role: Rol, area: str = "") -> Actor:
    return Actor(1, "ana", "Ana Ñúñez", role, area)


def test_each_role_of_the_staff_sees() -> None:
    assert all(may(role, StaffAct.VER) for role in STAFF_ROLES)


@pytest.mark.parametrize("act", sorted(CHANGING))
def test_the_auditor_changes_nothing(act: StaffAct) -> None:
    assert not may(Rol.AUDITOR, act)


def test_an_area_only_answers() -> None:
    assert {act for act in CHANGING if may(Rol.AREA, act)} == {StaffAct.RESPONDER}


@pytest.mark.parametrize("role", sorted(set(Rol) - set(STAFF_ROLES)))
def test_who_has_no_account_may_nothing(role: Rol) -> None:
    assert not any(may(role, act) for act in StaffAct)
    assert not sees(_actor(role), "")


@pytest.mark.parametrize("turned_to", ["", "DOP", "SIM"])
def test_oficial_de_partes_and_auditor_see_every_filing(turned_to: str) -> None:
    assert sees(_actor(Rol.OFICIAL_DE_PARTES), turned_to)
    assert sees(_actor(Rol.AUDITOR), turned_to)


def test_an_area_sees_only_what_was_turned_to_it() -> None:
    clerk = _actor(Rol.AREA, "DOP")
    assert sees(clerk, "DOP")
    assert not sees(clerk, "SIM")
    assert not sees(clerk, "")


def test_an_account_of_no_area_sees_nothing_that_was_turned_to_none() -> None:
    assert not sees(_actor(Rol.AREA), "")
