"""Pages speak plainly: short sentences, every field with its label, nothing too heavy for a cheap phone."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from oficialia.app import create_app
from oficialia.runtime import Runtime
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion
from oficialia.services.prevenciones import prevenir
from oficialia.services.turnos import turnar
from oficialia.web.context import WebOptions
from tests.support.desk import ANA, BETO
from tests.support.reading import Fields, long_sentences
from tests.support.window import Visitor

ROOT = Path(__file__).parents[3] / "oficialia"
PAGES = [
    "/",
    "/presentar/en-una-pagina",
    "/seguimiento",
    "/verificar",
    "/tramites/SA-001",
    "/nada",
    "/v/AAAA",
    "/hasta-luego",
    "/confianza",
    "/api",
]


@pytest.mark.parametrize("path", PAGES)
def test_sentences_have_at_most_twenty_words(visitor: Visitor, path: str) -> None:
    assert long_sentences(visitor.get(path).text) == []


def test_so_have_those_that_tell_of_the_desk(visitor: Visitor, runtime: Runtime) -> None:
    folio = visitor.filed()
    with visitor.client.session_transaction() as session:
        filing_id = UUID(hex=session["expedientes"][folio][0])
    turnar(runtime, ANA, filing_id, "OB", "Va.")
    prevenir(runtime, ANA, filing_id, [], "Diga en qué calle.")
    assert long_sentences(visitor.get(f"/seguimiento/{folio}").text) == []
    pedir_anulacion(runtime, ANA, filing_id, "Se presentó dos veces.")
    confirmar_anulacion(runtime, BETO, filing_id, "Son iguales.")
    for path in (f"/seguimiento/{folio}", f"/v/{runtime.codes.verification(filing_id)}"):
        assert long_sentences(visitor.get(path).text) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label_and_every_id_is_one(visitor: Visitor, path: str) -> None:
    page = Fields()
    page.feed(visitor.get(path).text)
    assert [name for name in page.fields if name not in page.labels] == []
    assert len(page.ids) == len(set(page.ids))


def test_all_that_is_said_lies_within_a_landmark(runtime: Runtime, options: WebOptions) -> None:
    body = Visitor(create_app(runtime, replace(options, demo=True))).get("/").text.split("<body>")[1]
    outside = re.sub(r"<(header|main|footer|aside)\b.*?</\1>", "", body, flags=re.DOTALL)
    assert re.sub(r"<[^>]+>", "", outside).split() == ["Ir", "al", "contenido"]  # leads to one


def test_described_by_points_at_something(visitor: Visitor) -> None:
    for text in (visitor.get("/presentar/en-una-pagina").text, visitor.send("/presentar/en-una-pagina", {}).text):
        page = Fields()
        page.feed(text)
        named = {name for names in re.findall(r'aria-describedby="([^"]+)"', text) for name in names.split()}
        assert named - set(page.ids) == set()


def test_the_first_page_is_light(visitor: Visitor) -> None:
    static = sum((ROOT / "static" / name).stat().st_size for name in ("site.css", "hecho/site.js", "emblema.svg"))
    for path in ("/", "/presentar/en-una-pagina"):
        assert len(visitor.get(path).data) + static <= 102_400


def test_style_and_script_stay_small() -> None:
    assert (ROOT / "static/site.css").stat().st_size <= 20_480
    assert (ROOT / "static/hecho/site.js").stat().st_size <= 10_240
    assert (ROOT / "static/veredicto.css").stat().st_size <= 5_120
    assert (ROOT / "static/envios.css").stat().st_size <= 5_120
    assert (ROOT / "static/hecho/envios.js").stat().st_size <= 10_240
    assert (ROOT / "static/hecho/verificar.js").stat().st_size <= 5_120


def test_every_template_is_used() -> None:
    folder = ROOT / "templates"
    text = "".join(path.read_text() for path in (*(ROOT / "web").glob("*.py"), *folder.rglob("*.html")))
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.html")]
    assert [name for name in names if f'"{name}"' not in text] == []


def test_a_company_is_told_apart_nowhere_by_the_wrong_word(visitor: Visitor) -> None:
    """Pages say "persona que presenta" and the like; the word of the acuse stays in the acuse."""
    assert all("promovente" not in visitor.get(path).text.lower() for path in PAGES)
