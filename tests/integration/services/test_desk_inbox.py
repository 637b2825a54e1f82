"""The inbox among ten thousand filings: its order, its pages, finding people, and how long that takes."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from oficialia.domain.filing import OPEN, Estado, Rol
from oficialia.domain.folio import Folio
from oficialia.domain.staff import Actor
from oficialia.models import Deadline, EmailConfirmation, Filing, Party, PartyWord
from oficialia.runtime import Runtime
from oficialia.services import desk, desk_words, email_confirmation, staff_log
from oficialia.services.desk import PAGE, Filters, Row, inbox
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support import postgres
from tests.support.clerks import actor, hire
from tests.support.crowd import crowd, name_of
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, make_runtime
from tests.support.plans import is_searched

MANY = 10_000
# A person does not notice a third of a second; the machine of the tests has other things to do as well.
SECONDS = 0.5


@pytest.fixture(scope="module", params=["sqlite", THOROUGH_POSTGRES])
def runtime(
    request: pytest.FixtureRequest,
    bucket: Bucket,
    sandbox: Sandbox,
    development_pki: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Runtime]:
    """An office with a crowd before it, which no test changes."""
    folder = tmp_path_factory.mktemp("bandeja")
    url = postgres.database_of(request, folder)
    clock = TestClock(datetime(2026, 3, 1, 18, 0, tzinfo=UTC))
    office = make_runtime(url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=clock)
    crowd(office.database, MANY)
    hire(office, "ana")
    hire(office, "obras", Rol.AREA, "OB")
    yield office
    office.database.close()


@pytest.fixture
def ana(runtime: Runtime) -> Actor:
    return actor(runtime, "ana")


def pages(runtime: Runtime, who: Actor, filters: Filters) -> Iterator[tuple[Row, ...]]:
    """One page after another, to the end."""
    after = ""
    while True:
        found = inbox(runtime, who, Filters(filters.text, filters.estado, filters.area, after))
        yield found.rows
        if not (after := found.after):
            return


def folios(rows: tuple[Row, ...]) -> list[str]:
    return [row.folio for row in rows]


def test_the_inbox_has_every_open_filing_once_and_what_is_due_first_first(runtime: Runtime, ana: Actor) -> None:
    due: dict[str, date] = {}
    for rows in pages(runtime, ana, Filters(area="OB")):
        assert not set(folios(rows)) & set(due)
        due |= {row.folio: row.due.day for row in rows if row.due}
    with runtime.database.reading() as session:
        mine = Filing.turned_to == "OB", Filing.estado.in_(OPEN)
        assert len(due) == session.scalar(select(func.count()).select_from(Filing).where(*mine))
    assert len(due) > PAGE
    assert list(due.values()) == sorted(due.values())


def test_a_filing_without_a_due_date_comes_last_and_is_not_lost(runtime: Runtime, ana: Actor) -> None:
    with runtime.database.transaction() as session:
        lost = session.scalars(select(Filing).where(Filing.estado == Estado.TURNADO)).first()
        assert lost is not None
        session.execute(delete(Deadline).where(Deadline.filing_id == lost.id))
    *_, last = pages(runtime, ana, Filters(area="OB"))
    assert last[-1].folio == lost.folio
    assert last[-1].due is None


@pytest.mark.parametrize(
    ("days", "words", "late"),
    [
        (-400, "Venció hace 400 días", True),
        (-2, "Venció hace 2 días", True),
        (-1, "Venció ayer", True),
        (0, "Vence hoy", False),
        (1, "Vence mañana", False),
        (2, "Vence en 2 días", False),
    ],
)
def test_what_is_overdue_is_said_in_words(days: int, words: str, late: bool) -> None:
    today = date(2026, 3, 2)
    found = desk_words.due(today + timedelta(days=days), Estado.TURNADO, today)
    assert found is not None
    assert (found.words, found.late) == (words, late)


def test_nothing_is_due_of_what_was_answered_or_annulled() -> None:
    today = date(2026, 3, 2)
    assert all((desk_words.due(today, estado, today) is None) == (estado not in OPEN) for estado in Estado)


def test_the_day_is_that_of_the_office(runtime: Runtime, ana: Actor) -> None:
    """At 1 March, 18:00 UTC, it is noon there; six hours later it is still that day."""
    assert isinstance(runtime.clock, TestClock)
    overdue = [row for row in inbox(runtime, ana, Filters()).rows if row.due and row.due.late]
    assert overdue[0].due is not None
    assert overdue[0].due.words == f"Venció hace {(date(2026, 3, 1) - overdue[0].due.day).days} días"


def test_an_area_sees_what_was_turned_to_it_and_finds_nothing_else(runtime: Runtime) -> None:
    obras = actor(runtime, "obras")
    mine = {folio for rows in pages(runtime, obras, Filters()) for folio in folios(rows)}
    with runtime.database.reading() as session:
        theirs = session.scalars(select(Filing.folio).where(Filing.turned_to == "OB", Filing.estado.in_(OPEN))).all()
    assert mine == set(theirs)
    assert inbox(runtime, obras, Filters(text=name_of(2))).rows == ()
    assert inbox(runtime, obras, Filters(text=str(Folio(2025, 3)))).rows == ()
    assert len(inbox(runtime, obras, Filters(text=name_of(1))).rows) == 1


@pytest.mark.parametrize("typed", [str, str.upper, str.lower, lambda folio: folio.replace("-", " ")])
def test_a_folio_is_found_however_it_is_typed(runtime: Runtime, ana: Actor, typed: Callable[[str], str]) -> None:
    folio = str(Folio(2025, 5000))
    assert folios(inbox(runtime, ana, Filters(text=typed(folio))).rows) == [folio]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (name_of(4321), {4321}),
        (name_of(4321).upper(), {4321}),
        ("zeta04321", {4321}),
        ("zeta0432", set(range(4320, 4330))),
        ("  ZETA04321,  " + name_of(4321).split()[1], {4321}),
        (f"{name_of(4321).split()[1]} zeta04322", set()),
        ("eta04321", set()),  # the beginning of a word, not its middle
        ("%", set()),
        ("_", set()),
        ("…", set()),
        ("x" * 5000, set()),
    ],
)
def test_people_are_found_by_the_beginnings_of_their_names(
    runtime: Runtime, ana: Actor, text: str, numbers: set[int]
) -> None:
    found = {folio for rows in pages(runtime, ana, Filters(text=text)) for folio in folios(rows)}
    assert found == {str(Folio(2025, number + 1)) for number in numbers}


@pytest.mark.parametrize(("with_accents", "without"), [("Peña", "pena"), ("GÜEREÑA", "guereña"), ("Íñigo", "inigo")])
def test_accents_do_not_count(runtime: Runtime, ana: Actor, with_accents: str, without: str) -> None:
    found = [folios(inbox(runtime, ana, Filters(text=text)).rows) for text in (with_accents, without)]
    assert found[0] == found[1]
    assert len(found[0]) == PAGE


def test_who_was_found_comes_newest_first_and_page_by_page(runtime: Runtime, ana: Actor) -> None:
    found = [Folio.parse(folio) for rows in pages(runtime, ana, Filters(text="zeta04")) for folio in folios(rows)]
    assert found == [Folio(2025, number) for number in range(5000, 4000, -1)]


def test_a_search_for_a_person_is_noted_once_and_one_for_a_folio_is_not(runtime: Runtime) -> None:
    hire(runtime, "berta")
    berta = actor(runtime, "berta")
    for text in ("Zeta01234 ", "Zeta01234 ", str(Folio(2025, 7))):
        inbox(runtime, berta, Filters(text=text))
    noted = [entry for entry in staff_log.of_accounts(runtime.database, username="berta") if "Buscó" in entry.what]
    assert [entry.detail for entry in noted] == ["Zeta01234 "]


@pytest.mark.parametrize(
    "key", ["x", "2026-01-01", "2026-01-01.2025.x", "9.9", f"2026-01-01.2025.{1 << 40}", ".." * 30]
)
def test_a_key_that_somebody_changed_gives_the_first_page(runtime: Runtime, ana: Actor, key: str) -> None:
    assert inbox(runtime, ana, Filters(after=key)) == inbox(runtime, ana, Filters())


@pytest.mark.parametrize("key", ["x", "2025", "2025.x", "2025.1.1", f"2025.{1 << 40}"])
def test_so_it_does_among_what_was_found(runtime: Runtime, ana: Actor, key: str) -> None:
    assert inbox(runtime, ana, Filters(text="zeta04", after=key)).rows[0].folio == str(Folio(2025, 5000))


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(after="2026-11-20.2025.5000"),
        Filters(estado=Estado.RESUELTO),
        Filters(area="OB"),
        Filters(text="peña núñez"),
        Filters(text="zeta0999"),
        Filters(text="z"),
        Filters(text="nadie"),
        Filters(text=str(Folio(2025, 9000))),
    ],
    ids=str,
)
def test_ten_thousand_filings_keep_nobody_waiting(runtime: Runtime, ana: Actor, filters: Filters) -> None:
    def seconds() -> float:
        began = time.perf_counter()
        inbox(runtime, ana, filters)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(3)) < SECONDS


def test_names_are_searched_in_an_index(runtime: Runtime) -> None:
    words = PartyWord.word >= "pena", PartyWord.word < "pena" + desk.LAST
    assert is_searched(runtime.database, select(PartyWord.filing_id).where(*words))


def test_the_filings_of_an_address_and_of_an_rfc_are_searched_in_an_index(runtime: Runtime) -> None:
    address = email_confirmation.confirmed_by("Rosa@correo.example")
    assert is_searched(runtime.database, select(EmailConfirmation.filing_id).where(address))
    assert is_searched(runtime.database, select(Party.filing_id).where(Party.rfc == "PEGR800101AB1"))
