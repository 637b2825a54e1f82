"""The acts of the desk on their pages: reason, check page, what cannot be done now, and what is said of it."""

import itertools
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from oficialia.app import create_app
from oficialia.domain.filing import Acto, Rol
from oficialia.models import Event, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.web.desk_act_pages import PAGES as DESK_PAGES
from oficialia.web.desk_acts import NO_FILE
from tests.support.clerks import Clerk, clerk
from tests.support.office import blank_pdf
from tests.support.reading import Fields, long_sentences
from tests.support.window import OPTIONS, File, Visitor, faults, hidden_fields

pytestmark = pytest.mark.usefixtures("cheap_hashes")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> Flask:
    """The application, once for all."""
    return create_app(runtime, OPTIONS)


@pytest.fixture(scope="module")
def ana(app: Flask, runtime: Runtime) -> Clerk:
    """An officer."""
    return clerk(app, runtime, "acto.ana")


@pytest.fixture(scope="module")
def beto(app: Flask, runtime: Runtime) -> Clerk:
    """Another."""
    return clerk(app, runtime, "acto.beto")


@pytest.fixture(scope="module")
def obras(app: Flask, runtime: Runtime) -> Clerk:
    """Somebody of Obras Públicas."""
    return clerk(app, runtime, "acto.obras", Rol.AREA, "OB")


@pytest.fixture
def answer(tmp_path: Path) -> File:
    """The PDF of an answer."""
    return File(blank_pdf(tmp_path / "respuesta.pdf").read_bytes(), "respuesta.pdf")


@pytest.fixture
def folio(app: Flask, tmp_path: Path) -> str:
    """A filing that asks for the tramite OP-001."""
    page = File(blank_pdf(tmp_path / "escrito.pdf").read_bytes())
    return Visitor(app).filed(destino="tramite:OP-001", forma="pdf", principal=page, asunto=f"Asunto {next(_numbers)}")


def act(who: Clerk, folio: str, slug: str, **values: object) -> TestResponse:
    """Opens the page of an act, fills it and sends it."""
    return who.send(f"/mesa/expedientes/{folio}/{slug}", {"motivo": "Porque sí.", **values})


def go_on(
    who: Clerk, checked: TestResponse, folio: str, slug: str, paso: str = "hacer", **values: object
) -> TestResponse:
    """Sends the check page."""
    return who.post(f"/mesa/expedientes/{folio}/{slug}", hidden_fields(checked.text) | {"paso": paso, **values})


def acts(runtime: Runtime, folio: str) -> list[tuple[str, str, str]]:
    """What happened at the desk: act, by whom, why."""
    query = select(Event).join(Filing, Filing.id == Event.filing_id).where(Filing.folio == folio)
    with runtime.database.reading() as session:
        found = session.scalars(query.order_by(Event.id)).all()
        return [(e.act, e.actor, e.reason) for e in found if e.act not in {Acto.CONSULTA, Acto.INGRESO}]


def next_step(who: Clerk, folio: str) -> str:
    """What the page of the filing says comes next, without tags."""
    page = who.get(f"/mesa/expedientes/{folio}").text
    section = page.split('id="siguiente-titulo">')[1].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


def test_turnar_takes_an_area_and_a_reason(ana: Clerk, obras: Clerk, runtime: Runtime, folio: str) -> None:
    assert "Si está completo, túrnelo al área que lo atiende." in next_step(ana, folio)
    done = act(ana, folio, "turnar", area="OB", motivo="Es alumbrado.\n\nUrge.")
    assert done.location == f"/mesa/expedientes/{folio}?hecho=turnar"
    assert "Lo turnó. Ahora le toca al área responder." in ana.get(done.location).text
    assert acts(runtime, folio) == [("turno", "acto.ana", "Es alumbrado.\n\nUrge.")]
    assert "Se turnó a Obras Públicas" in ana.get(f"/mesa/expedientes/{folio}").text
    assert "Le toca a su área responder: vence en" in next_step(obras, folio)
    assert "Le toca responder a Obras Públicas." in next_step(ana, folio)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"area": ""}, "area", "Elija el área de la lista."),
        ({"area": "NO"}, "area", "Elija el área de la lista."),
        ({"area": "OB", "motivo": "  \n "}, "motivo", "Escriba el motivo."),
        ({"area": "OB", "motivo": "x" * 2001}, "motivo", "Escriba 2,000 caracteres o menos."),
    ],
)
def test_what_is_missing_is_told_beside_its_field_and_nothing_is_done(
    ana: Clerk, runtime: Runtime, folio: str, values: dict[str, str], field: str, sentence: str
) -> None:
    response = act(ana, folio, "turnar", **values)
    assert response.status_code == 422
    assert faults(response) == [sentence]
    assert f'href="#{field}"' in response.text
    assert acts(runtime, folio) == []


def test_prevenir_cites_requirements_and_is_checked_before_it_is_done(ana: Clerk, runtime: Runtime, folio: str) -> None:
    page = ana.get(f"/mesa/expedientes/{folio}/prevenir").text
    first = re.search(r'name="requisitos" value="([^"]+)"', page)
    assert first
    checked = act(ana, folio, "prevenir", requisitos=[first[1]], motivo="Falta su firma.")
    assert checked.status_code == 200
    assert "Una prevención no se retira" in checked.text
    assert "Falta su firma." in checked.text
    assert acts(runtime, folio) == []
    back = go_on(ana, checked, folio, "prevenir", paso="corregir")
    assert f'value="{first[1]}" checked' in back.text
    assert "Falta su firma.</textarea>" in back.text
    done = go_on(ana, checked, folio, "prevenir")
    assert done.status_code == 303
    assert acts(runtime, folio) == [("prevencion", "acto.ana", "Falta su firma.")]
    assert "Se pidió a la persona que lo complete." in next_step(ana, folio)


def test_a_requirement_that_the_cedula_has_not_is_refused_in_words(ana: Clerk, runtime: Runtime, folio: str) -> None:
    checked = act(ana, folio, "prevenir", requisitos=["inventado"])
    refused = go_on(ana, checked, folio, "prevenir")
    assert refused.status_code == 422
    assert faults(refused) == ["Elija solo requisitos de la cédula de este trámite."]
    assert acts(runtime, folio) == []


def test_an_area_answers_with_a_pdf_after_a_check_page(
    ana: Clerk, obras: Clerk, runtime: Runtime, folio: str, answer: File
) -> None:
    act(ana, folio, "turnar", area="OB")
    checked = act(obras, folio, "responder", motivo="Se repara el lunes.")
    assert "Una respuesta entregada no se retira ni se cambia." in checked.text
    assert 'type="file"' in checked.text
    done = go_on(obras, checked, folio, "responder", respuesta=answer)
    assert done.status_code == 303, faults(done)
    assert acts(runtime, folio)[-1] == ("respuesta", "acto.obras", "Se repara el lunes.")
    assert "La respuesta se está sellando." in next_step(obras, folio)
    page = obras.get(f"/mesa/expedientes/{folio}").text
    assert "Respuesta, antes de sellarla" in page
    with runtime.database.reading() as session:
        query = select(StoredObject.id).join(Filing, Filing.id == StoredObject.filing_id)
        number = session.scalars(query.where(Filing.folio == folio, StoredObject.purpose == "respuesta")).one()
    assert obras.get(f"/mesa/expedientes/{folio}/documentos/{number}").data == answer.content
    again = obras.get(f"/mesa/expedientes/{folio}/responder")
    assert again.status_code == 409
    assert "Ya hay una respuesta en camino" in again.text


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (None, 422, NO_FILE),
        (File(b"", "vacio.pdf"), 422, "El archivo está vacío."),
        (File(b"no es", "a.pdf"), 422, "El archivo no es un PDF"),
        (File(b"%PDF-1.7\n", "a.pdf"), 422, "El PDF está dañado"),
    ],
)
def test_what_cannot_be_the_answer_is_refused_and_the_rest_is_kept(
    ana: Clerk, runtime: Runtime, folio: str, sent: File | None, status: int, sentence: str
) -> None:
    act(ana, folio, "turnar", area="OB")
    checked = act(ana, folio, "responder", motivo="Se repara el lunes.")
    refused = go_on(ana, checked, folio, "responder", respuesta=sent)
    assert refused.status_code == status
    assert sentence in faults(refused)[0]
    assert 'href="#respuesta"' in refused.text
    assert "Se repara el lunes." in refused.text
    assert [name for name, _, _ in acts(runtime, folio)] == ["turno"]


def test_annulling_takes_two_people_and_a_check(ana: Clerk, beto: Clerk, runtime: Runtime, folio: str) -> None:
    act(ana, folio, "pedir-anulacion", motivo="Está repetido.")
    assert "Usted pidió anularlo. Otra persona de la oficialía debe confirmarlo." in next_step(ana, folio)
    assert "Está repetido." in next_step(beto, folio)
    mine = act(ana, folio, "confirmar-anulacion")
    refused = go_on(ana, mine, folio, "confirmar-anulacion")
    assert refused.status_code == 409
    assert faults(refused) == ["Usted pidió anular este expediente. Otra persona debe confirmarlo."]
    checked = act(beto, folio, "confirmar-anulacion", motivo="Lo comprobé.")
    assert "Está repetido." in checked.text
    assert "Una anulación no se deshace." in checked.text
    assert go_on(beto, checked, folio, "confirmar-anulacion").status_code == 303
    assert acts(runtime, folio)[-1] == ("anulacion", "acto.beto", "Lo comprobé.")
    assert "Está anulado." in next_step(ana, folio)


def test_an_annulment_can_be_declined_or_taken_back(ana: Clerk, runtime: Runtime, folio: str) -> None:
    act(ana, folio, "pedir-anulacion")
    assert "Retirar la petición" in next_step(ana, folio)
    assert act(ana, folio, "rechazar-anulacion", motivo="Me equivoqué.").status_code == 303
    assert [name for name, _, _ in acts(runtime, folio)] == ["anulacion_pedida", "anulacion_rechazada"]
    assert "Turnar a un área" in next_step(ana, folio)


def test_who_acts_on_what_somebody_else_changed_meanwhile_is_told(
    ana: Clerk, beto: Clerk, runtime: Runtime, folio: str
) -> None:
    place = f"/mesa/expedientes/{folio}/turnar"
    seen_before = beto.hidden(place)
    act(ana, folio, "turnar", area="OB")
    late = beto.post(place, seen_before | {"area": "SP", "motivo": "Es basura."})
    assert late.status_code == 409
    assert faults(late) == ["Este expediente cambió mientras usted lo veía. Ábralo de nuevo antes de decidir."]
    assert len(acts(runtime, folio)) == 1


def test_sending_the_same_form_twice_does_it_once(ana: Clerk, runtime: Runtime, folio: str) -> None:
    place = f"/mesa/expedientes/{folio}/turnar"
    form = ana.hidden(place) | {"area": "OB", "motivo": "Le toca."}
    assert [ana.post(place, form).status_code for _ in range(2)] == [303, 409]
    assert len(acts(runtime, folio)) == 1


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30, None])
def test_a_form_without_its_mark_does_nothing(ana: Clerk, runtime: Runtime, folio: str, seen: str | None) -> None:
    assert act(ana, folio, "turnar", area="OB", visto=seen).status_code == 409
    assert acts(runtime, folio) == []


def test_what_cannot_be_done_now_is_a_page_that_says_why(ana: Clerk, folio: str) -> None:
    page = ana.get(f"/mesa/expedientes/{folio}/responder")
    assert page.status_code == 409
    assert "Ahora no se puede" in page.text
    assert "Turne primero este expediente al área que responde." in page.text
    assert 'href="/mesa"' in page.text


def test_an_act_that_there_is_none_of_is_not_there(ana: Clerk, folio: str) -> None:
    assert ana.get(f"/mesa/expedientes/{folio}/borrar").status_code == 404


PAGES = ("", *(f"/{slug}" for slug in DESK_PAGES))


def pages_of(who: Clerk, folio: str) -> list[str]:
    """Every page of the desk that there is of a filing now, and those of no filing."""
    found = [who.get(f"/mesa/expedientes/{folio}{path}") for path in PAGES]
    found += [who.get(path) for path in ("/mesa", "/mesa?q=nadie", "/mesa?area=DIF", "/mesa/contrasena")]
    return [page.text for page in found if page.status_code in {200, 409}]


def test_pages_of_the_desk_speak_plainly_and_name_their_fields(
    app: Flask, ana: Clerk, beto: Clerk, obras: Clerk, folio: str
) -> None:
    pages = [Visitor(app).get("/mesa/entrar").text, *pages_of(ana, folio), act(ana, folio, "turnar", area="").text]
    first = re.search(r'name="requisitos" value="([^"]+)"', ana.get(f"/mesa/expedientes/{folio}/prevenir").text)
    assert first
    checked = act(ana, folio, "prevenir", requisitos=[first[1]])
    go_on(ana, checked, folio, "prevenir")
    pages += [checked.text, *pages_of(ana, folio)]
    act(ana, folio, "turnar", area="OB")
    pages += [*pages_of(ana, folio), *pages_of(obras, folio), act(obras, folio, "responder").text]
    act(ana, folio, "pedir-anulacion")
    pages += [*pages_of(ana, folio), *pages_of(beto, folio), *pages_of(obras, folio)]
    checked = act(beto, folio, "confirmar-anulacion")
    go_on(beto, checked, folio, "confirmar-anulacion")
    pages += [checked.text, *pages_of(ana, folio)]
    for page in pages:
        assert long_sentences(page) == []
        read = Fields()
        read.feed(page)
        assert [name for name in read.fields if name not in read.labels] == []
        assert len(read.ids) == len(set(read.ids))
        named = {name for names in re.findall(r'aria-describedby="([^"]+)"', page) for name in names.split()}
        assert named <= set(read.ids)
