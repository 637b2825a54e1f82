"""Getting into the desk and out of it: pages, cookies, and what a stranger learns."""

import itertools
import logging
import re
from dataclasses import replace

import pytest
from flask import Flask

from oficialia.app import create_app
from oficialia.runtime import Runtime
from oficialia.services import staff_accounts
from oficialia.web.context import WebOptions
from tests.support.clerks import PASSWORD, Clerk, attempt, clerk, hire
from tests.support.window import Visitor, faults, hidden_fields

pytestmark = pytest.mark.usefixtures("cheap_hashes")
_numbers = itertools.count(1)


@pytest.fixture
def username() -> str:
    return f"entrada{next(_numbers)}"


@pytest.fixture
def ana(app: Flask, runtime: Runtime, username: str) -> Clerk:
    """Somebody who is signed in."""
    return clerk(app, runtime, username)


def cookies(browser: Visitor) -> dict[str, str]:
    """What the browser holds, by name."""
    return {cookie.key: cookie.value for cookie in browser.client._cookies.values()}  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/mesa", "/mesa/bitacora", "/mesa/expedientes/OP-2026-000001-P"])
def test_a_stranger_goes_to_the_sign_in_and_then_on(app: Flask, runtime: Runtime, username: str, path: str) -> None:
    stranger = Visitor(app)
    response = stranger.get(path)
    assert (response.status_code, response.location.split("?")[0]) == (303, "/mesa/entrar")
    issued = hire(runtime, username)
    typed = attempt(runtime, issued)
    values = {"usuario": typed.username, "contrasena": typed.password, "codigo": typed.code}
    assert stranger.send("/mesa/entrar", values, page=response.location).location == path


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/mesa//evil",
        "/mesa/\\evil",
        "/presentar/en-una-pagina",
        "/mesa/../x",
        "/mesa?q=ana",
    ],
)
def test_nobody_is_sent_out_of_the_desk_by_signing_in(app: Flask, runtime: Runtime, username: str, wanted: str) -> None:
    typed = attempt(runtime, hire(runtime, username))
    values = {"usuario": typed.username, "contrasena": typed.password, "codigo": typed.code, "siguiente": wanted}
    assert Visitor(app).send("/mesa/entrar", values).location == "/mesa"


def test_who_is_signed_in_is_not_asked_again(ana: Clerk) -> None:
    assert ana.entered.location == "/mesa"
    assert ana.get("/mesa/entrar").location == "/mesa"
    assert "Persona" in ana.get("/mesa").text


def test_an_unknown_name_and_a_wrong_password_look_the_same(app: Flask, runtime: Runtime, username: str) -> None:
    hire(runtime, username)
    pages = []
    for name in (username, "x" * len(username)):
        response = Visitor(app).send("/mesa/entrar", {"usuario": name, "contrasena": "a", "codigo": "123456"})
        assert response.status_code == 422
        pages.append(re.sub(r'value="[^"]*"', "", response.text))
    assert pages[0] == pages[1]
    assert "El usuario, la contraseña o el código no corresponden." in pages[0]


def test_neither_password_nor_code_is_typed_back(app: Flask, username: str) -> None:
    page = Visitor(app).send("/mesa/entrar", {"usuario": username, "contrasena": "SECRETA", "codigo": "987654"}).text
    assert username in page
    assert "SECRETA" not in page
    assert "987654" not in page


@pytest.mark.parametrize("empty", ["usuario", "contrasena", "codigo"])
def test_what_is_missing_is_told_beside_its_field(app: Flask, empty: str) -> None:
    values = {"usuario": "ana", "contrasena": "a", "codigo": "1"} | {empty: ""}
    response = Visitor(app).send("/mesa/entrar", values)
    assert response.status_code == 422
    assert f'href="#{empty}"' in response.text


def test_who_fails_too_often_waits_even_with_the_broker_down(
    runtime: Runtime, options: WebOptions, username: str
) -> None:
    app = create_app(runtime, replace(options, redis_url="redis://127.0.0.1:1/0"))
    browser, values = Visitor(app), {"usuario": username, "contrasena": "a", "codigo": "1"}
    statuses = [browser.send("/mesa/entrar", values).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    response = browser.send("/mesa/entrar", values)
    assert int(response.headers["Retry-After"]) >= 1
    assert "Espere" in faults(response)[0]


def test_the_cookie_is_locked_and_ends_with_the_browser(runtime: Runtime, options: WebOptions, username: str) -> None:
    app = create_app(runtime, replace(options, https=True))
    app.config["PREFERRED_URL_SCHEME"] = "https"
    issued = hire(runtime, username)
    browser = Visitor(app)
    typed = attempt(runtime, issued)
    page = browser.client.get("/mesa/entrar", base_url="https://localhost")
    data = hidden_fields(page.text) | {"usuario": username, "contrasena": PASSWORD, "codigo": typed.code}
    headers = {"Referer": "https://localhost/mesa/entrar"}
    response = browser.client.post("/mesa/entrar", data=data, base_url="https://localhost", headers=headers)
    [cookie] = [each for each in response.headers.getlist("Set-Cookie") if "mesa" in each]
    assert cookie.startswith("__Host-oficialia-mesa=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert not any(word in cookie for word in ("Domain", "Max-Age", "Expires"))


def test_each_sign_in_has_a_token_of_its_own_and_ends_the_one_before(ana: Clerk) -> None:
    before = cookies(ana)["oficialia-mesa"]
    ana.client.delete_cookie("oficialia-mesa")
    other = Visitor(ana.app)
    other.client.set_cookie("oficialia-mesa", before)
    assert other.get("/mesa").status_code == 200
    other.client.set_cookie("oficialia-mesa", "inventado")  # a token that somebody else put there
    typed = attempt(ana.runtime, ana.issued)
    values = {"usuario": typed.username, "contrasena": typed.password, "codigo": typed.code}
    assert other.send("/mesa/entrar", values).status_code == 303
    assert cookies(other)["oficialia-mesa"] not in {before, "inventado"}


def test_a_form_from_before_the_sign_in_is_of_no_more_use(app: Flask, runtime: Runtime, username: str) -> None:
    browser = Visitor(app)
    old = browser.hidden("/mesa/entrar")
    typed = attempt(runtime, hire(runtime, username))
    values = {"usuario": typed.username, "contrasena": typed.password, "codigo": typed.code}
    assert browser.post("/mesa/entrar", old | values).status_code == 303
    assert browser.post("/mesa/salir", old).status_code == 400
    assert browser.send("/mesa/salir", {}, page="/mesa").status_code == 303


def test_signing_out_ends_the_session_on_the_server(ana: Clerk) -> None:
    token = cookies(ana)["oficialia-mesa"]
    response = ana.send("/mesa/salir", {}, page="/mesa")
    assert response.location == "/mesa/entrar?salio=1"
    assert "oficialia-mesa" not in cookies(ana)
    assert "Cerramos su sesión" in ana.get(response.location).text
    thief = Visitor(ana.app)
    thief.client.set_cookie("oficialia-mesa", token)
    assert thief.get("/mesa").status_code == 303


def test_the_promovente_in_the_same_browser_is_somebody_else(ana: Clerk) -> None:
    folio = ana.filed()
    assert ana.get(f"/presentado/{folio}").status_code == 200
    assert ana.send("/mesa/salir", {}, page="/mesa").status_code == 303
    assert ana.get(f"/presentado/{folio}").status_code == 200
    assert ana.enter().status_code == 303
    assert ana.send("/salir", {}, page="/seguimiento").status_code == 303
    assert ana.get(f"/presentado/{folio}").status_code == 404
    assert ana.get("/mesa").status_code == 200


def test_a_generated_password_is_changed_before_anything_else(app: Flask, runtime: Runtime, username: str) -> None:
    hire(runtime, username)
    again = staff_accounts.reset(
        runtime.database, username, password="", who="root", motive="La olvidó", now=runtime.clock()
    )
    new = Clerk(app, runtime=runtime, issued=again)
    for path in ("/mesa", "/mesa/expedientes/OP-2026-000001-P", "/mesa/bitacora"):
        assert new.get(path).location == "/mesa/contrasena", path
    values = {"actual": again.password, "nueva": "otra frase mucho mejor", "otra_vez": "otra frase mucho mejor"}
    wrong = new.send("/mesa/contrasena", values | {"otra_vez": "no es la misma frase"})
    assert faults(wrong) == ["Las dos contraseñas nuevas no son iguales. Escríbalas otra vez."]
    done = new.send("/mesa/contrasena", values)
    assert done.status_code == 303
    assert "Su contraseña cambió" in new.get(done.location).text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"actual": "equivocada"}, "La contraseña actual no es esa"),
        ({"nueva": "corta", "otra_vez": "corta"}, "12 caracteres o más"),
        ({"nueva": PASSWORD, "otra_vez": PASSWORD}, "igual a la actual"),
        ({"nueva": ""}, "Escriba la contraseña nueva"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_why(ana: Clerk, values: dict[str, str], sentence: str) -> None:
    good = {"actual": PASSWORD, "nueva": "otra frase mucho mejor", "otra_vez": "otra frase mucho mejor"}
    response = ana.send("/mesa/contrasena", good | values)
    assert response.status_code == 422
    assert sentence in faults(response)[0]
    assert not any(f'value="{typed}"' in response.text for typed in (good | values).values() if typed)


def test_nothing_of_the_desk_is_kept_by_a_browser(ana: Clerk) -> None:
    for path in ("/mesa", "/mesa/contrasena", "/mesa/nada", "/mesa/expedientes/OP-2026-000001-P"):
        assert "no-store" in ana.get(path).headers["Cache-Control"], path
    assert "no-store" in Visitor(ana.app).get("/mesa/entrar").headers["Cache-Control"]


def test_the_log_names_nobody_who_signs_in(ana: Clerk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ana.send("/mesa/salir", {}, page="/mesa")
        ana.enter(contrasena="equivocada-irrepetible")
        ana.enter()
    assert "POST /mesa/entrar 422" in caplog.text
    assert not any(word in caplog.text for word in (ana.issued.username, PASSWORD, "irrepetible"))
