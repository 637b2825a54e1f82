"""Whatever somebody changes in the rows of a filing is found by its name, and so is a row that cannot be read."""

# ruff: noqa: S608 - statements made of our own words

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from oficialia.db_faults import sqlite_file
from oficialia.domain.codes import Codes
from oficialia.services import email_confirmation, intake
from oficialia.services.review_findings import Code
from oficialia.services.submission import Anexo, Person
from tests.support.office import blank_pdf, submission, upload
from tests.support.reviewing import Reviewed, by_hand, put_right, review_of
from tests.support.working import work

MINE = "filing_id = (SELECT id FROM filings WHERE folio = :open)"
MAILED = "filing_id = (SELECT id FROM filings WHERE folio = :mailed)"
ONE = "SELECT id FROM filings WHERE folio = :sealed"
ALTERED = {
    "the name": f"UPDATE parties SET name = 'Otro' WHERE {MINE}",
    "the address of mail": f"UPDATE parties SET email = 'otro@correo.mx' WHERE {MINE}",
    "the telephone": f"UPDATE parties SET phone = '5' WHERE {MINE}",
    "who filed": f"DELETE FROM parties WHERE {MINE}",
    "the part that somebody had in it": f"UPDATE parties SET role = 'representante' WHERE {MINE}",
    "the petition": "UPDATE filings SET petition = 'Otra' WHERE folio = :open",
    "the previous folio": "UPDATE filings SET previous_folio = 'OP-2026-000001-X' WHERE folio = :open",
    "the notice of privacy": "UPDATE filings SET privacy_version = '2' WHERE folio = :open",
    "the consent": "UPDATE filings SET buzon_consent = NOT buzon_consent WHERE folio = :open",
    "the name of a file": f"UPDATE documents SET filename = 'otro.pdf' WHERE {MINE}",
    "the level of the seal": "UPDATE filings SET nivel_sello = 'b_b' WHERE folio = :sealed",
    "how the copy was sealed": "UPDATE stored_objects SET seal_strategy = 'x' WHERE purpose = 'sellado'",
    "the level of the signature": "UPDATE filings SET nivel_firma = 'n2' WHERE folio = :open",
    "the state": "UPDATE filings SET estado = 'anulado_con_traza' WHERE folio = :open",
    "the stage": "UPDATE filings SET etapa = 'recibida' WHERE folio = :sealed",
    "the words by which it is found": f"DELETE FROM party_words WHERE word = 'maria' AND {MINE}",
    "that a person looks at it": "UPDATE filings SET etapa = 'en_espera' WHERE folio = :open",
}
OTHERS = {
    "UPDATE filings SET verification_hash = '00' WHERE folio = :open": Code.CODES_ALTERED,
    "UPDATE filings SET tracking_hash = '00' WHERE folio = :open": Code.CODES_ALTERED,
    f"DELETE FROM events WHERE {MINE}": Code.HISTORY_GAP,
    f"DELETE FROM events WHERE act = 'sello' AND filing_id = ({ONE})": Code.HISTORY_GAP,
    f"DELETE FROM jobs WHERE filing_id = ({ONE})": Code.WORK_LOST,
    f"DELETE FROM jobs WHERE kind = 'acuse' AND filing_id = ({ONE})": Code.WORK_LOST,
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_filing_that_was_altered_is_found(office: Reviewed, what: str) -> None:
    office.sql(ALTERED[what])
    assert set(office.codes()) == {Code.FILING_ALTERED}


def test_a_salt_that_is_none_is_found(office: Reviewed) -> None:
    with office.writing() as session:
        office.filing(session, office.open_folio).identity_salt = b"\0"
    assert office.codes() == [Code.FILING_ALTERED]


@pytest.mark.parametrize("statement", OTHERS)
def test_what_makes_a_filing_whole_is_missed(office: Reviewed, statement: str) -> None:
    office.sql(statement)
    assert office.codes() == [OTHERS[statement]]


def test_a_verification_code_that_only_has_the_right_shape_is_found_by_what_the_acuse_prints(office: Reviewed) -> None:
    office.sql(f"UPDATE filings SET verification_hash = '{'ab' * 32}' WHERE folio = :sealed")
    assert office.codes(quick=True) == []
    [finding] = office.review().findings
    assert (finding.code, finding.subject) == (Code.CODES_ALTERED, f"{office.sealed_folio} (acuse 1)")


@pytest.mark.parametrize("column", ["verification_hash", "tracking_hash"])
def test_with_the_secret_of_the_codes_any_other_is_found(office: Reviewed, column: str) -> None:
    runtime = office.runtime
    assert review_of(runtime, at=runtime.clock(), quick=True, codes=runtime.codes).findings == ()
    office.sql(f"UPDATE filings SET {column} = '{'ab' * 32}' WHERE folio = :open")
    for codes, found in ((runtime.codes, 1), (Codes(b"y" * 32), 2)):
        result = review_of(runtime, at=runtime.clock(), quick=True, codes=codes)
        assert [finding.code for finding in result.findings] == [Code.CODES_ALTERED] * found


def test_what_is_left_of_a_filing_that_somebody_deleted_is_named(office: Reviewed) -> None:
    with office.runtime.database.reading() as session:
        mine = office.filing(session, office.sealed_folio).id
    by_hand(office, "DELETE FROM filings WHERE folio = :sealed")
    gap, left = office.review(quick=True).findings
    assert (gap.code, left.code) == (Code.FOLIO_MISSING, Code.ROWS_ORPHAN)
    assert left.subject == f"expediente {mine}, folio {office.sealed_folio}"
    for part in ("1 documentos", "3 objetos", "1 acuses", "3 hojas del libro", "2 trabajos", "1 personas"):
        assert part in left.sentence


@pytest.fixture
def mailed(office: Reviewed, tmp_path: Path) -> Iterator[str]:
    """The folio of one more filing: photographs, of an anexo too, everybody that can stand in it, and an address that
    was confirmed."""
    photos = []
    for number in range(2):
        photos.append(tmp_path / f"foto {number}.png")
        Image.new("RGB", (600, 800), (200, number, 0)).save(photos[-1])
    form = submission(
        None,
        key=str(uuid4()),
        tramite="OP-001",
        area="OP",
        applicant=Person("juridica", "Vecinos, A. C.", rfc="VEC260101AB1", email="vecinos@correo.mx"),
        representative=Person("fisica", "María Peña"),
        photos=tuple(upload(photo, "fotos") for photo in photos),
        others=(Person("fisica", "Ana López"), Person("fisica", "Luz Ruiz")),
        common_representative="Ana López",
        signed_for=Person("fisica", "José Ruiz"),
        anexos=(
            Anexo(upload(blank_pdf(tmp_path / "anexo.pdf"), "anexo-0"), "Plano", reserved=True),
            Anexo(None, "Croquis", photos=tuple(upload(photo, "anexo-1") for photo in photos)),
        ),
        received_at=office.runtime.clock(),
    )
    receipt = intake.receive(office.runtime, form)
    code = office.runtime.codes.mail_code(receipt.filing_id, 1)
    assert email_confirmation.confirm(office.runtime, receipt.filing_id, code)
    work(office.parts)
    yield receipt.folio


# Another name of a photograph; only PostgreSQL has a type of its own for it.
OTHER_PHOTO = "replace(CAST(data AS TEXT), 'foto 1', 'otra')"
BOUND = {
    "SELECT 1": None,
    f"UPDATE email_confirmations SET address = 'otro@correo.mx' WHERE {MAILED}": Code.FILING_ALTERED,
    f"DELETE FROM email_confirmations WHERE {MAILED}": Code.FILING_ALTERED,
    f"DELETE FROM jobs WHERE kind = 'correo_acuse' AND {MAILED}": Code.WORK_LOST,
    f"DELETE FROM jobs WHERE kind = 'correo_codigo' AND {MAILED}": Code.WORK_LOST,
    f"DELETE FROM events WHERE act = 'correo_confirmado' AND {MAILED}": Code.HISTORY_GAP,
    f"UPDATE documents SET title = 'Otro' WHERE number = 1 AND {MAILED}": Code.FILING_ALTERED,
    f"UPDATE documents SET reserved = NOT reserved WHERE number = 1 AND {MAILED}": Code.FILING_ALTERED,
    f"UPDATE parties SET name = 'Otra' WHERE position = 1 AND {MAILED}": Code.FILING_ALTERED,
    f"DELETE FROM parties WHERE position = 2 AND {MAILED}": Code.FILING_ALTERED,
    f"UPDATE parties SET name = 'Otra' WHERE role = 'a_ruego' AND {MAILED}": Code.FILING_ALTERED,
    f"UPDATE parties SET role = 'promovente' WHERE position = 1 AND {MAILED}": Code.FILING_ALTERED,
    f"UPDATE events SET data = {{foto}} WHERE act = 'ingreso' AND {MAILED}": Code.FILING_ALTERED,
}


def test_photographs_people_and_mail_are_bound_too(office: Reviewed, mailed: str) -> None:
    found = {}
    plain = office.runtime.database.engine.dialect.name == "sqlite"
    photo = OTHER_PHOTO if plain else f"CAST({OTHER_PHOTO} AS JSON)"
    for statement in BOUND:
        with put_right(office.runtime.database):
            office.sql(statement.format(foto=photo), mailed=mailed)
            found[statement] = next(iter(office.codes()), None)
    assert found == BOUND


def test_a_typed_petition_is_bound(office: Reviewed) -> None:
    form = submission(None, key=str(uuid4()), petition="Pido luz.\r\nGracias.", received_at=office.runtime.clock())
    receipt = intake.receive(office.runtime, form)
    assert office.codes() == []
    office.sql("UPDATE filings SET petition = 'Pido luz.' WHERE folio = :typed", typed=receipt.folio)
    assert office.codes() == [Code.FILING_ALTERED]


def test_that_it_was_signed_in_our_page_is_bound_with_what_it_was_made_of(office: Reviewed, tmp_path: Path) -> None:
    photo, now = tmp_path / "foto.png", office.runtime.clock()
    Image.new("RGB", (60, 80), "red").save(photo)
    main = blank_pdf(tmp_path / "firmado.pdf")
    form = submission(main, key=str(uuid4()), photos=(upload(photo, "fotos"),), signed_here=True, received_at=now)
    intake.receive(office.runtime, form)
    assert office.codes() == []
    office.sql("UPDATE documents SET filename = 'otro.pdf' WHERE filename = 'firmado.pdf'")
    assert office.codes() == [Code.FILING_ALTERED]


UNREADABLE = [
    ("UPDATE filings SET registered_at = 'garbage' WHERE folio = :open", "{open}"),
    ("UPDATE filings SET id = 'garbage' WHERE folio = :open", "{open}"),
    (f"UPDATE documents SET flags = '{{' WHERE {MINE}", "{open}"),
    (f"UPDATE parties SET name = CAST(x'4d6172ed61' AS TEXT) WHERE {MINE}", "{open}"),
    ("UPDATE ledger_leaves SET registered_at = 'garbage' WHERE folio = :open", "hoja 4"),
    ("UPDATE stored_objects SET stored_at = 7 WHERE purpose = 'sellado'", "objeto "),
]


@pytest.mark.parametrize(("statement", "subject"), UNREADABLE)
def test_a_row_that_cannot_be_read_is_named_and_the_review_goes_on(
    office: Reviewed, statement: str, subject: str
) -> None:
    """SQLite alone keeps such values."""
    if not sqlite_file(office.runtime.database.url):
        pytest.skip("PostgreSQL takes no such value")
    office.sql("UPDATE seal_certificates SET serial = '00'")  # told at the other filing: it is looked at all the same
    by_hand(office, statement)
    result = office.review(quick=True)
    unread = [finding for finding in result.findings if finding.code == Code.ROW_UNREADABLE]
    assert any(finding.subject.startswith(subject.format(open=office.open_folio)) for finding in unread)
    assert not result.good
    rest = {finding.code for finding in result.findings} - {Code.ROW_UNREADABLE, Code.ROWS_ORPHAN}
    assert rest <= {Code.SELLO_INVALID}
    assert (Code.SELLO_INVALID in rest) == ("stored_objects" not in statement)


@pytest.mark.parametrize("column", ["sequence", "year"])
def test_a_number_that_is_none_leaves_a_gap(office: Reviewed, column: str) -> None:
    if not sqlite_file(office.runtime.database.url):
        pytest.skip("PostgreSQL takes no such value")
    by_hand(office, f"UPDATE filings SET {column} = 'x' WHERE folio = :open")
    assert office.codes() == [Code.FOLIO_MISSING]
