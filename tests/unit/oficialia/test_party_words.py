"""Field 6 of the acuse: everybody who files is named, and two hundred of them are no book."""

import re
from dataclasses import replace

import pytest

from oficialia.domain.parties import MOST_PROMOVENTES
from oficialia.models import Party
from oficialia.services.party_words import IN_FULL, for_acuse, presenters, told
from signing.acuse_pdf import acuse_pdf
from tests.support.acuse_sample import acuse
from tests.support.pages import page_texts


def party(role: str, name: str, curp: str = "") -> Party:
    return Party(role=role, kind="fisica", name=name, curp=curp, rfc="", email="", phone="", address="")


def crowd(count: int, name: str = "María Guadalupe Hernández de la Cruz") -> list[Party]:
    """So many promoventes, of whom the last speaks for all; who represents them, and who signs for the first."""
    people = [party("promovente", f"{name} {number}") for number in range(count - 1)]
    return [
        *people,
        party("representante_comun", "Ana López", "LOXA800101MMCXXS09"),
        party("representante", "Inés Ruiz"),
        party("a_ruego", "José Sol"),
    ]


def test_few_are_told_in_full_with_who_speaks_and_signs_for_whom() -> None:
    shown = for_acuse(crowd(2))
    assert [each.role for each in shown] == [
        "Promovente",
        "Promovente y representante común",
        "Representante",
        "Firma a ruego",
    ]
    assert shown[1].note == "Representa a las 2 personas que presentan."
    assert shown[1].curp is not None
    assert "800101" not in shown[1].curp
    assert shown[3].note == "Firma porque María Guadalupe Hernández de la Cruz 0 no puede firmar."


def test_of_many_the_common_representative_is_still_told_in_full() -> None:
    found = told(crowd(50))
    assert [each.role for each in found.people[IN_FULL:]] == ["representante_comun", "representante", "a_ruego"]
    assert len(found.people) + len(found.listed) == 52
    assert presenters(crowd(50)).endswith(" y 49 personas más")


@pytest.mark.parametrize(("name", "pages"), [("María Guadalupe Hernández-de-la-Cruz", 3), ("Ñandú" * 38, 8)])
def test_the_acuse_of_two_hundred_names_them_all_on_few_pages(name: str, pages: int) -> None:
    """With names as they are, and with the longest that can be sent."""
    people = [party("promovente", f"{name}#{number}") for number in range(MOST_PROMOVENTES)]
    without = len(page_texts(acuse_pdf(acuse(), {})))
    found = page_texts(acuse_pdf(replace(acuse(), parties=for_acuse(people)), {}))
    assert len(found) - without <= pages
    assert {f"#{number}" for number in range(MOST_PROMOVENTES)} <= set(
        re.findall(r"#\d+", "".join("".join(found).split()))
    )
