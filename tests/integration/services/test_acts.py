"""Acts of the desk: one transaction, one event, one leaf; the right people, from the right place, and one at a time."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from oficialia.domain.filing import Acto, Estado
from oficialia.domain.staff import Actor, StaffAct
from oficialia.errors import Conflict, NotFound, OficialiaError, SubmissionRefused, Unavailable
from oficialia.models import Cedula, Document, Filing, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import acts, email_confirmation, mail, outbox, tracking, verification
from oficialia.services.acts import REASON_CHARACTERS
from oficialia.services.acuse_fields import cadena_of
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion, rechazar_anulacion
from oficialia.services.prevenciones import citable, prevenir
from oficialia.services.respuestas import ONLY_PDF, responder
from oficialia.services.submission import Person
from oficialia.services.turnos import turnar
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support import postgres
from tests.support.desk import ANA, BETO, CARLA, DANIEL, EVA, events, file, filing_of, leaves, records, stands
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, blank_pdf, make_runtime, upload

MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 11:00 in Chalco


@pytest.fixture(scope="module", params=["sqlite", THOROUGH_POSTGRES])
def desk(
    request: pytest.FixtureRequest,
    bucket: Bucket,
    sandbox: Sandbox,
    development_pki: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Runtime]:
    """One office for all tests here: each acts on a filing of its own."""
    folder = tmp_path_factory.mktemp("mesa")
    url = f"sqlite:///{folder / 'oficialia.db'}"
    if request.param == "postgres":
        url = postgres.create_database(request.getfixturevalue("postgres_port"), f"mesa_{uuid4().hex[:8]}")
    clock = TestClock(MONDAY)
    runtime = make_runtime(
        url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=clock
    )
    yield runtime
    runtime.database.close()


@pytest.fixture
def at(desk: Runtime) -> Iterator[Callable[[datetime], None]]:
    """Sets the clock of the office, for this test."""
    clock = desk.clock
    assert isinstance(clock, TestClock)
    before = clock.time

    def set_to(time: datetime) -> None:
        clock.time = time

    yield set_to
    clock.time = before


@pytest.fixture
def filed(desk: Runtime, tmp_path: Path) -> UUID:
    """A filing that nobody touched yet."""
    return file(desk, tmp_path, uuid4().hex)


@pytest.fixture
def turned(desk: Runtime, filed: UUID) -> UUID:
    """One that Obras Públicas attends to."""
    turnar(desk, ANA, filed, "OB", "Es de su competencia.")
    return filed


def answer(folder: Path) -> Path:
    """A PDF to answer with."""
    return blank_pdf(folder / "respuesta.pdf", uuid4().hex)


def test_each_act_is_one_event_and_one_leaf_with_its_reason(desk: Runtime, turned: UUID, tmp_path: Path) -> None:
    prevenir(desk, BETO, turned, [], "Diga en qué calle.")
    turnar(desk, ANA, turned, "SP", "Ya dijo en qué calle.")
    responder(desk, DANIEL, turned, upload(answer(tmp_path), "respuesta"), "Se reparará.")
    happened = events(desk, turned)
    assert [event.act for event in happened] == ["turno", "prevencion", "turno", "respuesta"]
    for event, leaf in zip(happened, leaves(desk, turned), strict=True):
        record = json.loads(leaf.record)
        assert (leaf.act, leaf.registered_at) == (event.act, event.at)
        assert (record["persona"], record["rol"], record["motivo"]) == (event.actor, event.actor_role, event.reason)
        assert not {event.actor, event.reason} & set(json.loads(leaf.data).values())
    assert [json.loads(leaf.data)["area"] for leaf in leaves(desk, turned)] == ["OB", "OB", "SP", "SP"]
    first, _, second, last = records(desk, turned)
    assert [(record["de"], record["a"]) for record in (first, second)] == [("", "OB"), ("OB", "SP")]
    assert last["archivo"] == "respuesta.pdf"


def test_turning_leaves_it_addressed_to_whom_it_was(desk: Runtime, turned: UUID) -> None:
    with desk.database.reading() as session:
        filing = session.get_one(Filing, turned)
        documents = session.scalars(select(Document).where(Document.filing_id == turned)).all()
        sealed = session.scalars(select(StoredObject).where(StoredObject.filing_id == turned)).first()
        assert sealed
        assert (filing.area_clave, filing.turned_to) == ("OP", "OB")
        assert cadena_of(filing, documents, sealed, "1").split("|")[9] == "OP"
    seen = tracking.view(desk, turned)
    assert (seen.area, seen.addressed_to) == ("Obras Públicas", "Oficialía de Partes")
    assert seen.standing.meaning == "lo enviamos al área que lo atiende, Obras Públicas."
    assert seen.events[-1].text == "Turnamos su escrito: lo enviamos al área que lo atiende, Obras Públicas."


def test_a_sensitive_tramite_names_no_area_in_the_ledger(desk: Runtime, tmp_path: Path) -> None:
    filing = file(desk, tmp_path, uuid4().hex, tramite="SA-002")
    turnar(desk, ANA, filing, "RC", "Es de su competencia.")
    [leaf] = leaves(desk, filing)
    assert (json.loads(leaf.data)["area"], json.loads(leaf.data)["tramite"]) == ("", "")


REFUSED: dict[str, Callable[[Runtime, UUID], None]] = {
    "Elija el área de la lista.": lambda office, filing: turnar(office, ANA, filing, "XX", "Va."),
    "Escriba el motivo.": lambda office, filing: turnar(office, ANA, filing, "OB", " \n"),
    "Escriba el motivo en menos de 2,000 letras.": lambda office, filing: pedir_anulacion(
        office, ANA, filing, "x" * (REASON_CHARACTERS + 1)
    ),
    "Elija solo requisitos de la cédula de este trámite.": lambda office, filing: prevenir(
        office, ANA, filing, ["acta_nacimiento"], "Falta."
    ),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_form_that_is_wrong_is_told_so_and_changes_nothing(desk: Runtime, filed: UUID, sentence: str) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        REFUSED[sentence](desk, filed)
    assert refused.value.sentence == sentence
    assert (stands(desk, filed), events(desk, filed)) == (("presentado", ""), [])


def test_a_prevencion_cites_the_frozen_cedula_and_nothing_else(desk: Runtime, tmp_path: Path) -> None:
    filing = file(desk, tmp_path, uuid4().hex, tramite="SA-001")
    known = citable(desk, filing)
    assert known["comprobante_domicilio"] == "Comprobante de domicilio"
    with desk.database.reading() as session:
        frozen = session.get_one(Filing, filing).cedula
        assert frozen
    with desk.database.transaction() as session:  # a newer cédula, which this filing was not promised
        content = frozen.content.replace('"curp"', '"curp","acta_nacimiento"')
        newer = {"tramite_clave": "SA-001", "version": 2, "content": content, "sha256": "00"}
        session.add(Cedula(**newer, vigente_desde=date(2026, 11, 1)))
    for cited in ([], ["acta_nacimiento"], [*known, "acta_nacimiento"]):
        with pytest.raises(SubmissionRefused):
            prevenir(desk, ANA, filing, cited, "Falta.")
    prevenir(desk, ANA, filing, ["curp", "comprobante_domicilio", "curp"], "No se leen.")
    [record] = records(desk, filing)
    assert (record["requisitos"], record["cedula"]) == (["curp", "comprobante_domicilio"], frozen.sha256)
    asked = tracking.view(desk, filing).request
    assert asked
    assert (asked.asked, asked.reason) == (("CURP", "Comprobante de domicilio"), "No se leen.")


# When it is told, and from which day and until when three business days are counted.
COUNTED = {
    "in office hours": (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 26)),
    "after hours": (datetime(2026, 11, 24, 0, 30, tzinfo=UTC), date(2026, 11, 24), date(2026, 11, 27)),
    "on a Saturday": (datetime(2026, 11, 28, 17, 0, tzinfo=UTC), date(2026, 11, 30), date(2026, 12, 3)),
}


@pytest.mark.parametrize("when", COUNTED)
def test_the_term_of_a_prevencion_is_that_of_the_policy_and_says_how_it_is_counted(
    desk: Runtime, filed: UUID, at: Callable[[datetime], None], when: str
) -> None:
    moment, since, due = COUNTED[when]
    at(moment)
    prevenir(desk, ANA, filed, [], "Diga en qué calle.")
    row = filing_of(desk, filed).deadlines[-1]
    assert (row.term, row.days, row.counted_from, row.due) == ("prevencion", 3, since, due)
    [record] = records(desk, filed)
    assert (record["dias"], record["desde"], record["vence"]) == (3, since.isoformat(), due.isoformat())
    seen = tracking.view(desk, filed)
    assert seen.request
    assert seen.request.due == due
    assert seen.request.how.startswith("3 días hábiles desde el día siguiente al ")
    assert [term.name for term in seen.terms] == ["Respuesta de la autoridad", "Atención de una prevención"]


STRANGERS: list[tuple[Actor, Callable[[Runtime, Actor, UUID], None]]] = [
    (EVA, lambda office, actor, filing: turnar(office, actor, filing, "SP", "Va.")),
    (CARLA, lambda office, actor, filing: turnar(office, actor, filing, "SP", "Va.")),
    (CARLA, lambda office, actor, filing: prevenir(office, actor, filing, [], "Va.")),
    (CARLA, lambda office, actor, filing: pedir_anulacion(office, actor, filing, "Va.")),
    (EVA, lambda office, actor, filing: confirmar_anulacion(office, actor, filing, "Va.")),
    (EVA, lambda office, actor, filing: rechazar_anulacion(office, actor, filing, "Va.")),
]


@pytest.mark.parametrize(("actor", "act"), STRANGERS)
def test_forbidden_and_absent_answer_the_same(
    desk: Runtime, turned: UUID, actor: Actor, act: Callable[[Runtime, Actor, UUID], None]
) -> None:
    answers = set()
    for filing in (turned, uuid4()):
        with pytest.raises(NotFound) as absent:
            act(desk, actor, filing)
        answers.add(absent.value.sentence)
    assert len(answers) == 1
    assert len(events(desk, turned)) == 1


def test_an_area_answers_what_was_turned_to_it_and_nothing_else(desk: Runtime, turned: UUID, tmp_path: Path) -> None:
    for filing in (turned, uuid4()):
        with pytest.raises(NotFound):
            responder(desk, DANIEL, filing, upload(answer(tmp_path)), "Se reparará.")
    responder(desk, CARLA, turned, upload(answer(tmp_path)), "Se reparará.")
    assert stands(desk, turned) == ("turnado", "respuesta")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def picture(path: Path) -> None:
    Image.new("RGB", (60, 80)).save(path, "png")


def locked(path: Path) -> None:
    with pikepdf.open(blank_pdf(path), allow_overwriting_input=True) as document:
        document.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))


def damaged(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\nno hay nada que leer")


NO_ANSWER: dict[Callable[[Path], None], str] = {
    empty: "El archivo está vacío.",
    picture: ONLY_PDF,
    locked: "El PDF pide una contraseña",
    damaged: "El PDF está dañado",
}


@pytest.mark.parametrize("make", NO_ANSWER)
def test_what_cannot_be_an_answer_is_refused_with_a_sentence_and_nothing_is_done(
    desk: Runtime, turned: UUID, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "mal.pdf")
    with pytest.raises(SubmissionRefused) as refused:
        responder(desk, CARLA, turned, upload(tmp_path / "mal.pdf", "respuesta"), "Se reparará.")
    [fault] = refused.value.faults
    assert NO_ANSWER[make] in fault.sentence
    assert (fault.field, stands(desk, turned)) == ("respuesta", ("turnado", ""))


def test_without_storage_no_answer_is_taken_and_it_is_said_so(desk: Runtime, turned: UUID, tmp_path: Path) -> None:
    gone = Bucket("http://127.0.0.1:9", "llave", "secreto-secreto", bucket="nada", region="us-east-1")
    with pytest.raises(Unavailable, match="no podemos guardar la respuesta"):
        responder(replace(desk, bucket=gone), CARLA, turned, upload(answer(tmp_path)), "Se reparará.")
    assert (stands(desk, turned), len(events(desk, turned))) == (("turnado", ""), 1)


def test_nobody_annuls_alone_and_nothing_is_deleted(desk: Runtime, turned: UUID) -> None:
    code = desk.codes.verification(turned)
    before = verification.by_code(desk, code)
    with desk.database.reading() as session:
        kept = session.scalars(select(StoredObject.key).where(StoredObject.filing_id == turned)).all()
    pedir_anulacion(desk, ANA, turned, "Se presentó dos veces.")
    with pytest.raises(Conflict, match="Otra persona debe confirmarlo"):
        confirmar_anulacion(desk, ANA, turned, "Sí.")
    assert stands(desk, turned) == ("turnado", "anulacion")
    confirmar_anulacion(desk, BETO, turned, "Es igual al de ayer.")
    assert stands(desk, turned) == (Estado.ANULADO_CON_TRAZA, "")
    assert [leaf.act for leaf in leaves(desk, turned)] == ["turno", "anulacion"]
    record = records(desk, turned)[-1]
    assert (record["pidio"], record["pedida_motivo"]) == ("ana.nunez", "Se presentó dos veces.")
    assert (record["persona"], record["motivo"]) == ("beto.cruz", "Es igual al de ayer.")
    after = verification.by_code(desk, code)
    assert (before.annulled_at, after.annulled_at) == (None, events(desk, turned)[-1].at)
    assert after.folio == before.folio
    seen = tracking.view(desk, turned).annulment
    assert seen
    assert (seen.reason, seen.confirmed) == ("Se presentó dos veces.", "Es igual al de ayer.")
    with desk.database.reading() as session:
        assert session.scalars(select(StoredObject.key).where(StoredObject.filing_id == turned)).all() == kept


def test_an_annulment_is_told_by_mail_to_a_confirmed_address_alone(desk: Runtime, tmp_path: Path) -> None:
    letters = []
    for confirmed in (False, True):
        person = Person("fisica", "María Peña", email="maria@correo.mx")
        filing = file(desk, tmp_path, uuid4().hex, applicant=person)
        if confirmed:
            assert email_confirmation.confirm(desk, filing, desk.codes.mail_code(filing, 1))
        pedir_anulacion(desk, ANA, filing, "Se presentó dos veces.")
        confirmar_anulacion(desk, BETO, filing, "Son iguales.")
        with desk.database.reading() as session:
            mine = (Job.filing_id == filing) & (Job.kind == "correo_aviso")
            asked = session.scalars(select(Job.id).where(mine)).all()
        leases = [outbox.take(desk.database, job, desk.clock()) for job in asked]
        letters.append([mail.write(desk, lease) for lease in leases if lease])
    assert letters[0] == []
    [letter] = letters[1]
    assert letter
    assert (letter.to, letter.subject) == ("maria@correo.mx", "Se anuló su escrito")
    assert not any(word in letter.text() for word in ("dos veces", "iguales", "María"))


@pytest.mark.parametrize("who", [ANA, BETO])
def test_an_annulment_is_declined_or_taken_back_and_may_be_asked_for_again(
    desk: Runtime, filed: UUID, who: Actor
) -> None:
    pedir_anulacion(desk, ANA, filed, "Se presentó dos veces.")
    rechazar_anulacion(desk, who, filed, "No es igual.")
    assert stands(desk, filed) == ("presentado", "")
    pedir_anulacion(desk, BETO, filed, "Sí es igual.")
    confirmar_anulacion(desk, ANA, filed, "Sí.")
    assert records(desk, filed)[-1]["pidio"] == "beto.cruz"


def test_between_the_halves_of_an_act_there_is_no_other(desk: Runtime, turned: UUID, tmp_path: Path) -> None:
    pedir_anulacion(desk, ANA, turned, "Se presentó dos veces.")
    others: list[Callable[[], None]] = [
        lambda: turnar(desk, BETO, turned, "SP", "Va."),
        lambda: prevenir(desk, BETO, turned, [], "Va."),
        lambda: responder(desk, CARLA, turned, upload(answer(tmp_path)), "Va."),
        lambda: pedir_anulacion(desk, BETO, turned, "Va."),
    ]
    for act in others:
        with pytest.raises(Conflict, match="Alguien pidió anular"):
            act()
    rechazar_anulacion(desk, BETO, turned, "No.")
    responder(desk, CARLA, turned, upload(answer(tmp_path)), "Se reparará.")
    for act in others:
        with pytest.raises(Conflict, match="Ya hay una respuesta en camino"):
            act()


def test_an_act_from_where_it_is_not_allowed_says_why(desk: Runtime, filed: UUID, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="Turne primero"):
        responder(desk, ANA, filed, upload(answer(tmp_path)), "Va.")
    with pytest.raises(Conflict, match="Nadie pide ahora anular"):
        confirmar_anulacion(desk, ANA, filed, "Va.")
    prevenir(desk, ANA, filed, [], "Diga en qué calle.")
    with pytest.raises(Conflict, match="ya está prevenido"):
        prevenir(desk, ANA, filed, [], "Diga en qué calle.")
    pedir_anulacion(desk, ANA, filed, "Se presentó dos veces.")
    confirmar_anulacion(desk, BETO, filed, "Sí.")
    with pytest.raises(Conflict, match="está anulado"):
        turnar(desk, ANA, filed, "OB", "Va.")


def test_what_may_be_done_now_is_told_to_each(desk: Runtime, turned: UUID) -> None:
    def offered(actor: Actor) -> set[StaffAct]:
        with desk.database.reading() as session:
            return set(acts.possible(session, session.get_one(Filing, turned), actor))

    free = {StaffAct.TURNAR, StaffAct.PREVENIR, StaffAct.RESPONDER, StaffAct.ANULAR_PEDIR}
    assert [offered(actor) for actor in (ANA, CARLA, DANIEL, EVA)] == [free, {StaffAct.RESPONDER}, set(), set()]
    pedir_anulacion(desk, ANA, turned, "Se presentó dos veces.")
    decisions = {StaffAct.ANULAR_CONFIRMAR, StaffAct.ANULAR_RECHAZAR}
    assert [offered(actor) for actor in (ANA, BETO, CARLA)] == [{StaffAct.ANULAR_RECHAZAR}, decisions, set()]


def test_a_double_tap_does_it_once(desk: Runtime, turned: UUID, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="ya está turnado a Obras Públicas"):
        turnar(desk, ANA, turned, "OB", "Es de su competencia.")
    sent = upload(answer(tmp_path))
    responder(desk, CARLA, turned, sent, "Se reparará.")
    with pytest.raises(Conflict):
        responder(desk, CARLA, turned, sent, "Se reparará.")
    with desk.database.reading() as session:
        mine = (Job.filing_id == turned) & (Job.kind == "sellar_respuesta")
        assert len(session.scalars(select(Job.id).where(mine)).all()) == 1
    assert [event.act for event in events(desk, turned)] == [Acto.TURNO, Acto.RESPUESTA]


def at_once(*acts_of_two: Callable[[], None]) -> list[OficialiaError | None]:
    """What became of acts that begin together."""

    def outcome(act: Callable[[], None]) -> OficialiaError | None:
        try:
            act()
        except OficialiaError as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts_of_two)) as pool:
        return list(pool.map(outcome, acts_of_two))


def test_of_two_who_act_at_once_one_is_told(desk: Runtime, filed: UUID, tmp_path: Path) -> None:
    def seen() -> int:
        with desk.database.reading() as session:
            return acts.mark(session, filed)

    first, second = upload(answer(tmp_path)), upload(blank_pdf(tmp_path / "otra.pdf", "otra"))
    mark = seen()
    rounds: list[list[Callable[[], None]]] = [
        [
            lambda: turnar(desk, ANA, filed, "OB", "Va.", seen=mark),
            lambda: turnar(desk, BETO, filed, "SP", "Va.", seen=mark),
        ],
        [
            lambda: pedir_anulacion(desk, ANA, filed, "Va."),
            lambda: pedir_anulacion(desk, BETO, filed, "Va."),
        ],
        [
            lambda: rechazar_anulacion(desk, ANA, filed, "No."),
            lambda: rechazar_anulacion(desk, BETO, filed, "No."),
        ],
        [
            lambda: responder(desk, ANA, filed, first, "Va."),
            lambda: responder(desk, BETO, filed, second, "Va."),
        ],
    ]
    for number, both in enumerate(rounds, start=1):
        lost = [error for error in at_once(*both) if error]
        assert [type(error) for error in lost] == [Conflict]
        assert len(events(desk, filed)) == number
    assert mark == 0 < seen()


def test_who_looked_before_another_acted_looks_again(desk: Runtime, turned: UUID) -> None:
    with desk.database.reading() as session:
        seen = acts.mark(session, turned)
    turnar(desk, ANA, turned, "SP", "Va.", seen=seen)
    with pytest.raises(Conflict, match="cambió mientras usted lo veía"):
        turnar(desk, BETO, turned, "OB", "Va.", seen=seen)
