"""Whose e.firma it is: the RFC decides, else the CURP, else the name; and it tells what was left blank."""

import pytest

from oficialia.services.efirma_owner import missing, require_owner, role_of, same_name
from oficialia.services.efirma_words import EfirmaRefused
from oficialia.services.submission import Person
from signing.efirma import CertificateHolder

MARIA = CertificateHolder(
    "MARÍA PEÑA NÚÑEZ", "PENM850101AB2", "PENM850101MMCXXR07", "MARÍA PEÑA NÚÑEZ", "3", "SAT", "efirma"
)
COMPANY = CertificateHolder(
    "EMPRESA DE EJEMPLO SA DE CV", "EDE200101AB0", "PENM850101MMCXXR07", "", "3", "SAT", "efirma", "PENM850101AB2"
)


def person(name: str = "María Peña Núñez", **known: str) -> Person:
    return Person("fisica", name, **known)


def firm(name: str = "Empresa de Ejemplo, S.A. de C.V.", **known: str) -> Person:
    return Person("juridica", name, **known)


@pytest.mark.parametrize(
    ("applicant", "representative", "role"),
    [
        (person(rfc="PENM850101AB2"), None, "applicant"),
        (person("Otro Nombre", rfc="PENM850101AB2"), None, "applicant"),
        (person(rfc="LOPC880317QA9"), None, None),
        (person(curp="PENM850101MMCXXR07"), None, "applicant"),
        (person(curp="LOPC880317MMCPRR01"), None, None),
        (person(), None, "applicant"),
        (person("peña maria"), None, "applicant"),
        (person("María"), None, None),
        (person("Juan Peña Núñez"), None, None),
        (firm(), person(), "representative"),
        (firm(), None, None),
        (person("Ana Ruiz"), person(rfc="PENM850101AB2"), "representative"),
    ],
)
def test_the_efirma_of_a_person(applicant: Person, representative: Person | None, role: str | None) -> None:
    assert role_of(MARIA, applicant, representative) == role


@pytest.mark.parametrize(
    ("applicant", "representative", "role"),
    [
        (firm(rfc="EDE200101AB0"), None, "applicant"),
        (firm(), None, "applicant"),
        (firm("Otra empresa"), None, None),
        (person(rfc="PENM850101AB2"), None, None),
        (person(), None, None),
        (person(curp="PENM850101MMCXXR07"), None, None),
        (firm("Otra empresa"), person(rfc="PENM850101AB2"), "representative"),
    ],
)
def test_the_efirma_of_a_company(applicant: Person, representative: Person | None, role: str | None) -> None:
    assert role_of(COMPANY, applicant, representative) == role


def test_who_files_with_the_efirma_of_another_is_told_of_both() -> None:
    with pytest.raises(EfirmaRefused) as refused:
        require_owner(MARIA, person("Juan Soto", rfc="SOTJ800101AB1"), None)
    assert "MARÍA PEÑA NÚÑEZ (RFC PENM850101AB2)" in refused.value.sentence
    assert "Juan Soto (RFC SOTJ800101AB1)" in refused.value.sentence


def test_only_what_was_left_blank_is_filled_in() -> None:
    assert missing(MARIA, person(), None) == {"rfc": "PENM850101AB2", "curp": "PENM850101MMCXXR07"}
    assert missing(MARIA, person(rfc="PENM850101AB2"), None) == {"curp": "PENM850101MMCXXR07"}
    assert missing(MARIA, firm(), person()) == {"rep_rfc": "PENM850101AB2", "rep_curp": "PENM850101MMCXXR07"}
    assert missing(COMPANY, firm(), None) == {"rfc": "EDE200101AB0"}
    assert missing(COMPANY, firm("Otra empresa"), person(rfc="PENM850101AB2")) == {}
    assert missing(MARIA, person("Juan Soto Luna"), None) == {}


def test_names_are_compared_as_people_write_them() -> None:
    assert same_name("EMPRESA DE EJEMPLO SA DE CV", "Empresa de Ejemplo, S. A. de C. V.")
