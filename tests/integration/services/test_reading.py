"""A look at the register shows one moment of it, on both databases, whoever writes meanwhile."""

from pathlib import Path

from sqlalchemy import func, select

from oficialia.models import Filing, Job
from oficialia.runtime import Runtime
from oficialia.services import intake
from tests.support.office import blank_pdf, submission


def test_two_queries_of_one_look_fit_together(runtime: Runtime, tmp_path: Path) -> None:
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Filing)) == 0
        intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf")))
        assert session.scalar(select(func.count()).select_from(Job)) == 0
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1
