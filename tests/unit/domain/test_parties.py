"""Who stands in a filing, and in which order."""

import pytest

from oficialia.domain.parties import is_order, presented_by


@pytest.mark.parametrize(
    "roles",
    [
        ["promovente"],
        ["promovente", "representante"],  # as every filing of the first months has them
        ["promovente", "promovente", "representante_comun", "promovente", "representante", "a_ruego"],
        ["representante_comun", "promovente"],
        ["promovente", "a_ruego"],
    ],
)
def test_these_are_the_people_of_a_filing(roles: list[str]) -> None:
    assert is_order(roles)


@pytest.mark.parametrize(
    "roles",
    [
        [],
        ["representante"],
        ["a_ruego", "promovente"],
        ["promovente", "representante", "promovente"],
        ["representante_comun", "representante_comun"],
        ["promovente", "representante", "representante"],
        ["promovente", "testigo"],
    ],
)
def test_these_are_not(roles: list[str]) -> None:
    assert not is_order(roles)


def test_who_files_is_told_in_a_few_words() -> None:
    assert presented_by(["Ana"]) == "Ana"
    assert presented_by(["Ana", "Luz"]) == "Ana y 1 persona más"
    assert presented_by(["Ana", *["Luz"] * 199]) == "Ana y 199 personas más"
