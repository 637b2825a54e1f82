"""A filing gets the certified time that it lacked, whatever goes away between one half of that and the other."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oficialia.domain.documents import Purpose
from oficialia.models import Acuse, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake
from oficialia.services.outbox import Kind
from signing.errors import TimestampUnavailable
from tests.support.authorities import serving
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.working import make_parts, work
from workers import raising, sealing

NO_TSA = "http://127.0.0.1:1"


def test_an_acuse_that_has_its_time_states_the_copy_that_got_its_own_later(
    runtime: Runtime, development_pki: Path, tmp_path: Path, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf"), received_at=clock()))
    with runtime.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.kind == Kind.SEAL)).one()
    monkeypatch.setattr(sealing, "parts", lambda: make_parts(runtime, development_pki, NO_TSA))
    sealing.seal(job)  # without its time; the acuse will have its own
    monkeypatch.undo()
    with serving(development_pki, clock) as (responders, _):
        ours = make_parts(runtime, development_pki, responders)
        with monkeypatch.context() as away:
            away.setattr(raising, "_reissue_acuse", _goes_away)
            work(ours)
        assert _stated(runtime) == [True, False], "the copy was raised, and its acuse states the one before"
        clock.time += timedelta(minutes=1)
        work(ours)
    assert _stated(runtime) == [True, True]


def _goes_away(*_: object) -> bool:
    raise TimestampUnavailable("the authority went away again")


def _stated(runtime: Runtime) -> list[bool]:
    """Whether the newest copy was raised, and whether the newest acuse states that copy."""
    with runtime.database.reading() as session:
        copies = session.scalars(
            select(StoredObject).where(StoredObject.purpose == Purpose.SEALED).order_by(StoredObject.edition)
        ).all()
        acuse = session.scalars(select(Acuse).order_by(Acuse.edition)).all()[-1]
        return [len(copies) == 2, copies[-1].sha256 in acuse.cadena]
