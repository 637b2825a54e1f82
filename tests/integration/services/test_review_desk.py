"""Whatever somebody changes of what the desk did is found by its name; where nobody did, nothing is found."""

# ruff: noqa: S608 - statements made of our own words

from pathlib import Path

import pytest
from sqlalchemy import select, text

from oficialia.models import Event, Filing
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion, rechazar_anulacion
from oficialia.services.prevenciones import prevenir
from oficialia.services.respuestas import responder
from oficialia.services.review_findings import Code
from oficialia.services.turnos import turnar
from tests.support.desk import ANA, BETO, CARLA
from tests.support.office import blank_pdf, upload
from tests.support.reviewing import Reviewed
from tests.support.working import work

ANSWERED = "filing_id = (SELECT id FROM filings WHERE folio = :sealed)"
ANNULLED = "filing_id = (SELECT id FROM filings WHERE folio = :open)"


@pytest.fixture(scope="module", autouse=True)
def acted(whole: Reviewed, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every act, on the two filings of the office: one is answered, the other annulled."""
    runtime = whole.runtime
    with runtime.database.reading() as session:
        query = select(Filing.id).where(Filing.folio.in_([whole.sealed_folio, whole.open_folio]))
        answered, annulled = session.scalars(query.order_by(Filing.sequence)).all()
    answer = blank_pdf(tmp_path_factory.mktemp("oficios") / "oficio.pdf", "respuesta")
    turnar(runtime, ANA, answered, "SP", "Es de su competencia.")
    prevenir(runtime, ANA, answered, [], "Diga en qué calle.")
    turnar(runtime, BETO, answered, "OB", "Ya lo dijo; le toca a Obras.")
    pedir_anulacion(runtime, ANA, answered, "Me equivoqué.")
    rechazar_anulacion(runtime, ANA, answered, "No me equivoqué.")
    responder(runtime, CARLA, answered, upload(answer), "Se reparará.")
    pedir_anulacion(runtime, BETO, annulled, "Se presentó dos veces.")
    confirmar_anulacion(runtime, ANA, annulled, "Son iguales.")
    work(whole.parts)


@pytest.mark.parametrize("quick", [True, False], ids=["rapido", "completo"])
def test_nothing_is_found_where_nothing_is_wrong(office: Reviewed, quick: bool) -> None:
    result = office.review(quick=quick)
    assert result.findings == ()
    assert (
        result.counts["hojas"] == 1 + 6 + 5 + 1
    )  # the seal's certificate; both received to receipted; answer, annulment


ALTERED = {
    "where it stands": "UPDATE filings SET estado = 'turnado' WHERE folio = :sealed",
    "that it was annulled": "UPDATE filings SET estado = 'presentado' WHERE folio = :open",
    "who attends to it": "UPDATE filings SET turned_to = 'SP' WHERE folio = :sealed",
    "that nobody does": "UPDATE filings SET turned_to = NULL WHERE folio = :sealed",
    "what waits for its second half": "UPDATE filings SET pendiente = 'anulacion' WHERE folio = :sealed",
    "a reason": f"UPDATE events SET reason = 'Otro' WHERE act = 'turno' AND {ANSWERED}",
    "who acted": f"UPDATE events SET actor = 'otra' WHERE act = 'prevencion' AND {ANSWERED}",
    "what that person was": f"UPDATE events SET actor_role = 'auditor' WHERE act = 'respuesta' AND {ANSWERED}",
    "when it was sealed": f"UPDATE events SET at = (SELECT received_at FROM filings WHERE folio = :sealed) "
    f"WHERE act = 'sello_respuesta' AND {ANSWERED}",
    "who asked to annul it": f"UPDATE events SET actor = 'otra' WHERE act = 'anulacion_pedida' AND {ANNULLED}",
    "why": f"UPDATE events SET reason = 'Otro' WHERE act = 'anulacion_pedida' AND {ANNULLED}",
    "that somebody asked": f"DELETE FROM events WHERE act = 'anulacion_pedida' AND {ANNULLED}",
    "until when something was asked": f"UPDATE deadlines SET days = 30 WHERE term = 'prevencion' AND {ANSWERED}",
    "that it had a term": f"DELETE FROM deadlines WHERE term = 'prevencion' AND {ANSWERED}",
    "how the answer was sealed": "UPDATE stored_objects SET seal_strategy = 'x' WHERE purpose = 'respuesta_sellada'",
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_the_desk_did_and_somebody_altered_is_found(office: Reviewed, what: str) -> None:
    office.sql(ALTERED[what])
    assert set(office.codes()) == {Code.FILING_ALTERED}


MISSING = {
    f"DELETE FROM events WHERE act = 'turno' AND actor = 'beto.cruz' AND {ANSWERED}": [Code.HISTORY_GAP],
    f"DELETE FROM events WHERE act = 'sello_respuesta' AND {ANSWERED}": [Code.HISTORY_GAP],
    "DELETE FROM jobs WHERE kind = 'sellar_respuesta'": [Code.WORK_LOST],
    "DELETE FROM stored_objects WHERE purpose = 'respuesta_sellada'": [Code.SEAL_LOST, Code.DIGEST_UNKNOWN],
    "UPDATE stored_objects SET sha256 = version_id WHERE purpose = 'respuesta'": [
        Code.NO_ANSWER_LEAF,
        Code.DIGEST_UNKNOWN,
        Code.DIGEST_UNKNOWN,
    ],
    "UPDATE stored_objects SET edition = 2 WHERE purpose = 'respuesta_sellada'": [Code.NO_ANSWER_LEAF],
}


@pytest.mark.parametrize("statement", MISSING)
def test_what_is_missing_of_it_is_named(office: Reviewed, statement: str) -> None:
    office.sql(statement)
    assert sorted(office.codes()) == sorted(MISSING[statement])


def test_data_of_an_act_that_were_changed_are_found(office: Reviewed) -> None:
    with office.writing() as session:
        [event] = session.scalars(select(Event).where(Event.act == "prevencion"))
        event.data = {**event.data, "requisitos": ["acta_nacimiento"]}
    [finding] = office.review(quick=True).findings
    assert (finding.code, "requisitos" in finding.sentence) == (Code.FILING_ALTERED, True)


def test_an_act_that_only_the_history_tells_is_found(office: Reviewed) -> None:
    with office.writing() as session:
        mine = office.filing(session, office.open_folio).id
        at, data = office.runtime.clock(), {"de": "", "a": "OB"}
        values = {"filing_id": mine, "at": at, "act": "turno", "actor_role": "oficial_de_partes", "data": data}
        session.add(Event(**values, actor="ana.nunez", reason="Va."))
    assert office.codes() == [Code.NO_ACT_LEAF]


def test_an_answer_that_was_handed_in_and_nobody_seals_is_found(office: Reviewed, tmp_path: Path) -> None:
    """As if the power had gone between the act and the seal, and somebody had then deleted the work."""
    with office.writing() as session:
        for table in ("stored_objects", "ledger_leaves", "events"):
            word = "purpose = 'respuesta_sellada'" if table == "stored_objects" else "act = 'sello_respuesta'"
            session.execute(text(f"DELETE FROM {table} WHERE {word}"))
    office.sql("UPDATE filings SET estado = 'turnado', pendiente = 'respuesta' WHERE folio = :sealed")
    assert {Code.NO_WORK, Code.SEAL_LOST} <= set(office.codes())
