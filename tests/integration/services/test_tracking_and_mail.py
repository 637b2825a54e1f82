"""A folio alone opens nothing; the acuse is mailed only to an address confirmed with its code."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from oficialia.domain.filing import Etapa
from oficialia.errors import NotFound, TooMany
from oficialia.models import Filing, Job
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, intake, mail, outbox, tracking, verification
from oficialia.services.email_confirmation import MAX_CODES, MAX_WRONG
from oficialia.services.submission import Person
from tests.support.office import blank_pdf, submission


@pytest.fixture
def receipt(runtime: Runtime, tmp_path: Path) -> intake.Receipt:
    """A filing with an address."""
    person = Person("fisica", "María", email="maria@correo.mx")
    return intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf"), applicant=person))


def wrong_code(runtime: Runtime, filing_id: UUID) -> str:
    """A code that is not the one sent."""
    return f"{(int(runtime.codes.mail_code(filing_id, 1)) + 1) % 1_000_000:06d}"


def test_folio_and_key_together_open_the_filing(runtime: Runtime, receipt: intake.Receipt) -> None:
    key = runtime.codes.tracking(receipt.filing_id)
    assert tracking.open_with_key(runtime, receipt.folio.lower(), key.lower().replace("-", " ")) == receipt.filing_id


def test_anything_else_opens_nothing_and_answers_alike(runtime: Runtime, receipt: intake.Receipt) -> None:
    key = runtime.codes.tracking(receipt.filing_id)
    verification_code = runtime.codes.verification(receipt.filing_id)
    answers = set()
    for folio, typed in ((receipt.folio, ""), (receipt.folio, verification_code), ("OP-2026-000002-0", key), ("", "")):
        with pytest.raises(NotFound) as absent:
            tracking.open_with_key(runtime, folio, typed)
        answers.add(absent.value.sentence)
    assert len(answers) == 1


def test_an_object_of_another_filing_is_absent(runtime: Runtime, receipt: intake.Receipt, tmp_path: Path) -> None:
    other = intake.receive(runtime, submission(blank_pdf(tmp_path / "b.pdf"), key="b"))
    theirs = tracking.view(runtime, other.filing_id).others[0].object_id
    with pytest.raises(NotFound):
        tracking.download(runtime, receipt.filing_id, theirs)


def test_a_code_shows_that_it_is_authentic_and_names_nobody(runtime: Runtime, receipt: intake.Receipt) -> None:
    shown = verification.by_code(runtime, runtime.codes.verification(receipt.filing_id))
    assert shown.folio == receipt.folio
    assert "María" not in repr(shown)
    with pytest.raises(NotFound):
        verification.by_code(runtime, runtime.codes.tracking(receipt.filing_id))


def test_the_right_code_confirms_and_asks_for_the_mail_once_there_is_an_acuse(
    runtime: Runtime, receipt: intake.Receipt
) -> None:
    with runtime.database.transaction() as session:
        session.get_one(Filing, receipt.filing_id).etapa = Etapa.ACUSE_LISTO
    code = runtime.codes.mail_code(receipt.filing_id, 1)
    assert not email_confirmation.confirm(runtime, receipt.filing_id, wrong_code(runtime, receipt.filing_id))
    assert email_confirmation.confirm(runtime, receipt.filing_id, f" {code[:3]} {code[3:]}")
    assert email_confirmation.confirm(runtime, receipt.filing_id, code)
    with runtime.database.reading() as session:
        kinds = session.scalars(select(Job.kind)).all()
    assert sorted(kinds) == ["correo_acuse", "correo_codigo", "sellar"]


def test_codes_cannot_be_guessed_nor_asked_for_without_end(runtime: Runtime, receipt: intake.Receipt) -> None:
    for _ in range(MAX_WRONG):
        assert not email_confirmation.confirm(runtime, receipt.filing_id, wrong_code(runtime, receipt.filing_id))
    with pytest.raises(TooMany):
        email_confirmation.confirm(runtime, receipt.filing_id, runtime.codes.mail_code(receipt.filing_id, 1))
    for _ in range(MAX_CODES - 1):
        email_confirmation.resend(runtime, receipt.filing_id)
    assert not email_confirmation.confirm(runtime, receipt.filing_id, runtime.codes.mail_code(receipt.filing_id, 1))
    with pytest.raises(TooMany):
        email_confirmation.resend(runtime, receipt.filing_id)
    assert email_confirmation.confirm(runtime, receipt.filing_id, runtime.codes.mail_code(receipt.filing_id, MAX_CODES))


def test_the_letter_with_the_code_has_no_personal_data_in_its_subject(
    runtime: Runtime, receipt: intake.Receipt
) -> None:
    with runtime.database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == "correo_codigo")).one()
    lease = outbox.take(runtime.database, job.id, runtime.clock())
    assert lease is not None
    letter = mail.write(runtime, lease)
    assert letter is not None
    assert runtime.codes.mail_code(receipt.filing_id, 1) in letter.text()
    assert receipt.folio not in letter.subject
    mail.record(runtime, lease)
    assert outbox.take(runtime.database, job.id, runtime.clock()) is None
