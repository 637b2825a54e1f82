"""Headers, cookies, protection of every form, throttles, and a log that tells no one's business."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from oficialia.app import create_app
from oficialia.runtime import Runtime
from oficialia.web.context import WebOptions
from oficialia.web.security import POLICY
from tests.support.processes import unanswering
from tests.support.window import File, Visitor, petition
from tests.support.wizardry import Citizen

TEMPLATES = sorted((Path(__file__).parents[3] / "oficialia/templates").glob("*.html"))
PAGES = [
    "/",
    "/presentar/en-una-pagina",
    "/seguimiento",
    "/verificar",
    "/tramites",
    "/aviso-de-privacidad",
    "/certificados",
    "/confianza",
    "/api",
    "/nada",
    "/v/AAAA",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_to_itself(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in headers


def test_the_policy_allows_nothing_inline() -> None:
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_script_or_style(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=|javascript:", source)


def test_over_https_the_cookie_is_locked_and_the_browser_stays(runtime: Runtime, options: WebOptions) -> None:
    response = Visitor(create_app(runtime, replace(options, https=True))).get("/presentar/en-una-pagina")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-oficialia=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]


def test_static_files_are_cached_by_their_content(visitor: Visitor) -> None:
    address = re.search(r'href="(/static/site.css[^"]+)"', visitor.get("/").text)
    assert address
    assert "immutable" in visitor.get(address[1]).headers["Cache-Control"]
    assert "immutable" not in visitor.get("/static/site.css").headers["Cache-Control"]


def test_every_route_that_changes_something_refuses_a_forged_request(app: Flask, visitor: Visitor) -> None:
    folio = visitor.filed(correo="a@b.mx")
    posts = [rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    posts = [rule for rule in posts if not rule.startswith("/mesa")]  # those are walked with somebody signed in
    posts.remove("/api/v1/verificaciones")  # changes nothing, and looks at no cookie
    assert len(posts) == 34
    citizen = Citizen(visitor)
    citizen.answers_all()
    more = "/presentar/quien/mas"  # there is nothing more to say for who files alone
    for rule in [*(rule for rule in posts if rule != more), more]:
        if rule == more:
            citizen.answered("/presentar/quien", como="varios")
        path = re.sub(r"<[^>]*number>", "1", rule.replace("<folio>", folio))
        response = visitor.post(path, petition() | {"documento": File(b"x")})
        assert response.status_code == 400, rule


def test_redirections_stay_on_this_site(visitor: Visitor) -> None:
    response = visitor.client.get("/presentado/OP-1/../..//evil.example", headers={"Host": "evil.example"})
    assert "evil.example" not in response.headers.get("Location", "")


def test_too_many_filings_of_one_address_wait(runtime: Runtime, options: WebOptions) -> None:
    visitor = Visitor(create_app(runtime, replace(options, throttle="2 per minute")))
    statuses = [visitor.send("/presentar/en-una-pagina", {}).status_code for _ in range(3)]
    assert statuses == [422, 422, 429]
    response = visitor.send("/presentar/en-una-pagina", {})
    assert int(response.headers["Retry-After"]) > 0
    assert "Hubo demasiados intentos" in response.text
    assert "Pulse «Atrás»" in response.text
    assert "Pulse «Atrás»" not in visitor.get("/nada").text


def test_claves_are_throttled_apart(runtime: Runtime, options: WebOptions) -> None:
    visitor = Visitor(create_app(runtime, replace(options, throttle="2 per minute")))
    tried = {"folio": "OP-2026-000001-P", "clave": "AAAA"}
    assert [visitor.send("/seguimiento", tried).status_code for _ in range(2)] == [404, 429]
    assert visitor.send("/presentar/en-una-pagina", {}).status_code == 422


def test_a_dead_counter_does_not_close_the_window(runtime: Runtime, options: WebOptions) -> None:
    visitor = Visitor(create_app(runtime, replace(options, redis_url="redis://127.0.0.1:1/0", throttle="1 per minute")))
    assert [visitor.send("/presentar/en-una-pagina", {}).status_code for _ in range(2)] == [422, 429]


def test_a_counter_that_hangs_under_many_at_once_closes_the_window_to_none(
    runtime: Runtime, options: WebOptions
) -> None:
    with unanswering() as port:
        app = create_app(runtime, replace(options, redis_url=f"redis://127.0.0.1:{port}/0"))
        with ThreadPoolExecutor(12) as pool:
            answers = list(
                pool.map(lambda _: app.test_client().post("/presentar/en-una-pagina").status_code, range(12))
            )
    assert answers == [400] * 12


def test_counters_are_shared_through_valkey(runtime: Runtime, options: WebOptions, valkey: str) -> None:
    narrow = replace(options, redis_url=valkey, throttle="1 per minute")
    first, second = (Visitor(create_app(runtime, narrow)) for _ in range(2))
    assert first.send("/presentar/en-una-pagina", {}).status_code == 422
    assert second.send("/presentar/en-una-pagina", {}).status_code == 429


@pytest.mark.parametrize(("proxies", "counted"), [(0, 429), (1, 422)])
def test_a_forwarded_address_is_believed_only_by_setting(
    runtime: Runtime, options: WebOptions, proxies: int, counted: int
) -> None:
    visitor = Visitor(create_app(runtime, replace(options, proxies=proxies, throttle="1 per minute")))
    for address, expected in (("203.0.113.1", 422), ("203.0.113.2", counted)):
        response = visitor.client.post("/presentar/en-una-pagina", headers={"X-Forwarded-For": address})
        assert response.status_code in {expected, 400 if expected == 422 else expected}


def test_the_log_has_routes_and_no_codes_nor_people(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        folio = visitor.filed(nombre="Persona Irrepetible")
        visitor.get(f"/presentado/{folio}")
        visitor.get("/v/QQQQ-QQQQ-QQQQ-QQQQ")
        visitor.send("/seguimiento", {"folio": folio, "clave": "ZZZZ-ZZZZ"})
    assert "GET /v/<codigo> 404" in caplog.text
    assert not any(word in caplog.text for word in ("QQQQ", "ZZZZ", folio, "Irrepetible", "127.0.0.1"))


@pytest.mark.parametrize(
    ("file", "code"),
    [(File(b"no es un PDF"), "tipo_no_admitido"), (File(b"%PDF-1.7\n"), "ilegible"), (File(b""), "vacio")],
)
def test_the_log_has_the_code_of_a_refusal(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, file: File, code: str
) -> None:
    caplog.set_level(logging.INFO)
    assert visitor.file(forma="pdf", principal=file).status_code == 422
    told = [record.fields for record in caplog.records if "refused" in record.message]  # type: ignore[attr-defined]
    assert told == [{"status": 422, "code": code}]


def test_the_log_has_what_inspection_observed_of_a_file(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    visitor.filed()
    [told] = [record.fields for record in caplog.records if "inspected" in record.message]  # type: ignore[attr-defined]
    assert told == {"media_type": "application/pdf", "pages": 1, "signatures": 0, "flags": ""}


def test_what_nobody_foresaw_is_a_page_and_tells_the_log_the_route_only(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/falla/<codigo>")
    def fail(codigo: str) -> str:
        raise RuntimeError

    response = Visitor(app).get("/falla/QQQQ")
    assert response.status_code == 500
    assert "falla de nuestra parte" in response.text
    assert "RuntimeError in /falla/<codigo>" in caplog.text
