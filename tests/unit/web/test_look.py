"""The town's colours and coat of arms on the pages."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from oficialia.app import create_app
from oficialia.domain import coat_of_arms
from oficialia.domain.look import Look
from oficialia.runtime import Runtime
from oficialia.web.context import WebOptions
from tests.support.window import Visitor

ARMS = coat_of_arms.read(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>')


@pytest.fixture
def town(runtime: Runtime, options: WebOptions) -> Visitor:
    """A visitor of an office with colours and a coat of arms of its own."""
    return Visitor(create_app(runtime, replace(options, look=Look("#6e1a34", "#c9a227", ARMS))))


def test_the_neutral_look_is_one_sheet_and_one_emblem(visitor: Visitor) -> None:
    page = visitor.get("/").text
    assert "/identidad/colores.css" not in page
    assert '<meta name="theme-color" content="#123c4a">' in page
    emblem = (Path(__file__).parents[3] / "oficialia/static/emblema.svg").read_bytes()
    assert visitor.get("/identidad/emblema").data == emblem


def test_the_look_of_the_town_is_on_every_page_and_kept_by_the_browser(town: Visitor) -> None:
    for path in ("/", "/nada", "/mesa/entrar"):
        page = town.get(path).text
        assert '<meta name="theme-color" content="#6e1a34">' in page
        assert page.index("site.css") < page.index("/identidad/colores.css")
        for address in re.findall(r'(/identidad/[^"]+)"', page):
            assert "immutable" in town.get(address).headers["Cache-Control"]
    assert "--tono:#6e1a34" in town.get("/identidad/colores.css").text


def test_the_coat_of_arms_is_ours_to_serve_and_does_nothing_even_when_opened_alone(town: Visitor) -> None:
    response = town.get("/identidad/emblema")
    assert response.data == ARMS.content
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert re.search(r'<link rel="icon" href="/identidad/emblema\?v=\w{12}" type="image/svg\+xml">', town.get("/").text)
