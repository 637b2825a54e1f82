"""After filing: what the session may see, what the clave opens, and how documents leave."""

from uuid import UUID

import pytest

from oficialia.runtime import Runtime
from oficialia.services import tracking
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion
from oficialia.services.prevenciones import prevenir
from tests.support.desk import ANA, BETO
from tests.support.window import KEY, Visitor, faults, hidden_fields


@pytest.fixture
def folio(visitor: Visitor) -> str:
    """The folio of a petition filed by ``visitor``."""
    return visitor.filed(correo="maria@correo.mx")


def clave(visitor: Visitor, folio: str) -> str:
    """Its clave de seguimiento, read from the page."""
    found = KEY.search(visitor.get(f"/presentado/{folio}").text)
    assert found
    return found[1]


def document(runtime: Runtime, folio: str, key: str) -> int:
    """One of its documents."""
    return tracking.view(runtime, tracking.open_with_key(runtime, folio, key)).others[0].object_id


def test_only_the_session_that_filed_sees_the_confirmation(visitor: Visitor, folio: str) -> None:
    stranger = Visitor(visitor.app)
    assert visitor.get(f"/presentado/{folio}").status_code == 200
    for path in ("", "/estado", "/documentos/1"):
        assert stranger.get(f"/presentado/{folio}{path}").status_code == 404
    assert stranger.get(f"/presentado/{folio}").text == stranger.get("/presentado/OP-2026-999999-0").text


def test_the_stages_are_told_as_json_too(visitor: Visitor, folio: str) -> None:
    state = visitor.get(f"/presentado/{folio}/estado").json
    assert state is not None
    assert (state["etapa"], state["terminado"], state["documentos"]) == ("recibida", False, [])
    assert "Recibimos su escrito" in state["frase"]


def test_without_javascript_the_page_asks_again_by_itself(visitor: Visitor, folio: str) -> None:
    assert '<noscript><meta http-equiv="refresh"' in visitor.get(f"/presentado/{folio}").text


def test_folio_and_clave_open_the_tracking_anywhere(visitor: Visitor, folio: str) -> None:
    other = Visitor(visitor.app)
    response = other.send("/seguimiento", {"folio": folio.lower(), "clave": clave(visitor, folio).replace("-", " ")})
    assert (response.status_code, response.location) == (303, f"/seguimiento/{folio}")
    page = other.get(response.location)
    assert page.status_code == 200
    assert "Bache en la calle" in page.text
    assert clave(visitor, folio) not in page.text


def test_a_wrong_clave_and_an_absent_folio_answer_the_same(visitor: Visitor, folio: str) -> None:
    other = Visitor(visitor.app)
    wrong = other.send("/seguimiento", {"folio": folio, "clave": "AAAA-AAAA-AAAA-AAAA"})
    absent = other.send("/seguimiento", {"folio": "OP-2026-999999-D", "clave": "AAAA-AAAA-AAAA-AAAA"})
    assert wrong.status_code == absent.status_code == 404
    assert faults(wrong) == faults(absent)
    assert other.get(f"/seguimiento/{folio}").status_code == 404


def test_a_folio_is_read_leniently_and_a_slip_in_it_is_told(visitor: Visitor, folio: str) -> None:
    other = Visitor(visitor.app)
    series, year, number, check = folio.split("-")
    bare = f"{series} {year} {int(number)} {check}".lower()
    assert (
        other.send("/seguimiento", {"folio": bare, "clave": clave(visitor, folio)}).location == f"/seguimiento/{folio}"
    )
    slip = other.send("/seguimiento", {"folio": "OP-2026-999999-0", "clave": clave(visitor, folio)})
    assert slip.status_code == 422
    assert faults(slip) == ["Revise el folio: una letra o número no corresponde."]


def test_the_clave_is_never_typed_back_into_the_page(visitor: Visitor, folio: str) -> None:
    page = visitor.send("/seguimiento", {"folio": "x", "clave": "SECRETO-SECRETO"}).text
    assert "SECRETO" not in page


def test_a_document_leaves_as_an_attachment_that_can_do_nothing(visitor: Visitor, folio: str, runtime: Runtime) -> None:
    number = document(runtime, folio, clave(visitor, folio))
    for place in ("presentado", "seguimiento"):
        response = visitor.get(f"/{place}/{folio}/documentos/{number}")
        assert response.status_code == 200
        assert response.data.startswith(b"%PDF")
        assert response.content_length == len(response.data)
        assert response.headers["Content-Disposition"].startswith("attachment; filename=")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "private, no-store"


def test_a_document_of_another_filing_is_not_found(visitor: Visitor, folio: str, runtime: Runtime) -> None:
    number = document(runtime, folio, clave(visitor, folio))
    stranger = Visitor(visitor.app)
    own = stranger.filed()
    assert stranger.get(f"/presentado/{own}/documentos/{number}").status_code == 404
    assert stranger.get(f"/presentado/{own}/documentos/{10**30}").status_code == 404


def test_closing_the_session_forgets_everything(visitor: Visitor, folio: str) -> None:
    token = hidden_fields(visitor.get(f"/presentado/{folio}").text)
    left = visitor.post("/salir", token)
    assert left.location == "/hasta-luego"
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'  # Back shows nothing of it
    assert visitor.get(f"/presentado/{folio}").status_code == 404
    assert folio not in visitor.get("/seguimiento").text


def test_a_wrong_mail_code_is_a_fault_beside_its_field(visitor: Visitor, folio: str) -> None:
    response = visitor.send(f"/presentado/{folio}/correo", {"codigo": "12 34 5x"}, page=f"/presentado/{folio}")
    assert response.status_code == 422
    assert 'href="#codigo"' in response.text


def test_the_right_mail_code_confirms(visitor: Visitor, folio: str, runtime: Runtime) -> None:
    with visitor.client.session_transaction() as session:
        filing_id = UUID(hex=session["expedientes"][folio][0])
    code = runtime.codes.mail_code(filing_id, 1)
    response = visitor.send(f"/presentado/{folio}/correo", {"codigo": f" {code} "}, page=f"/presentado/{folio}")
    assert response.status_code == 303
    assert "está confirmado" in visitor.get(f"/presentado/{folio}").text


def test_another_code_can_be_asked_for_until_it_is_enough(visitor: Visitor, folio: str) -> None:
    path, page = f"/presentado/{folio}/correo/reenviar", f"/presentado/{folio}"
    answers = [visitor.send(path, {}, page=page).status_code for _ in range(4)]
    assert answers[0] == 303
    assert answers[-1] == 429


def test_a_filing_without_an_address_has_no_code_to_confirm(visitor: Visitor) -> None:
    folio = visitor.filed()
    assert 'id="correo"' not in visitor.get(f"/presentado/{folio}").text
    assert (
        visitor.send(f"/presentado/{folio}/correo", {"codigo": "123456"}, page="/presentar/en-una-pagina").status_code
        == 404
    )


def test_the_session_remembers_the_newest_filings_only(visitor: Visitor) -> None:
    folios = [visitor.filed(asunto=f"Escrito {number}") for number in range(11)]
    assert visitor.get(f"/presentado/{folios[0]}").status_code == 404
    assert visitor.get(f"/presentado/{folios[-1]}").status_code == 200


def filing_id_of(visitor: Visitor, folio: str) -> UUID:
    """The id that the session remembers."""
    with visitor.client.session_transaction() as session:
        return UUID(hex=session["expedientes"][folio][0])


def test_the_page_says_what_is_asked_and_until_when(runtime: Runtime, visitor: Visitor) -> None:
    folio = visitor.filed(destino="tramite:SA-001", curp="PEXM800101MMCXXR09")
    assert "Cómo va su asunto" not in visitor.get(f"/seguimiento/{folio}").text
    prevenir(runtime, ANA, filing_id_of(visitor, folio), ["comprobante_domicilio"], "No se lee <la calle>.")
    page = visitor.get(f"/seguimiento/{folio}").text
    assert "<strong>Prevenido:</strong> le pedimos completarlo para poder seguir." in page
    for words in ("<li>Comprobante de domicilio</li>", "No se lee &lt;la calle&gt;.", "3 días hábiles desde el día"):
        assert words in page


def test_an_annulled_filing_says_when_and_why_to_who_holds_the_clave_alone(runtime: Runtime, visitor: Visitor) -> None:
    folio = visitor.filed()
    filing_id = filing_id_of(visitor, folio)
    pedir_anulacion(runtime, ANA, filing_id, "Se presentó dos veces.\nEl bueno es el de ayer.")
    assert "Otra persona debe confirmarlo." in visitor.get(f"/seguimiento/{folio}").text
    confirmar_anulacion(runtime, BETO, filing_id, "Son iguales.")
    page = visitor.get(f"/seguimiento/{folio}").text
    for words in (
        "Anulado con traza",
        "<p>Se presentó dos veces.</p>",
        "<p>El bueno es el de ayer.</p>",
        "Son iguales.",
    ):
        assert words in page
    assert "ana.nunez" not in page
    public = visitor.get(f"/v/{runtime.codes.verification(filing_id)}").text
    assert "Este escrito está anulado" in public
    assert "dos veces" not in public
