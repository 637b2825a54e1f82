"""A filing of many people: tracking and desk name everybody, those who speak for others first."""

import re
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask

from oficialia.runtime import Runtime
from oficialia.services import intake
from oficialia.services.party_words import IN_FULL
from oficialia.services.submission import Person
from tests.support.clerks import clerk
from tests.support.office import submission
from tests.support.window import Visitor

pytestmark = pytest.mark.usefixtures("cheap_hashes")
MANY = 12


@pytest.fixture
def receipt(runtime: Runtime) -> intake.Receipt:
    """A filing of twelve neighbours, the last of whom speaks for all."""
    others = [Person("fisica", f"Vecina Número {number}") for number in range(2, MANY + 1)]
    form = submission(
        None,
        key=str(uuid4()),
        petition="Pedimos que reparen la calle.",
        applicant=Person("fisica", "María Peña", curp="PEXM800101MMCXXR09"),
        others=tuple(others),
        common_representative=others[-1].name,
        representative=Person("fisica", "Inés Ruiz"),
        signed_for=Person("fisica", "José Sol"),
        received_at=runtime.clock(),
    )
    return intake.receive(runtime, form)


def told(page: str) -> dict[str, str]:
    """Who somebody is, by their name."""
    pairs = re.findall(r"<div><dt>([^<]*)</dt><dd>([^<]*)<", page)
    return {unescape(name).strip(): unescape(role) for role, name in pairs}


@pytest.mark.parametrize("who", ["promovente", "desk"])
def test_everybody_is_named_and_who_speaks_for_others_first(
    app: Flask, runtime: Runtime, receipt: intake.Receipt, who: str
) -> None:
    if who == "desk":
        page = clerk(app, runtime, "juntos.ana").get(f"/mesa/expedientes/{receipt.folio}").text
    else:
        visitor, key = Visitor(app), runtime.codes.tracking(receipt.filing_id)
        visitor.send("/seguimiento", {"folio": receipt.folio, "clave": key})
        page = visitor.get(f"/seguimiento/{receipt.folio}").text
        assert "PEXM800101MMCXXR09" not in page
    roles = told(page)
    assert roles["María Peña"] == "Presenta"
    assert roles[f"Vecina Número {MANY}"] == "Presenta, y representa a todos"
    assert roles["Inés Ruiz"] == "Representa"
    assert roles["José Sol"] == "Firma a ruego"
    assert f"{MANY - IN_FULL - 1} personas más" in page
    for number in range(2, MANY + 1):
        assert page.count(f">Vecina Número {number}<") == 1
