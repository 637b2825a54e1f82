"""The inbox of an address and the buzón of a filing, as who filed uses them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from oficialia.domain.filing import Acto
from oficialia.models import AskedLetter, Event, Filing, Party
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, inbox, letters
from oficialia.services.prevenciones import citable, prevenir
from oficialia.web.inbox import WRONG_CODE
from tests.support.desk import ANA
from tests.support.office import TestClock
from tests.support.window import Visitor, faults, hidden_fields

BEGIN = re.compile(r'action="(/seguimiento/[^"]+/buzon/\d+)"')


@pytest.fixture
def clock(runtime: Runtime) -> TestClock:
    assert isinstance(runtime.clock, TestClock)
    return runtime.clock


@pytest.fixture
def address() -> str:
    """Of this test alone."""
    return f"m{uuid4().hex[:8]}@correo.mx"


@pytest.fixture
def folio(visitor: Visitor, runtime: Runtime, address: str) -> str:
    """Of a petition whose address was confirmed, and who consented to the buzón."""
    made = visitor.filed(correo=address, buzon="1", destino="tramite:OP-001", curp="PEXM800101MMCXXR09")
    filing_id = id_of(runtime, made)
    assert email_confirmation.confirm(runtime, filing_id, runtime.codes.mail_code(filing_id, 1))
    return made


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Another browser."""
    return Visitor(app)


def id_of(runtime: Runtime, folio: str) -> UUID:
    with runtime.database.reading() as session:
        return session.scalars(select(Filing.id).where(Filing.folio == folio)).one()


def entry_of(visitor: Visitor) -> UUID:
    with visitor.client.session_transaction() as kept:
        return UUID(hex=kept["buzon"])


def ask(visitor: Visitor, address: str) -> str:
    """Asks for a code; the code of that entry, which only the letter has."""
    asked = visitor.send("/buzon", {"correo": address})
    assert (asked.status_code, asked.location) == (303, "/buzon/codigo")
    runtime: Runtime = visitor.app.extensions["oficialia"][0]
    return runtime.codes.entry_code(entry_of(visitor))


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_opens_every_filing_of_the_address_and_nothing_else(
    visitor: Visitor, stranger: Visitor, folio: str, address: str
) -> None:
    unconfirmed = visitor.filed(correo=address, asunto="Otro")
    code = ask(stranger, address.upper())
    assert stranger.send("/buzon/codigo", {"codigo": code}).location == "/buzon"
    page = stranger.get("/buzon").text
    assert folio in page
    assert unconfirmed not in page
    assert f"{address[:2]}…@correo.mx" in page.lower()
    assert address not in page.lower()
    opened = stranger.send("/buzon/expediente", {"folio": folio}, page="/buzon")
    shown = stranger.get(str(opened.location)).text
    assert "PEXM************09" in shown
    assert "PEXM800101MMCXXR09" not in shown
    for foreign in (unconfirmed, "OP-2026-999999-D"):
        refused = stranger.send("/buzon/expediente", {"folio": foreign}, page="/buzon")
        assert refused.status_code in {400, 404}
        assert stranger.get(f"/seguimiento/{foreign}").status_code == 404
    stranger.send("/buzon/cerrar", {}, page="/buzon")
    assert folio not in stranger.get("/buzon").text


def test_nothing_is_learnt_of_an_address_that_has_no_filings(
    stranger: Visitor, runtime: Runtime, folio: str, address: str, app: Flask
) -> None:
    other = Visitor(app)
    nobody = f"n{uuid4().hex[:8]}@correo.mx"
    first, second = ask(stranger, address), ask(other, nobody)
    token = re.compile(r'value="[^"]{40,}"')
    assert token.sub("", stranger.get("/buzon/codigo").text) == token.sub("", other.get("/buzon/codigo").text)
    wrong = stranger.send("/buzon/codigo", {"codigo": other_than(first)})
    guessed = other.send("/buzon/codigo", {"codigo": second})  # even who guessed the code
    assert (wrong.status_code, faults(wrong)) == (guessed.status_code, faults(guessed))
    with runtime.database.reading() as session:  # the worker decides, where nobody sees it
        asked = session.scalars(select(AskedLetter.address).where(AskedLetter.address.in_([address, nobody]))).all()
    assert sorted(asked) == sorted([address, nobody])


def test_a_code_is_for_ten_minutes_and_five_tries_and_one_browser(
    stranger: Visitor, folio: str, address: str, clock: TestClock, app: Flask
) -> None:
    assert folio
    code = ask(stranger, address)
    elsewhere = Visitor(app)
    elsewhere.get("/buzon")
    page = hidden_fields(elsewhere.get("/buzon").text)
    assert elsewhere.post("/buzon/codigo", page | {"codigo": code}).status_code == 429
    for _ in range(inbox.MAX_WRONG):
        assert stranger.send("/buzon/codigo", {"codigo": other_than(code)}).status_code == 422
    assert stranger.send("/buzon/codigo", {"codigo": code}).status_code == 429
    code = ask(stranger, address)
    clock.time += inbox.CODE_LIFETIME + timedelta(seconds=1)
    assert stranger.send("/buzon/codigo", {"codigo": code}).status_code == 429
    code = ask(stranger, address)
    assert stranger.send("/buzon/codigo", {"codigo": code}).status_code == 303
    clock.time += inbox.LIFETIME + timedelta(seconds=1)
    assert folio not in stranger.get("/buzon").text


def test_no_more_than_some_letters_an_hour_go_to_an_address(stranger: Visitor, runtime: Runtime, address: str) -> None:
    for _ in range(letters.MOST_AN_HOUR + 2):
        ask(stranger, address)
    with runtime.database.reading() as session:
        asked = session.scalars(select(AskedLetter.id).where(AskedLetter.address == address)).all()
    assert len(asked) == letters.MOST_AN_HOUR


def test_a_code_that_was_not_mailed_opens_nothing_even_to_who_guesses_it(
    stranger: Visitor, folio: str, address: str
) -> None:
    for _ in range(letters.MOST_AN_HOUR):
        ask(stranger, address)
    code = ask(stranger, address)
    guessed = stranger.send("/buzon/codigo", {"codigo": code})
    assert (guessed.status_code, faults(guessed)) == (422, [WRONG_CODE])
    assert folio not in stranger.get("/buzon").text


@pytest.mark.parametrize(("sent", "sentence"), [("", "Escriba el correo"), ("no es", "Revise el correo")])
def test_what_is_no_address_is_told(stranger: Visitor, sent: str, sentence: str) -> None:
    response = stranger.send("/buzon", {"correo": sent})
    assert response.status_code == 422
    assert faults(response)[0].startswith(sentence)


@pytest.fixture
def prevented(runtime: Runtime, folio: str) -> Iterator[str]:
    filing_id = id_of(runtime, folio)
    prevenir(runtime, ANA, filing_id, [next(iter(citable(runtime, filing_id)))], "La copia no se lee.")
    yield folio


def test_a_message_is_opened_by_its_button_alone(visitor: Visitor, runtime: Runtime, prevented: str) -> None:
    closed = visitor.get(f"/seguimiento/{prevented}").text
    [address] = BEGIN.findall(closed)
    assert "La copia no se lee." not in closed
    assert "Su plazo ya corre" in closed
    assert visitor.get(address).status_code == 405  # who scans mail follows links
    assert visitor.post(address, {}).status_code == 400  # no form of ours
    assert told(runtime, prevented) == []
    assert visitor.send(address, {}, page=f"/seguimiento/{prevented}").location == f"/seguimiento/{prevented}#buzon"
    [event] = told(runtime, prevented)
    assert event.data["medio"] == "sesion"
    opened = visitor.get(f"/seguimiento/{prevented}").text
    assert "La copia no se lee." in opened
    assert "Quedó notificado" in opened


def told(runtime: Runtime, folio: str) -> list[Event]:
    with runtime.database.reading() as session:
        mine = (Event.filing_id == id_of(runtime, folio)) & (Event.act == Acto.NOTIFICACION)
        return list(session.scalars(select(Event).where(mine)))


def test_who_opened_it_from_the_inbox_is_said_to_have(
    stranger: Visitor, runtime: Runtime, prevented: str, address: str
) -> None:
    stranger.send("/buzon/codigo", {"codigo": ask(stranger, address)})
    assert "Tiene una notificación sin abrir" in stranger.get("/buzon").text
    page = str(stranger.send("/buzon/expediente", {"folio": prevented}, page="/buzon").location)
    [action] = BEGIN.findall(stranger.get(page).text)
    stranger.send(action, {}, page=page)
    assert told(runtime, prevented)[0].data["medio"] == "correo"


def test_answering_begins_a_draft_that_knows_what_is_known(visitor: Visitor, runtime: Runtime, prevented: str) -> None:
    page = f"/seguimiento/{prevented}"
    visitor.send(BEGIN.findall(visitor.get(page).text)[0], {}, page=page)
    begun = visitor.send(f"{page}/responder", {}, page=page)
    assert (begun.status_code, begun.location) == (303, "/presentar/pasos")
    with visitor.client.session_transaction() as kept:
        draft = runtime.drafts.open(UUID(hex=kept["borrador"]))
    sigue, que, quien, told_at = (draft.answers[step] for step in ("sigue", "que", "quien", "aviso"))
    assert (sigue["folio"], sigue["relacion"], sigue["motivo"]) == (prevented, "desahogo", "La copia no se lee.")
    assert len(sigue["pedido"]) == 1
    assert (que["destino"], draft.answers["escrito"]["folio_previo"]) == ("tramite:OP-001", prevented)
    with runtime.database.reading() as session:
        party = session.scalars(select(Party).where(Party.filing_id == id_of(runtime, prevented))).one()
    assert (quien["nombre"], told_at["correo"], told_at["buzon"]) == (party.name, party.email, True)


def test_only_who_opened_a_filing_adds_to_it(visitor: Visitor, stranger: Visitor, folio: str) -> None:
    page = f"/seguimiento/{folio}"
    assert visitor.send(f"{page}/agregar", {}, page=page).location == "/presentar/pasos"
    hidden = hidden_fields(stranger.get("/seguimiento").text)
    for way in ("agregar", "responder"):
        assert stranger.post(f"{page}/{way}", hidden).status_code == 404
        assert visitor.post(f"{page}/{way}", {}).status_code == 400
