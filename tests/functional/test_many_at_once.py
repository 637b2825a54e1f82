"""Thirty-two citizens at once, over HTTP, on SQLite and PostgreSQL: folios 1..N, no gap, no duplicate, in order."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from oficialia.db import Database
from oficialia.domain.folio import Folio
from oficialia.embedded.browser import Browser
from oficialia.models import Filing, LedgerLeaf
from tests.support.filing import FOLIO, Office, file, values
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import blank_pdf

CITIZENS = 32
EXAMPLE = "OP-2026-000123-5"  # what the form shows in its hint


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.thorough), THOROUGH_POSTGRES])
def busy(request: pytest.FixtureRequest) -> tuple[Office, Database]:
    """An office and its register."""
    if request.param == "sqlite":
        office: Office = request.getfixturevalue("office")
        return office, Database(f"sqlite:///{office.folder / 'oficialia.db'}")
    office = request.getfixturevalue("office_on_postgres")
    return office, Database(request.getfixturevalue("office_postgres_url"))


def test_folios_have_no_gap_and_no_duplicate_and_every_filing_gets_its_acuse(
    busy: tuple[Office, Database], tmp_path: Path
) -> None:
    office, database = busy
    files = [blank_pdf(tmp_path / f"{n}.pdf") for n in range(CITIZENS)]
    with ThreadPoolExecutor(CITIZENS) as pool:
        filed = list(pool.map(lambda path: file(office, values(), {"principal": path}), files))
    assert len({filing.folio for filing in filed}) == CITIZENS
    with database.reading() as session:
        rows = session.scalars(select(Filing).order_by(Filing.sequence)).all()
        assert [row.folio for row in rows] == [str(Folio(rows[0].year, n)) for n in range(1, len(rows) + 1)]
        times = [row.registered_at for row in rows]
        assert times == sorted(set(times))
    for filing in filed:
        filing.wait()
    with database.reading() as session:
        leaves = session.scalars(select(LedgerLeaf).order_by(LedgerLeaf.index)).all()
    assert [leaf.index for leaf in leaves] == list(range(len(leaves)))
    acts = [(leaf.folio, leaf.act) for leaf in leaves]
    for filing in filed:
        assert [act for folio, act in acts if folio == filing.folio] == ["ingreso", "sello", "acuse"]
    database.close()


def test_the_same_form_sent_eight_times_at_once_has_one_folio(office: Office, tmp_path: Path) -> None:
    browser, path = Browser(), blank_pdf(tmp_path / "a.pdf")
    page = browser.open(f"{office.url}/presentar/en-una-pagina")
    form = page.form_with("asunto")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: browser.send(page, form, values(), {"principal": path}), range(8)))
    assert {answer.status for answer in answers} == {200}
    assert len({match[0] for answer in answers if (match := FOLIO.search(answer.text))}) == 1


def test_the_same_key_with_another_body_is_a_conflict(office: Office, tmp_path: Path) -> None:
    browser, path = Browser(), blank_pdf(tmp_path / "a.pdf")
    page = browser.open(f"{office.url}/presentar/en-una-pagina")
    form = page.form_with("asunto")
    first = browser.send(page, form, values(), {"principal": path})
    again = browser.send(page, form, values(asunto="Otro asunto"), {"principal": path})
    assert (first.status, again.status) == (200, 409)
    shown = set(FOLIO.findall(again.text)) - {EXAMPLE}
    assert shown <= set(FOLIO.findall(first.text))  # no second folio
