"""The wizard without JavaScript: one thing a page, nothing lost on the way, and one folio at the end."""

from dataclasses import replace

import pytest
from flask import Flask

from oficialia.domain.codes import digest
from oficialia.domain.parties import MOST_PROMOVENTES
from oficialia.drafts.store import DraftStore
from oficialia.models import Filing
from oficialia.runtime import Runtime
from oficialia.web import privacy
from storage.bucket import Bucket
from tests.support.window import FOLIO, KEY, Visitor, faults
from tests.support.wizardry import ANSWERS, DECLARED, REVIEW, Citizen


@pytest.fixture
def citizen(visitor: Visitor) -> Citizen:
    """Who files."""
    return Citizen(visitor)


def filing(runtime: Runtime, folio: str) -> Filing:
    with runtime.database.reading() as session:
        found = session.query(Filing).filter_by(folio=folio).one()
        assert found.parties
        session.expunge_all()
        return found


def test_answering_every_page_leads_to_the_review_and_from_there_to_the_folio(citizen: Citizen) -> None:
    assert citizen.answers_all() == REVIEW
    page = citizen.visitor.get(REVIEW).text
    for said in ("María Peña Núñez", "Bache en la calle Hidalgo", "Pido que lo reparen.", "Obras Públicas"):
        assert said in page
    shown = citizen.visitor.get(f"/presentado/{citizen.filed()}").text
    assert FOLIO.search(shown)
    assert KEY.search(shown)


def test_nothing_is_filed_before_the_review_is_sent(citizen: Citizen, runtime: Runtime) -> None:
    with runtime.database.reading() as session:
        before = session.query(Filing).count()
    citizen.answers_all()
    citizen.visitor.get(REVIEW)
    with runtime.database.reading() as session:
        assert session.query(Filing).count() == before


@pytest.mark.parametrize(
    ("path", "changes", "sentence"),
    [
        ("/presentar", {"destino": ""}, "Elija una opción, o busque con otras palabras."),
        ("/presentar", {"destino": "area:NADA"}, "Elija una opción de la lista."),
        ("/presentar/quien", {"persona": ""}, "Elija si presenta una persona o una empresa u organización."),
        ("/presentar/quien", {"nombre": " "}, "Escriba el nombre de quien presenta."),
        ("/presentar/quien", {"como": "otro"}, "Elija cómo presenta su escrito."),
        ("/presentar/quien", {"curp": "X"}, "Revise la CURP"),
        ("/presentar/escrito", {"asunto": ""}, "Escriba el asunto"),
        ("/presentar/escrito", {"asunto": "a|b"}, "Quite la barra vertical"),
        ("/presentar/escrito", {"forma": ""}, "Elija cómo entrega su escrito"),
        ("/presentar/escrito", {"folio_previo": "12"}, "Revise el folio anterior"),
        ("/presentar/escrito/contenido", {"peticion": ""}, "Escriba su petición"),
        ("/presentar/firma", {"nivel": ""}, "Elija cómo firma su escrito."),
        ("/presentar/firma", {"nivel": "n1"}, "imprímala, fírmela y súbala"),
        ("/presentar/firma", {"nivel": "n2"}, "no trae ninguna firma electrónica"),
        ("/presentar/aviso", {"correo": "a@b"}, "Revise el correo"),
        ("/presentar/aviso", {"telefono": "abc"}, "Revise el teléfono"),
        (REVIEW, {"privacidad": "1"}, "Marque la declaración"),
        (REVIEW, {"declaracion": "1"}, "Confirme que leyó el aviso de privacidad."),
        (REVIEW, {**DECLARED, "privacidad_version": "2020-01-01"}, "El aviso de privacidad cambió."),
    ],
)
def test_each_fault_of_a_page_is_told_beside_its_field_and_keeps_what_was_typed(
    citizen: Citizen, path: str, changes: dict[str, str], sentence: str
) -> None:
    citizen.answers_all()
    response = citizen.answer(path, **changes)
    assert response.status_code == 422
    assert any(sentence in fault for fault in faults(response)), faults(response)
    assert "Error: " in response.text
    kept = [value for name, value in ANSWERS.get(path, {}).items() if name not in changes]
    assert all(value.splitlines()[0] in response.text for value in kept if value)


def test_a_page_without_its_protection_is_refused(citizen: Citizen) -> None:
    citizen.answers_all()
    for path in [*ANSWERS, REVIEW]:
        assert citizen.visitor.post(path, ANSWERS.get(path, DECLARED)).status_code == 400, path


def test_every_page_shows_again_what_it_was_answered(citizen: Citizen) -> None:
    citizen.answers_all(aviso={"correo": "maria@correo.mx", "telefono": "55 1234 5678", "buzon": "1"})
    for path, said in (
        ("/presentar/quien", "María Peña Núñez"),
        ("/presentar/escrito", "Bache en la calle Hidalgo"),
        ("/presentar/escrito/contenido", "Pido que lo reparen."),
        ("/presentar/aviso", "maria@correo.mx"),
    ):
        assert said in citizen.visitor.get(path).text


def test_a_change_from_the_review_comes_back_to_it(citizen: Citizen) -> None:
    citizen.answers_all()
    assert citizen.answered("/presentar/aviso", correo="maria@correo.mx") == REVIEW
    assert "maria@correo.mx" in citizen.visitor.get(REVIEW).text


def test_the_list_of_tasks_says_what_is_left_and_leads_there(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    page = citizen.visitor.get("/presentar/pasos").text
    assert page.count(">Falta<") == 5
    assert page.count(">Listo<") == 1
    citizen.answered("/presentar/quien")
    assert citizen.visitor.get("/presentar/pasos").text.count(">Listo<") == 2


def test_the_review_is_not_to_be_had_before_everything_is_answered(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    assert citizen.visitor.get(REVIEW).location == "/presentar/pasos"
    assert citizen.visitor.send(REVIEW, DECLARED, page="/presentar/pasos").location == "/presentar/pasos"


def test_without_a_draft_every_page_leads_to_the_first(citizen: Citizen) -> None:
    for path in (*list(ANSWERS)[1:], REVIEW, "/presentar/pasos", "/presentar/que", "/presentar/quien/mas"):
        assert citizen.visitor.get(path).location == "/presentar", path


def test_who_leaves_a_borrowed_computer_leaves_no_draft_open(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    citizen.answered("/presentar/quien")
    page = citizen.visitor.get("/presentar/pasos").text
    code = page.split('id="codigo">')[1].split("<")[0]
    assert 'action="/salir"' in page
    citizen.visitor.send("/salir", {}, page="/presentar/pasos")
    assert citizen.visitor.get("/presentar/quien").location == "/presentar"
    citizen.visitor.send("/borrador", {"codigo": code})
    assert "María Peña Núñez" in citizen.visitor.get("/presentar/quien").text


def test_saving_for_later_shows_the_code_which_opens_the_draft_in_another_browser(
    citizen: Citizen, app: Flask, runtime: Runtime
) -> None:
    citizen.answered("/presentar")
    assert citizen.answered("/presentar/quien", despues="1") == "/presentar/pasos#guardado"
    shown = citizen.visitor.get("/presentar/pasos").text
    code = shown.split('id="codigo">')[1].split("<")[0]
    other = Citizen(Visitor(app))
    assert other.visitor.send("/borrador", {"codigo": code}).location == "/presentar/pasos"
    assert "María Peña Núñez" in other.visitor.get("/presentar/quien").text


def test_a_double_tap_and_another_browser_give_one_folio(citizen: Citizen, app: Flask) -> None:
    citizen.answers_all()
    code = citizen.visitor.get("/presentar/pasos").text.split('id="codigo">')[1].split("<")[0]
    other = Citizen(Visitor(app))
    other.visitor.send("/borrador", {"codigo": code})
    token = {**other.visitor.hidden(REVIEW), **DECLARED}
    folio = citizen.filed()
    assert folio in str(other.visitor.post(REVIEW, token).location)
    assert folio in str(other.visitor.send("/borrador", {"codigo": code}).location)


def test_nothing_is_filed_but_what_the_page_showed(citizen: Citizen, app: Flask) -> None:
    citizen.answers_all()
    shown = {**citizen.visitor.hidden(REVIEW), **DECLARED}
    code = citizen.visitor.get("/presentar/pasos").text.split('id="codigo">')[1].split("<")[0]
    other = Citizen(Visitor(app))
    other.visitor.send("/borrador", {"codigo": code})
    other.answered("/presentar/escrito/contenido", peticion="Me desisto de todo.")
    refused = citizen.visitor.post(REVIEW, shown)
    assert refused.status_code == 409
    assert faults(refused) == [
        "Su escrito cambió después de que abrió esta página. Léalo otra vez y, si está bien, declare y presente."
    ]
    assert "Me desisto de todo." in refused.text
    assert " checked" not in refused.text
    other.answered("/presentar/escrito/contenido")
    assert FOLIO.search(str(citizen.visitor.post(REVIEW, shown).location))


def test_what_was_filed_just_before_the_power_went_has_its_folio_still(
    citizen: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen.answers_all()
    hidden = {**citizen.visitor.hidden(REVIEW), **DECLARED}
    code = citizen.visitor.get("/presentar/pasos").text.split('id="codigo">')[1].split("<")[0]
    with monkeypatch.context() as power_cut:
        power_cut.setattr(DraftStore, "close", _gone)
        with pytest.raises(KeyboardInterrupt):
            citizen.visitor.post(REVIEW, hidden)
    again = citizen.visitor.post(REVIEW, hidden)
    assert "repetido=1" in str(again.location)
    assert citizen.visitor.send("/borrador", {"codigo": code}).location == str(again.location).split("?")[0]


def test_what_was_filed_before_the_power_went_and_changed_then_is_told_its_folio(
    citizen: Citizen, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen.answers_all()
    with monkeypatch.context() as power_cut:
        power_cut.setattr(DraftStore, "close", _gone)
        with pytest.raises(KeyboardInterrupt):
            citizen.files()
    citizen.answered("/presentar/escrito/contenido", peticion="Pido otra cosa.")
    told = citizen.files()
    folio = FOLIO.search(faults(told)[0])
    assert (told.status_code, bool(folio)) == (409, True)
    assert folio
    assert "Pido otra cosa." in told.text
    assert citizen.visitor.get(f"/seguimiento/{folio[0]}").status_code == 200
    with runtime.database.reading() as session:
        assert session.query(Filing).filter_by(folio=folio[0]).count() == 1


def test_the_folio_is_shown_though_the_draft_cannot_be_closed(
    citizen: Citizen, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    citizen.answers_all()
    hidden = {**citizen.visitor.hidden(REVIEW), **DECLARED}
    code = citizen.visitor.get("/presentar/pasos").text.split('id="codigo">')[1].split("<")[0]
    waiting = runtime.drafts.folder / digest(code) / "borrador.json.nuevo"
    waiting.mkdir()  # no record can be written
    filed = citizen.visitor.post(REVIEW, hidden)
    assert (filed.status_code, FOLIO.search(str(filed.location)) is not None) == (303, True)
    assert citizen.visitor.get(str(filed.location)).status_code == 200
    assert "unavailable in /presentar/revisar" in caplog.text
    waiting.rmdir()
    citizen.visitor.send("/borrador", {"codigo": code})
    assert str(citizen.files().location) == f"{filed.location}?repetido=1"


def _gone(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_page_of_another_draft_changes_nothing(citizen: Citizen, runtime: Runtime) -> None:
    citizen.answered("/presentar")
    old = {**citizen.visitor.hidden("/presentar/quien"), **ANSWERS["/presentar/quien"]}
    citizen.answered("/presentar")
    response = citizen.visitor.post("/presentar/quien", old)
    assert response.status_code == 409
    assert "otro escrito que usted empezó" in response.text
    assert "María Peña Núñez" not in citizen.visitor.get("/presentar/quien").text


def test_a_filed_draft_leads_to_its_confirmation(citizen: Citizen) -> None:
    citizen.answers_all()
    folio = citizen.filed()
    assert citizen.visitor.get("/presentar/pasos").location == "/presentar"
    assert folio in citizen.visitor.get(f"/presentado/{folio}").text


def test_the_office_without_storage_keeps_the_draft(citizen: Citizen, runtime: Runtime) -> None:
    citizen.answers_all()
    citizen.visitor.app.extensions["oficialia"] = (
        replace(runtime, bucket=nobodys_bucket()),
        citizen.visitor.app.extensions["oficialia"][1],
    )
    response = citizen.files()
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    citizen.visitor.app.extensions["oficialia"] = (runtime, citizen.visitor.app.extensions["oficialia"][1])
    assert citizen.filed()


def nobodys_bucket() -> Bucket:
    """Storage that nobody answers for."""
    return Bucket("http://127.0.0.1:9", "nadie", "ninguno-1", bucket="nadie-aqui", region="us-east-1")


def test_several_people_file_together_and_one_of_them_speaks_for_all(citizen: Citizen, runtime: Runtime) -> None:
    citizen.answered("/presentar")
    assert citizen.answered("/presentar/quien", como="varios") == "/presentar/quien/mas"
    wrong = citizen.answer("/presentar/quien/mas", otros="", comun="Ana López")
    assert any("uno en cada renglón" in fault for fault in faults(wrong))
    stranger = citizen.answer("/presentar/quien/mas", otros="Ana López", comun="Luis Gil")
    assert any("una de las personas que presentan" in fault for fault in faults(stranger))
    crowd = "\n".join(f"Vecina {number}" for number in range(MOST_PROMOVENTES))  # and the first: one too many
    many = citizen.answer("/presentar/quien/mas", otros=crowd, comun="Vecina 1")
    assert any("Suba los demás en la lista de firmas" in fault for fault in faults(many))
    citizen.answered("/presentar/quien/mas", otros="Ana López\nJuan Ruiz", comun="ana lopez")
    for path in list(ANSWERS)[2:]:
        citizen.answered(path)
    page = citizen.visitor.get(REVIEW).text
    assert "Ana López, Juan Ruiz<br>Representante común: Ana López" in page
    assert [party.name for party in filing(runtime, citizen.filed()).parties][:1] == ["María Peña Núñez"]


def test_a_representative_and_a_firma_a_ruego_are_asked_for_what_they_need(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    for way, field, name in (("representante", "rep_nombre", "Luis Gil"), ("ruego", "ruego_nombre", "Eva Sol")):
        citizen.answered("/presentar/quien", como=way)
        assert citizen.answer("/presentar/quien/mas").status_code == 422
        citizen.answered("/presentar/quien/mas", **{field: name})
        assert name in citizen.visitor.get("/presentar/quien/mas").text


def test_what_the_tramite_asks_for_is_told_before_and_missing_it_stops_nothing(citizen: Citizen) -> None:
    citizen.answers_all(presentar={"destino": "tramite:DU-004"})
    assert "Qué firma necesita" in citizen.visitor.get("/presentar/pasos").text
    page = citizen.visitor.get(REVIEW).text
    assert "Falta un requisito" in page
    assert "otra manera de firmar" in page
    assert citizen.filed()


def test_where_personal_data_are_asked_for_the_privacy_notice_stands_with_its_version(citizen: Citizen) -> None:
    citizen.answers_all()
    citizen.answered("/presentar/quien", como="varios")
    with citizen.visitor.app.test_request_context():
        notice = privacy.current()
    for path in ("/presentar/quien", "/presentar/quien/mas", "/presentar/aviso"):
        page = citizen.visitor.get(path).text
        assert f"Versión {notice.version}, huella <code>{notice.sha256[:16]}…" in page, path


def test_curp_and_rfc_are_asked_only_where_the_tramite_needs_them(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    assert 'name="curp"' not in citizen.visitor.get("/presentar/quien").text
    citizen.answered("/presentar/que", destino="tramite:SA-002")
    assert 'name="curp"' in citizen.visitor.get("/presentar/quien").text


def test_the_search_takes_the_citizens_words_and_always_offers_a_free_writing(visitor: Visitor) -> None:
    page = visitor.get("/presentar?q=bache").text
    assert "tramite:OB-001" in page
    assert "escrito libre" in page
    assert "area:OP" in visitor.get("/presentar?q=zzzzzz").text


def test_a_tramite_that_was_chosen_before_is_offered_alone(visitor: Visitor) -> None:
    page = visitor.get("/presentar?tramite=SA-001").text
    assert 'value="tramite:SA-001" required checked' in page


def test_the_code_is_mailed_where_one_wants_it(citizen: Citizen) -> None:
    citizen.answered("/presentar")
    assert citizen.answer("/presentar/pasos", correo_borrador="").status_code == 422
    where = citizen.answered("/presentar/pasos", correo_borrador="maria@correo.mx")
    assert "Le enviamos el código" in citizen.visitor.get(where).text
