"""After filing: a prevención is answered, a writing is added, a message of the buzón is opened and acknowledged."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Relacion
from oficialia.domain.plazos import Termino
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.errors import Conflict, NotFound
from oficialia.models import EmailConfirmation, Event, Filing, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import buzon, desk_filing, email_confirmation, intake, tracking, verification
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion
from oficialia.services.buzon import Medio
from oficialia.services.outbox import Kind
from oficialia.services.prevenciones import citable, prevenir
from oficialia.services.register_words import Known
from oficialia.services.respuestas import responder
from oficialia.services.submission import Follows, Person
from oficialia.services.turnos import turnar
from signing.reason import Colour
from signing.sandbox import Sandbox
from tests.conftest import SmtpSink
from tests.support import postgres
from tests.support.desk import ANA, BETO, CARLA, DANIEL, file, filing_of, stands
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, blank_pdf, make_runtime, submission, upload
from tests.support.pages import text_of
from tests.support.reviewing import put_right, review_of
from tests.support.working import make_parts, work
from workers.parts import Parts

MARIA = Person("fisica", "María Peña", email="maria@correo.mx")


@pytest.fixture(scope="module", params=["sqlite", THOROUGH_POSTGRES])
def parts(
    request: pytest.FixtureRequest,
    s3: SeaweedFS,
    sandbox: Sandbox,
    development_pki: Path,
    responders: str,
    smtp_server: SmtpSink,
    now: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Parts]:
    """The worker of one office for all tests here: each has a filing of its own, and leaves no work undone."""
    folder, name = tmp_path_factory.mktemp("despues"), f"despues-{uuid4().hex[:8]}"
    url = postgres.database_of(request, folder)
    bucket = s3.bucket(name)
    bucket.ensure(retention_days=0)
    clock = TestClock(now)
    office = make_runtime(url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=clock)
    yield make_parts(office, development_pki, responders, smtp_port=smtp_server.port)
    office.database.close()


@pytest.fixture
def runtime(parts: Parts) -> Runtime:
    """That office."""
    return parts.runtime


@pytest.fixture
def clock(runtime: Runtime) -> TestClock:
    """Its clock, which only goes ahead."""
    assert isinstance(runtime.clock, TestClock)
    return runtime.clock


@pytest.fixture
def filing_id(runtime: Runtime, tmp_path: Path, clock: TestClock) -> UUID:
    """A petition of a tramite, whose promovente confirmed an address and consented to the buzón."""
    key = uuid4().hex
    made = file(runtime, tmp_path, key, applicant=MARIA, tramite="OP-001", buzon_consent=True, received_at=clock.time)
    confirm(runtime, made)
    return made


def confirm(runtime: Runtime, filing_id: UUID) -> None:
    assert email_confirmation.confirm(runtime, filing_id, runtime.codes.mail_code(filing_id, 1))


def prevent(runtime: Runtime, filing_id: UUID) -> None:
    """Asks for the first requirement of its cédula."""
    prevenir(runtime, ANA, filing_id, [next(iter(citable(runtime, filing_id)))], "Falta y no se lee.")


def follow(runtime: Runtime, filing_id: UUID, folder: Path, relation: Relacion, **changes: object) -> UUID:
    """A writing that follows that filing."""
    values: dict[str, object] = {"applicant": MARIA, "received_at": runtime.clock(), "tramite": "OP-001"}
    follows = Follows(filing_id, relation)
    return file(runtime, folder, uuid4().hex, follows=follows, **(values | changes))


def relation(runtime: Runtime, filing_id: UUID) -> str:
    with runtime.database.reading() as session:
        follow_up = session.get_one(Filing, filing_id).follow_up
        return follow_up.relation if follow_up else ""


def told(runtime: Runtime, filing_id: UUID, act: Acto) -> list[Event]:
    with runtime.database.reading() as session:
        mine = (Event.filing_id == filing_id) & (Event.act == act)
        return list(session.scalars(select(Event).where(mine).order_by(Event.id)))


def records(runtime: Runtime, filing_id: UUID, act: Acto) -> list[dict[str, object]]:
    with runtime.database.reading() as session:
        mine = (LedgerLeaf.filing_id == filing_id) & (LedgerLeaf.act == act)
        return [json.loads(leaf.record) for leaf in session.scalars(select(LedgerLeaf).where(mine))]


def nothing_is_wrong(runtime: Runtime) -> None:
    assert review_of(runtime, at=runtime.clock(), codes=runtime.codes).findings == ()


@pytest.mark.parametrize("turned", [False, True])
def test_a_desahogo_lets_the_filing_go_on_where_it_was_and_its_terms_start_anew(
    parts: Parts, runtime: Runtime, filing_id: UUID, tmp_path: Path, clock: TestClock, *, turned: bool
) -> None:
    if turned:
        turnar(runtime, ANA, filing_id, "OB", "Es suyo.")
    prevent(runtime, filing_id)
    promised = filing_of(runtime, filing_id).deadlines
    clock.time += timedelta(days=3)
    answer = follow(runtime, filing_id, tmp_path, Relacion.DESAHOGO)
    root, made = filing_of(runtime, filing_id), filing_of(runtime, answer)
    assert stands(runtime, filing_id) == ("turnado" if turned else "presentado", "")
    assert (stands(runtime, answer), relation(runtime, answer)) == (("acumulado", ""), "desahogo")
    terms = [row for row in promised if row.term != Termino.PREVENCION]
    anew = root.deadlines[len(promised) :]
    assert [(row.term, row.days, row.counted_from) for row in anew] == [
        (row.term, row.days, made.effective_date) for row in terms
    ]
    assert all(new.due > old.due for new, old in zip(anew, terms, strict=True))
    assert [(row.term, row.due) for row in made.deadlines] == [(row.term, row.due) for row in anew]
    [record] = records(runtime, filing_id, Acto.DESAHOGO)
    assert (record["escrito"], record["efectos"]) == (made.folio, made.effective_date.isoformat())
    [event] = told(runtime, filing_id, Acto.DESAHOGO)
    assert (event.actor, event.data["correo"]) == ("María Peña", True)
    seen = tracking.view(runtime, filing_id)
    assert [part.folio for part in seen.expediente] == [root.folio, made.folio]
    assert all("Empezó de nuevo" in term.how for term in seen.terms)
    at_desk = [(term.name, term.due is not None) for term in desk_filing.view(runtime, ANA, filing_id).terms]
    assert [running for _, running in at_desk] == [False] * len(promised) + [True] * len(anew)
    assert all(name.endswith("(ya no corre)") != running for name, running in at_desk)
    work(parts, with_mail=True)
    assert tracking.view(runtime, answer).acuse is not None
    prevent(runtime, filing_id)  # and what it handed in may not be enough
    assert stands(runtime, filing_id)[0] == "prevenido"
    work(parts, with_mail=True)
    nothing_is_wrong(runtime)


def test_the_same_desahogo_sent_twice_is_one(runtime: Runtime, filing_id: UUID, parts: Parts, tmp_path: Path) -> None:
    prevent(runtime, filing_id)
    form = submission(
        blank_pdf(tmp_path / "a.pdf"), uuid4().hex, follows=Follows(filing_id, Relacion.DESAHOGO), applicant=MARIA
    )
    first, second = intake.receive(runtime, form), intake.receive(runtime, form)
    assert (first.folio, second.repeated) == (second.folio, True)
    assert len(told(runtime, filing_id, Acto.DESAHOGO)) == 1
    work(parts)


def test_an_alcance_moves_nothing_and_no_act_is_done_on_what_somebody_saw_before_it(
    runtime: Runtime, parts: Parts, filing_id: UUID, tmp_path: Path
) -> None:
    turnar(runtime, ANA, filing_id, "OB", "Es suyo.")
    seen = desk_filing.view(runtime, CARLA, filing_id).seen
    before = filing_of(runtime, filing_id).deadlines
    added = follow(runtime, filing_id, tmp_path, Relacion.DESAHOGO)  # nothing was asked
    assert relation(runtime, added) == "alcance"
    assert [row.due for row in filing_of(runtime, filing_id).deadlines] == [row.due for row in before]
    with pytest.raises(Conflict):
        responder(runtime, CARLA, filing_id, upload(blank_pdf(tmp_path / "r.pdf"), "respuesta"), "Sí.", seen=seen)
    view = desk_filing.view(runtime, CARLA, filing_id)
    assert [(each.part.relation, len(each.files)) for each in view.expediente] == [("", 1), ("Agrega al escrito", 1)]
    more = follow(runtime, added, tmp_path, Relacion.ALCANCE)  # of the one that was added: the same expediente
    assert [each.part.folio for each in desk_filing.view(runtime, CARLA, added).expediente] == [
        filing_of(runtime, each).folio for each in (filing_id, added, more)
    ]
    work(parts)
    nothing_is_wrong(runtime)


def test_the_area_sees_what_belongs_to_its_expediente_and_can_act_only_there(
    runtime: Runtime, parts: Parts, filing_id: UUID, tmp_path: Path
) -> None:
    added = follow(runtime, filing_id, tmp_path, Relacion.ALCANCE)
    folio = filing_of(runtime, added).folio
    for actor in (CARLA, DANIEL):
        with pytest.raises(NotFound):
            desk_filing.find(runtime, actor, folio)
    turnar(runtime, ANA, filing_id, "OB", "Es suyo.")
    assert desk_filing.find(runtime, CARLA, folio) == added
    with pytest.raises(NotFound):
        desk_filing.find(runtime, DANIEL, folio)
    assert desk_filing.view(runtime, ANA, added).allowed <= {"ver", "dictaminar"}
    with pytest.raises(Conflict, match="se sumó a otro expediente"):
        turnar(runtime, ANA, added, "OB", "Es suyo.")
    work(parts)


def test_what_comes_once_it_is_over_is_a_filing_by_itself(
    runtime: Runtime, parts: Parts, filing_id: UUID, tmp_path: Path
) -> None:
    pedir_anulacion(runtime, ANA, filing_id, "Se duplicó.")
    confirmar_anulacion(runtime, BETO, filing_id, "Así es.")
    late = follow(runtime, filing_id, tmp_path, Relacion.ALCANCE)
    assert (stands(runtime, late)[0], relation(runtime, late)) == ("presentado", "posterior")
    assert told(runtime, filing_id, Acto.ALCANCE) == []
    work(parts)
    nothing_is_wrong(runtime)


def test_who_confirmed_an_address_is_not_asked_again_for_the_same(
    runtime: Runtime, parts: Parts, filing_id: UUID, tmp_path: Path
) -> None:
    same = follow(runtime, filing_id, tmp_path, Relacion.ALCANCE)
    other = follow(
        runtime, filing_id, tmp_path, Relacion.ALCANCE, applicant=Person("fisica", "María Peña", email="x@correo.mx")
    )
    with runtime.database.reading() as session:
        found = [session.get_one(EmailConfirmation, each).confirmed_at is not None for each in (same, other)]
    assert found == [True, False]
    work(parts, with_mail=True)
    nothing_is_wrong(runtime)


def test_a_prevencion_is_read_once_it_is_opened_and_its_acuse_is_ours(
    parts: Parts, runtime: Runtime, filing_id: UUID, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    work(parts, with_mail=True)
    smtp_sink.messages()
    prevent(runtime, filing_id)
    work(parts, with_mail=True)
    [message] = tracking.view(runtime, filing_id).inbox
    assert (message.opened_at, tracking.view(runtime, filing_id).request) == (None, None)
    assert message.due
    buzon.open_message(runtime, filing_id, message.number, Medio.CLAVE)
    buzon.open_message(runtime, filing_id, message.number, Medio.CORREO)  # a second tap
    [event] = told(runtime, filing_id, Acto.NOTIFICACION)
    assert (event.actor, event.data["medio"]) == ("María Peña", "clave")
    seen = tracking.view(runtime, filing_id)
    assert seen.request
    assert seen.inbox[0].opened_at == event.at
    work(parts, with_mail=True)
    [notice] = tracking.view(runtime, filing_id).notices
    path = tmp_path / notice.filename
    with runtime.database.reading() as session:
        item = session.get_one(StoredObject, notice.object_id)
    runtime.bucket.fetch(item.key, item.version_id, item.sha256, path)
    shown = " ".join(text_of(path.read_bytes()).split())
    for words in ("Acuse de notificación", "Falta y no se lee.", "con el folio y la clave", seen.request.asked[0]):
        assert words in shown
    found = verification.by_file(runtime, path, item.sha256)
    assert (found.known, found.verdict and found.verdict.colour) == (
        Known.EXACT_NOTICE,
        Colour.AMBER,
    )  # nobody is asked about revocation here
    subjects = [str(each["Subject"]) for each in smtp_sink.messages()]
    assert subjects[-2:] == ["Tiene una notificación en su buzón", "Acuse de notificación"]
    last = smtp_sink.messages()[-1]
    assert [part.get_filename() for part in last.iter_attachments()] == [f"notificacion-1-{seen.folio}.pdf"]
    nothing_is_wrong(runtime)


def test_an_answer_is_given_once_it_is_opened(parts: Parts, runtime: Runtime, filing_id: UUID, tmp_path: Path) -> None:
    turnar(runtime, ANA, filing_id, "OB", "Es suyo.")
    responder(runtime, CARLA, filing_id, upload(blank_pdf(tmp_path / "r.pdf"), "respuesta"), "Se reparará.")
    work(parts)
    with runtime.database.reading() as session:
        mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == Purpose.SEALED_ANSWER)
        sealed = session.scalars(select(StoredObject).where(mine)).one()
    with pytest.raises(NotFound, match="en su buzón"):
        tracking.download(runtime, filing_id, sealed.id)
    seen = tracking.view(runtime, filing_id)
    assert seen.answer is None
    for stranger in (0, seen.inbox[0].number + 1):
        with pytest.raises(NotFound):
            buzon.open_message(runtime, filing_id, stranger, Medio.SESION)
    buzon.open_message(runtime, filing_id, seen.inbox[0].number, Medio.SESION)
    opened = tracking.view(runtime, filing_id)
    assert opened.answer and opened.answer.object_id == sealed.id
    tracking.download(runtime, filing_id, sealed.id)
    work(parts, with_mail=True)
    with runtime.database.transaction() as session:  # a late duplicate, and the end of the first lost
        session.execute(update(Job).where(Job.kind == Kind.NOTIFY).values(done_at=None))
    work(parts, with_mail=True)
    assert len(tracking.view(runtime, filing_id).notices) == 1
    nothing_is_wrong(runtime)


def test_who_did_not_consent_has_no_buzon(parts: Parts, runtime: Runtime, tmp_path: Path) -> None:
    filing_id = file(runtime, tmp_path, uuid4().hex, tramite="OP-001")
    prevent(runtime, filing_id)
    seen = tracking.view(runtime, filing_id)
    assert (seen.inbox, seen.request is not None) == ((), True)
    number = told(runtime, filing_id, Acto.PREVENCION)[0].id
    with pytest.raises(NotFound):
        buzon.open_message(runtime, filing_id, number, Medio.SESION)
    work(parts)


def test_whatever_is_changed_of_it_is_found(parts: Parts, runtime: Runtime, filing_id: UUID, tmp_path: Path) -> None:
    prevent(runtime, filing_id)
    [message] = tracking.view(runtime, filing_id).inbox
    buzon.open_message(runtime, filing_id, message.number, Medio.CLAVE)
    answer = follow(runtime, filing_id, tmp_path, Relacion.DESAHOGO)
    work(parts, with_mail=True)
    changes = {
        "DELETE FROM follow_ups WHERE filing_id = :answer": {"expediente_alterado"},
        "UPDATE follow_ups SET relation = 'alcance' WHERE filing_id = :answer": {"expediente_alterado"},
        "UPDATE filings SET estado = 'presentado' WHERE id = :answer": {"expediente_alterado"},
        "UPDATE filings SET estado = 'prevenido' WHERE id = :root": {"expediente_alterado"},
        "UPDATE deadlines SET due = '2030-01-01' WHERE filing_id = :root AND counted_from IS NOT NULL": {
            "expediente_alterado"
        },
        "DELETE FROM events WHERE filing_id = :root AND act = 'notificacion'": {"historia_incompleta"},
        "DELETE FROM jobs WHERE filing_id = :root AND kind = 'notificar'": {"trabajo_perdido"},
        "DELETE FROM ledger_leaves WHERE filing_id = :root AND act = 'acuse_notificacion'": {
            "sin_hoja_de_notificacion",
            "sin_hoja_de_acto",
            "hoja_faltante",
        },
        "DELETE FROM ledger_leaves WHERE filing_id = :root AND act = 'desahogo'": {
            "expediente_alterado",
            "sin_hoja_de_acto",
            "hoja_faltante",
        },
        "DELETE FROM stored_objects WHERE filing_id = :root AND purpose = 'notificacion'": {
            "huella_sin_registro",
            "sellado_sin_copia",
        },
    }
    plain = runtime.database.engine.dialect.name == "sqlite"
    ids = {"root": filing_id.hex if plain else filing_id, "answer": answer.hex if plain else answer}
    for statement, expected in changes.items():
        with put_right(runtime.database):
            with runtime.database.transaction() as session:
                named = {name: value for name, value in ids.items() if f":{name}" in statement}
                session.execute(text(statement), named)
            result = review_of(runtime, at=runtime.clock(), quick=True, codes=runtime.codes)
            found = {finding.code.value for finding in result.findings} - {"objeto_huerfano"}
            assert found == expected, statement
    nothing_is_wrong(runtime)
