"""The words that people use find the tramite, however they are written."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from oficialia.db import Database, upgrade
from oficialia.domain.filing import NivelFirma
from oficialia.models import Cedula
from oficialia.services import catalog
from oficialia.services.catalog import Choices
from oficialia.services.catalog_search import search
from oficialia.services.registration import OFFICIAL_ID
from tests.support.office import DATA, load_catalogue


@pytest.fixture(scope="module")
def choices(tmp_path_factory: pytest.TempPathFactory) -> Choices:
    """The demo catalogue, as the register has it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('catalogo') / 'oficialia.db'}"
    upgrade(url)
    database = Database(url)
    load_catalogue(database)
    return catalog.choices(database)


@pytest.mark.parametrize(
    ("words", "tramite", "area"),
    [
        ("bache", "OB-001", "OB"),
        ("BACHES", "OB-001", "OB"),
        ("hay un vache en mi calle", "OB-001", "OB"),
        ("luz", "SP-001", "SP"),
        ("Luces", "SP-001", "SP"),
        ("alumbrado", "SP-001", "SP"),
        ("hay un hoyo en mi calle", "OB-001", "OB"),
        ("bahce", "OB-001", "OB"),
        ("permiso para fiesta", "SA-004", "GO"),
        ("queja contra un funcionario", "OIC-001", "OIC"),
        ("ARCO", "UT-001", "UT"),
        ("borrar mis datos", "UT-001", "UT"),
        ("la lampara no prende", "SP-001", "SP"),
        ("árbol", "MA-001", "MA"),
        ("arbol", "MA-001", "MA"),
        ("quiero tirar un arbol", "MA-001", "MA"),
        ("agua", "AG-002", "AG"),
        ("me cobran mucho de agua", "AG-002", "AG"),
        ("abrir un negocio", "DE-001", "DE"),
        ("lisencia de construccion", "DU-003", "DU"),
        ("lisensia de construksion", "DU-003", "DU"),
        ("lus", "SP-001", "SP"),
        ("un ollo en la caye", "OB-001", "OB"),
        ("keja", "OIC-001", "OIC"),
        ("arvol", "MA-001", "MA"),
        ("predial", "TM-002", "TM"),
        ("mis datos personales", "UT-001", "UT"),
        ("panteon", "SP-002", "SP"),
    ],
)
def test_the_words_of_the_citizen_lead_to_a_tramite_and_its_area(
    choices: Choices, words: str, tramite: str, area: str
) -> None:
    found = search(choices, words)
    assert tramite in [each.clave for each in found.tramites[:3]]
    assert area in [each.clave for each in found.areas[:2]]


def test_a_word_of_many_tramites_finds_all_its_kind_first(choices: Choices) -> None:
    names = [each.nombre.lower() for each in search(choices, "licencia").tramites[:5]]
    assert all("licencia" in name for name in names)
    assert all("onstancia" in each.nombre for each in search(choices, "constancia").tramites[:3])


def test_what_fits_nothing_finds_nothing(choices: Choices) -> None:
    for words in ("", "  ", "de la que", "xyzzy", "¿?¡!", "<script>", "a" * 5000, "\u0000"):
        found = search(choices, words)
        assert (found.tramites, found.areas) == ((), ()), words


def test_an_area_without_a_tramite_for_it_is_suggested_alone(choices: Choices) -> None:
    found = search(choices, "policía")
    assert found.areas[0].clave == "SC"


def test_every_tramite_tells_what_it_is_what_it_asks_and_how_it_is_signed(choices: Choices) -> None:
    for tramite in choices.tramites:
        assert tramite.description, tramite.clave
        assert tramite.level_reason, tramite.clave
        assert tramite.words, tramite.clave
        for each in tramite.requirements:
            assert each.meaning or each.clave == "escrito_libre", each.clave
    assert {tramite.level for tramite in choices.tramites} == set(NivelFirma)
    assert {each.clave for each in choices.tramites if each.needs_rfc} >= {"DE-001", "DE-002"}
    assert not next(each for each in choices.tramites if each.clave == "OP-001").needs_curp


def test_no_level_asks_for_an_identification_that_the_cedula_does_not(choices: Choices) -> None:
    """N1 takes one, and an office asks for nothing that is not published."""
    for tramite in choices.tramites:
        required = {each.clave for each in tramite.requirements if not each.optional}
        assert tramite.level != NivelFirma.N1 or OFFICIAL_ID in required, tramite.clave


def test_words_to_be_found_by_make_no_new_version_of_a_cedula(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'oficialia.db'}"
    upgrade(url)
    database = Database(url)
    load_catalogue(database)
    changed, policies = (json.loads((DATA / f"{name}-demo.json").read_text()) for name in ("catalogo", "politicas"))
    changed["tramites"][0]["palabras"] += " zanahoria"
    changed["tramites"][1]["nivel_firma"] = "n2"
    catalog.load(database, changed, policies, datetime(2026, 1, 2, 18, tzinfo=UTC))
    assert [each.clave for each in search(catalog.choices(database), "zanahoria").tramites] == ["OP-001"]
    with database.reading() as session:
        newer = list(session.scalars(select(Cedula.tramite_clave).where(Cedula.version == 2)))
    assert newer == [changed["tramites"][1]["clave"]]


def test_a_level_of_signature_that_nobody_knows_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'oficialia.db'}"
    upgrade(url)
    wrong, policies = (json.loads((DATA / f"{name}-demo.json").read_text()) for name in ("catalogo", "politicas"))
    wrong["tramites"][0]["nivel_firma"] = "n9"
    with pytest.raises(ValueError, match=r"OP-001.*n9"):
        catalog.load(Database(url), wrong, policies, datetime(2026, 1, 2, 18, tzinfo=UTC))
