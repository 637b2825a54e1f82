"""Letters that belong to no filing: asked for, sent under one Message-ID, and their addresses forgotten."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from oficialia.errors import TooMany
from oficialia.models import AskedLetter, Job
from oficialia.runtime import Runtime
from oficialia.services import jobs, letters, outbox
from oficialia.services.outbox import MAX_ATTEMPTS, Kind
from tests.conftest import SmtpSink
from tests.support.office import TestClock
from tests.support.reviewing import review_of
from tests.support.working import make_parts, work
from workers.parts import Parts

MARIA = "maria@correo.mx"


@pytest.fixture
def parts(runtime: Runtime, development_pki: Path, smtp_sink: SmtpSink) -> Parts:
    return make_parts(runtime, development_pki, "http://127.0.0.1:1", smtp_port=smtp_sink.port)


def test_the_link_to_a_draft_is_mailed_in_words_and_its_address_then_forgotten(
    parts: Parts, smtp_sink: SmtpSink, clock: TestClock
) -> None:
    runtime, draft = parts.runtime, uuid4()
    letters.ask_draft_link(runtime, MARIA, draft)
    work(parts, with_mail=True)
    [message] = smtp_sink.messages()
    link = f"{runtime.labels.public_url}/borrador#{runtime.codes.draft(draft)}"
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain and link in plain.get_content()
    assert html and f'<a href="{link}">' in html.get_content()
    assert (message["To"], message["Subject"]) == (MARIA, "Siga su escrito donde lo dejó")
    letters.forget(runtime)
    assert address(runtime) == MARIA  # it may have to be sent again
    clock.time += letters.KEPT + timedelta(seconds=1)
    letters.forget(runtime)
    assert address(runtime) == ""
    assert review_of(runtime, at=runtime.clock(), quick=True).findings == ()


def address(runtime: Runtime) -> str:
    with runtime.database.reading() as session:
        return session.scalars(select(AskedLetter.address)).one()


def test_nobodys_mailbox_is_filled_through_us(runtime: Runtime, clock: TestClock) -> None:
    for _ in range(letters.MOST_AN_HOUR):
        letters.ask_draft_link(runtime, MARIA, uuid4())
    with pytest.raises(TooMany):
        letters.ask_draft_link(runtime, MARIA.upper(), uuid4())
    letters.ask_draft_link(runtime, "otra@correo.mx", uuid4())
    clock.time += letters.HOUR
    letters.ask_draft_link(runtime, MARIA, uuid4())


def test_a_letter_that_cannot_be_sent_waits_for_a_person_and_is_asked_for_again(runtime: Runtime) -> None:
    letters.ask_draft_link(runtime, MARIA, UUID(int=7))
    with runtime.database.transaction() as session:
        job = session.scalars(select(Job)).one()
        assert (job.filing_id, job.kind) == (None, Kind.MAIL_DRAFT)
        job.attempts = MAX_ATTEMPTS
    assert outbox.take(runtime.database, job.id, runtime.clock()) is None
    [trouble] = jobs.troubled(runtime.database, runtime.clock())
    assert (trouble.folio, trouble.held) == ("", True)
    codes = [finding.code for finding in review_of(runtime, at=runtime.clock(), quick=True).findings]
    assert codes == ["trabajo_detenido"]
    again = jobs.retry(runtime.database, [job.id], who="ana", motive="Ya hay correo.", now=runtime.clock())
    assert again == [(job.id, "")]
    assert review_of(runtime, at=runtime.clock(), quick=True).findings == ()
