"""Role × route × owner, walked from the map of addresses: who gets in, and that what is not theirs is not there."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from oficialia.app import create_app
from oficialia.domain.filing import Rol
from oficialia.models import Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import anulaciones, staff_accounts, turnos
from oficialia.web.desk_act_pages import PAGES
from tests.support.clerks import Clerk, actor, clerk, hire
from tests.support.office import blank_pdf
from tests.support.window import OPTIONS, File, Visitor

ABSENT = "OP-2026-999999-D"
# Of no filing. Every other route of the desk is of one, and asked for with several.
OWN = {"/mesa", "/mesa/contrasena", "/mesa/salir", "/mesa/entrar", "/mesa/bitacora"}
ROLES = {"oficial": (Rol.OFICIAL_DE_PARTES, ""), "obras": (Rol.AREA, "OB"), "auditor": (Rol.AUDITOR, "")}


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> Flask:
    """The application, once for all: nothing here changes it, nor any filing."""
    return create_app(runtime, OPTIONS)


@pytest.fixture(scope="module")
def clerks(app: Flask, runtime: Runtime) -> dict[str, Clerk]:
    """Somebody of each role, signed in."""
    return {name: clerk(app, runtime, f"ruta.{name}", *who) for name, who in ROLES.items()}


@pytest.fixture(scope="module")
def folios(app: Flask, runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Filings by who attends to them: nobody yet, Obras Públicas, another area; and one that is asked to be
    annulled."""
    hire(runtime, "ruta.otra")
    citizen, officer = Visitor(app), actor(runtime, "ruta.otra")
    sheet = File(blank_pdf(tmp_path_factory.mktemp("rutas") / "escrito.pdf").read_bytes())
    names = ("nobody", "mine", "other", "asked")
    made = {name: citizen.filed(asunto=f"Escrito {name}", forma="pdf", principal=sheet) for name in names}
    for name, area in (("mine", "OB"), ("other", "SP")):
        turnos.turnar(runtime, officer, filing_id(runtime, made[name]), area, "Le toca.")
    anulaciones.pedir_anulacion(runtime, officer, filing_id(runtime, made["asked"]), "Está repetido.")
    return made


def filing_id(runtime: Runtime, folio: str) -> UUID:
    """The id of a filing."""
    with runtime.database.reading() as session:
        return session.scalars(select(Filing.id).where(Filing.folio == folio)).one()


def rules(app: Flask) -> list[Rule]:
    """The routes of the desk."""
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/mesa")]


def addresses(app: Flask, runtime: Runtime, folio: str) -> Iterator[tuple[str, str, str]]:
    """Method, endpoint and address of everything there is of one filing."""
    with runtime.database.reading() as session:
        query = select(StoredObject.id).join(Filing, Filing.id == StoredObject.filing_id).where(Filing.folio == folio)
        object_id = session.scalars(query.order_by(StoredObject.id.desc())).first() or 1
    for rule in rules(app):
        if rule.rule in OWN:
            continue
        values = {"folio": folio, "object_id": object_id, "number": 1}
        for act in PAGES if "act" in rule.arguments else ("",):
            given = {name: act if name == "act" else values[name] for name in rule.arguments}
            _, address = rule.build(given) or ("", "")
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, act or str(rule.endpoint), address


def asked(browser: Visitor, method: str, address: str) -> TestResponse:
    """GET, or POST with the protection of a form of the desk and a reason; without the mark of what was seen, so that
    nothing is done."""
    if method == "GET":
        return browser.get(address)
    return browser.post(address, browser.hidden("/mesa") | {"motivo": "Porque sí.", "area": "SP", "paso": "revisar"})


# What each role gets of a filing that it sees, by the word of an act or else by the endpoint.
LOOKING = {"desk_filing.show", "desk_filing.show_pages", "desk_filing.picture", "desk_filing.download"}
ACTS = {"oficial": set(PAGES), "obras": {"responder"}, "auditor": set()}


def test_every_address_of_the_desk_is_known_to_these_tests(app: Flask) -> None:
    others = {rule.rule for rule in rules(app) if "folio" not in rule.arguments}
    assert others == OWN


def test_a_stranger_gets_nothing_but_the_sign_in(app: Flask, runtime: Runtime, folios: dict[str, str]) -> None:
    stranger = Visitor(app)
    everything = [*addresses(app, runtime, folios["mine"]), *addresses(app, runtime, ABSENT)]
    own = [(method, "", rule.rule) for rule in rules(app) if rule.rule in OWN for method in ("GET", "POST")]
    for method, _, address in [*everything, *own]:
        if address == "/mesa/entrar":
            continue
        response = stranger.client.open(address, method=method)
        if response.status_code != 405:
            assert (response.status_code, response.location.split("?")[0]) == (303, "/mesa/entrar"), (method, address)
            assert not any(folio in response.text for folio in folios.values() if method == "POST")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("owner", ["nobody", "mine", "other", "asked"])
def test_each_role_gets_what_is_its_own_and_of_the_rest_nothing_that_tells_it_is_there(
    app: Flask, runtime: Runtime, clerks: dict[str, Clerk], folios: dict[str, str], role: str, owner: str
) -> None:
    browser, folio = clerks[role], folios[owner]
    is_seen = role != "obras" or owner == "mine"
    for (method, what, address), (_, _, nowhere) in zip(
        addresses(app, runtime, folio), addresses(app, runtime, ABSENT), strict=True
    ):
        response, absent = asked(browser, method, address), asked(browser, method, nowhere)
        assert absent.status_code == 404, nowhere
        if is_seen and (what in LOOKING or what in ACTS[role]):
            assert response.status_code in {200, 303, 409, 422}, (method, address)
        else:
            assert response.status_code == 404, (method, address)
            assert _body(response) == _body(absent), (method, address)


def _body(response: TestResponse) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", response.text)


@pytest.mark.parametrize(("role", "status"), [("oficial", 404), ("obras", 404), ("auditor", 200)])
def test_only_the_auditor_reads_the_log(clerks: dict[str, Clerk], role: str, status: int) -> None:
    response = clerks[role].get("/mesa/bitacora")
    assert response.status_code == status
    if status == 404:
        assert "bitácora" not in response.text.lower()


@pytest.mark.parametrize("role", ROLES)
def test_everybody_has_the_inbox_and_their_own_account(clerks: dict[str, Clerk], role: str) -> None:
    assert clerks[role].get("/mesa").status_code == 200
    assert clerks[role].get("/mesa/contrasena").status_code == 200


def test_an_area_sees_in_its_inbox_what_was_turned_to_it(clerks: dict[str, Clerk], folios: dict[str, str]) -> None:
    page = clerks["obras"].get("/mesa").text
    assert folios["mine"] in page
    assert not any(folios[name] in page for name in ("nobody", "other", "asked"))
    for name in ("nobody", "other"):
        found = clerks["obras"].get(f"/mesa?q={folios[name]}")
        assert "No encontramos ningún expediente" in found.text


def test_every_form_of_the_desk_refuses_a_forged_request(
    app: Flask, runtime: Runtime, clerks: dict[str, Clerk], folios: dict[str, str]
) -> None:
    posts = [address for method, _, address in addresses(app, runtime, folios["nobody"]) if method == "POST"]
    posts += [rule.rule for rule in rules(app) if rule.rule in OWN and "POST" in (rule.methods or ())]
    assert len(posts) == len(PAGES) + 3
    for address in posts:
        response = clerks["oficial"].post(address, {"motivo": "Porque sí.", "area": "OB", "paso": "hacer"})
        admitted = 409 if address.endswith(("responder", "confirmar-anulacion", "rechazar-anulacion")) else 400
        assert response.status_code == admitted, address


def test_a_clerk_who_is_ended_is_out_at_the_next_click(runtime: Runtime, app: Flask) -> None:
    gone = clerk(app, runtime, "ruta.ida")
    assert gone.get("/mesa").status_code == 200
    staff_accounts.end(runtime.database, "ruta.ida", who="root", motive="Se fue", now=runtime.clock())
    assert gone.get("/mesa").location.startswith("/mesa/entrar")
