"""The review finds each thing that can be wrong, by its name and nothing else, and nothing where nothing is wrong."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, make_transient

from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import Record
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.services import ledger, outbox
from oficialia.services.review_findings import Code
from oficialia.services.review_scope import Year
from oficialia.services.review_series import series
from tests.support.reviewing import Reviewed, rewrite


@pytest.mark.parametrize("quick", [True, False], ids=["rapido", "completo"])
def test_nothing_is_found_where_nothing_is_wrong(office: Reviewed, quick: bool) -> None:
    result = office.review(quick=quick)
    assert result.findings == ()
    assert result.good
    assert result.counts == {"hojas": 5, "expedientes": 2, "objetos": 4}


SQL = {
    "a number that the series gave and no filing has": (
        "UPDATE folio_series SET last = last + 2",
        Code.FOLIO_MISSING,
    ),
    "a number that the series never gave": ("UPDATE folio_series SET last = last - 1", Code.SERIES_BEHIND),
    "a check character": (
        "UPDATE filings SET folio = substr(folio, 1, 15) || '*' WHERE folio = :open",
        Code.FOLIO_INVALID,
    ),
    "the order of time": (
        "UPDATE filings SET registered_at = (SELECT registered_at FROM filings WHERE folio = :sealed) "
        "WHERE folio = :open",
        Code.FOLIO_TIME,
    ),
    "the size of the tree": ("UPDATE ledger_head SET size = size + 1", Code.HEAD_DIFFERS),
    "a leaf's hash": ("UPDATE ledger_leaves SET hash = folio WHERE act = 'sello'", Code.LEAF_ALTERED),
    "a leaf's salt": (
        "UPDATE ledger_leaves SET salt = substr(salt, 1, 31) WHERE act = 'sello'",
        Code.COMMITMENT_DIFFERS,
    ),
    "what was asked for": ("UPDATE filings SET asunto = 'Otro' WHERE folio = :open", Code.FILING_ALTERED),
    "the digest of a document": (
        "UPDATE documents SET sha256 = role WHERE filing_id = (SELECT id FROM filings WHERE folio = :open)",
        Code.DIGEST_DIFFERS,
    ),
    "the reason why work waits": (
        "UPDATE jobs SET quarantined_at = created_at, last_error = 'Falta tinta.' WHERE done_at IS NULL",
        Code.WORK_HELD,
    ),
    "the sello": ("UPDATE acuses SET sello = 'AAAA'", Code.SELLO_INVALID),
    "what the cadena is about": (
        "UPDATE documents SET pages = 7 WHERE filing_id = (SELECT id FROM filings WHERE folio = :sealed)",
        Code.CADENA_DIFFERS,
    ),
    "the certificate that the cadena names": ("UPDATE seal_certificates SET serial = '00'", Code.SELLO_INVALID),
    "an object's size": ("UPDATE stored_objects SET size = size + 1 WHERE purpose = 'sellado'", Code.OBJECT_SIZE),
    "an object's version": (
        "UPDATE stored_objects SET version_id = '67152e7f9ebd9408b6cdb5c7610de5bd' WHERE purpose = 'sellado'",
        Code.OBJECT_ABSENT,
    ),
}


@pytest.mark.parametrize("broken", SQL)
def test_a_row_that_was_changed_is_found_by_its_name_alone(office: Reviewed, broken: str) -> None:
    statement, code = SQL[broken]
    office.sql(statement)
    assert office.codes() == [code]


def drop_filing(session: Session, folio: str) -> None:
    mine = {"id": session.scalar(text("SELECT id FROM filings WHERE folio = :folio"), {"folio": folio})}
    for table in (
        "ledger_leaves",
        "jobs",
        "events",
        "deadlines",
        "party_words",
        "parties",
        "stored_objects",
        "documents",
    ):
        session.execute(text(f"DELETE FROM {table} WHERE filing_id = :id"), mine)  # noqa: S608
    session.execute(text("DELETE FROM filings WHERE id = :id"), mine)


def a_filing_is_gone(office: Reviewed, session: Session) -> None:
    drop_filing(session, office.open_folio)
    session.get_one(LedgerHead, 1).size -= 1


def a_leaf_is_skipped(office: Reviewed, session: Session) -> None:
    office.leaf(session, office.open_folio, Acto.INGRESO).index += 1
    session.get_one(LedgerHead, 1).size += 1


def a_leaf_goes_back_in_time(office: Reviewed, session: Session) -> None:
    leaf = office.leaf(session, office.sealed_folio, Acto.ACUSE)
    leaf.registered_at -= timedelta(minutes=1)
    rewrite(leaf)


def a_leaf_says_another_act(office: Reviewed, session: Session) -> None:
    rewrite(office.leaf(session, office.sealed_folio, Acto.SELLO), acto="otro")


def a_leaf_says_another_folio(office: Reviewed, session: Session) -> None:
    leaf = office.leaf(session, office.sealed_folio, Acto.SELLO)
    leaf.folio = office.open_folio
    rewrite(leaf)


def an_ingreso_is_of_another_number(office: Reviewed, session: Session) -> None:
    leaf = office.leaf(session, office.open_folio, Acto.INGRESO)
    leaf.folio = str(Folio(2026, 7))
    rewrite(leaf)


def emptied(leaf: LedgerLeaf) -> None:
    """It stays a good leaf, and tells of nothing."""
    leaf.act = Acto.CONSULTA
    rewrite(leaf, record={"acto": "consulta"})


def the_ingreso_leaf_is_gone(office: Reviewed, session: Session) -> None:
    emptied(office.leaf(session, office.open_folio, Acto.INGRESO))


def the_sello_leaf_is_gone(office: Reviewed, session: Session) -> None:
    emptied(office.leaf(session, office.sealed_folio, Acto.SELLO))


def the_acuse_leaf_is_gone(office: Reviewed, session: Session) -> None:
    emptied(office.leaf(session, office.sealed_folio, Acto.ACUSE))


def a_leaf_names_an_unknown_digest(office: Reviewed, session: Session) -> None:
    turn = ledger.take_turn(session, office.runtime.clock())
    facts: Record = {"acto": "edicion", "de": "sellado", "edicion": 9, "documento": "ab" * 32}
    ledger.append(session, turn, office.filing(session, office.sealed_folio), Acto.EDICION, facts)


def an_edition_has_no_leaf(office: Reviewed, session: Session) -> None:
    other = office.object(session, "acuse")
    make_transient(other)
    other.id, other.edition = 99, 2
    session.add(other)


def the_principal_is_an_anexo(office: Reviewed, session: Session) -> None:
    session.execute(
        text("UPDATE documents SET role = 'anexo', number = 1 WHERE filing_id = :id"), office.open_id(session)
    )


def the_original_is_not_noted(office: Reviewed, session: Session) -> None:
    session.execute(text("UPDATE stored_objects SET purpose = 'fuente' WHERE filing_id = :id"), office.open_id(session))


def the_sealed_copy_is_not_noted(office: Reviewed, session: Session) -> None:
    session.execute(text("UPDATE filings SET etapa = 'acuse_listo' WHERE id = :id"), office.open_id(session))


def the_work_is_gone(office: Reviewed, session: Session) -> None:
    session.execute(text("DELETE FROM jobs WHERE filing_id = :id"), office.open_id(session))


def the_work_made_nothing(office: Reviewed, session: Session) -> None:
    session.execute(text("UPDATE jobs SET done_at = created_at WHERE filing_id = :id"), office.open_id(session))
    outbox.ask(session, outbox.Kind.ACUSE, office.filing(session, office.open_folio).id, office.runtime.clock())


HARM: dict[Callable[[Reviewed, Session], None], list[Code]] = {
    a_filing_is_gone: [Code.FOLIO_MISSING],
    a_leaf_is_skipped: [Code.LEAF_MISSING],
    a_leaf_goes_back_in_time: [Code.LEAF_TIME],
    a_leaf_says_another_act: [Code.LEAF_DIFFERS],
    a_leaf_says_another_folio: [Code.LEAF_DIFFERS],
    an_ingreso_is_of_another_number: [Code.INGRESO_ORDER],
    the_ingreso_leaf_is_gone: [Code.NO_INGRESO_LEAF],
    the_sello_leaf_is_gone: [Code.NO_SELLO_LEAF],
    the_acuse_leaf_is_gone: [Code.NO_ACUSE_LEAF],
    a_leaf_names_an_unknown_digest: [Code.HISTORY_GAP, Code.DIGEST_UNKNOWN],
    an_edition_has_no_leaf: [Code.NO_ACUSE_LEAF],
    the_principal_is_an_anexo: [Code.NO_PRINCIPAL],
    the_original_is_not_noted: [Code.NO_ORIGINAL],
    the_sealed_copy_is_not_noted: [Code.NO_SEALED, Code.NO_ACUSE],
    the_work_is_gone: [Code.NO_WORK],
    the_work_made_nothing: [Code.SEAL_LOST],
}


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_a_harm_is_found_by_its_name_alone(office: Reviewed, harm: Callable[[Reviewed, Session], None]) -> None:
    with office.writing() as session:
        harm(office, session)
    assert office.codes() == HARM[harm]


def test_a_number_given_twice_is_found(office: Reviewed) -> None:
    """Only a register whose constraint is gone can hold it: this looks at rows that no database would take."""
    with office.runtime.database.reading() as session:
        first, second = (office.filing(session, folio) for folio in (office.sealed_folio, office.open_folio))
        session.expunge_all()
    second.sequence = first.sequence
    found = list(series(Year(first.year, 1, 1), [first, second]))
    assert [finding.code for finding in found] == [Code.FOLIO_REPEATED, Code.FOLIO_INVALID]


def test_late_work_is_found_with_time(office: Reviewed) -> None:
    assert office.codes(later=timedelta(minutes=4)) == []
    assert office.codes(later=timedelta(minutes=6)) == [Code.WORK_LATE]


def test_the_reason_of_work_that_waits_is_told(office: Reviewed) -> None:
    office.sql("UPDATE jobs SET quarantined_at = created_at, last_error = 'Falta tinta.' WHERE done_at IS NULL")
    [finding] = office.review(quick=True).findings
    assert "Falta tinta." in finding.sentence
    assert office.open_folio in finding.subject


def test_what_failed_is_told_apart_from_what_is_only_noticed(office: Reviewed) -> None:
    office.sql("UPDATE ledger_head SET size = size + 1")
    result = office.review(quick=True)
    assert not result.good
    assert result.by_code() == {"cabeza_distinta": 1}
