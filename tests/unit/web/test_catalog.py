"""The published catalogue as people meet it: found by their words, and told before the work begins."""

from html import unescape

from tests.support.reading import Fields, long_sentences
from tests.support.window import Visitor

PATHS = ("/tramites", "/tramites?buscar=bache", "/tramites?buscar=xyzzy", "/tramites/DU-004", "/aviso-de-privacidad")


def test_a_search_leads_to_the_tramite_and_names_an_area(visitor: Visitor) -> None:
    found = (
        unescape(visitor.get("/tramites?buscar=b%C3%A1ches").text).split('id="encontrados"')[1].split("</section>")[0]
    )
    assert 'href="/tramites/OB-001"' in found
    assert "Obras Públicas" in found


def test_what_was_searched_comes_back_as_it_was_typed_and_nothing_of_it_is_markup(visitor: Visitor) -> None:
    page = visitor.get("/tramites?buscar=%22%3E%3Cscript%3Ealert(1)").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "No encontramos un trámite" in page


def test_odd_searches_are_answered(visitor: Visitor) -> None:
    for query in ("%00", "%FF%FE", "a" * 3000, "%F0%9F%8C%B3", "+", "", "buscar=uno"):
        assert visitor.get(f"/tramites?buscar={query}").status_code == 200


def test_a_tramite_tells_what_each_requirement_is_and_how_it_is_signed(visitor: Visitor) -> None:
    page = unescape(visitor.get("/tramites/SA-001").text)
    assert "Recibo de agua, luz, predial o teléfono" in page
    assert "nivel N1" in page
    assert "Se expide a nombre de usted" in page


def test_the_privacy_notice_leads_to_the_request_about_ones_own_data(visitor: Visitor) -> None:
    page = visitor.get("/aviso-de-privacidad").text
    assert "tramite=UT-001" in page
    assert visitor.get("/tramites/UT-001").status_code == 200


def test_the_catalogue_speaks_plainly(visitor: Visitor) -> None:
    for path in PATHS:
        text = visitor.get(path).text
        page = Fields()
        page.feed(text)
        assert [name for name in page.fields if name not in page.labels] == [], path
        assert len(page.ids) == len(set(page.ids)), path
        if path != "/aviso-de-privacidad":
            assert long_sentences(text) == [], path


def test_every_page_of_a_tramite_has_sentences_of_at_most_twenty_words(visitor: Visitor) -> None:
    index = visitor.get("/tramites").text
    for clave in {part.split('"')[0] for part in index.split('href="/tramites/')[1:]}:
        assert long_sentences(visitor.get(f"/tramites/{clave}").text) == [], clave
