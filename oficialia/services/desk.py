"""The inbox of the desk: which filings a person of the staff sees, in which order, and finding one of them.

Pages follow each other by the key of their last row, so that the hundredth costs what the first does, and a filing that
comes in meanwhile moves nobody's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select, true, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from oficialia.domain import names
from oficialia.domain.filing import OPEN, Estado, Etapa, Pendiente, Rol
from oficialia.domain.folio import Folio
from oficialia.domain.plazos import ZONE, Termino
from oficialia.domain.staff import AccountAct, Actor
from oficialia.models import Area, Deadline, Document, Filing, PartyWord
from oficialia.runtime import Runtime
from oficialia.services import desk_words, follow_ups
from oficialia.services.desk_verdicts import Mark, kept_mark, worst
from oficialia.services.desk_words import Due
from oficialia.services.party_words import presenters
from oficialia.services.staff_log import note_once

PAGE = 25  # what a person reads through; a phone scrolls it in a few strokes
MOST_WORDS = 6  # of a name that is searched for
LAST = "\U0010ffff"  # after every letter, in the order of bytes
NEVER = date.max  # in the order, the due date of a filing that no policy gives one


@dataclass(frozen=True)
class Filters:
    """What is asked for. Without ``text`` and ``estado`` the inbox has what is open, what is due first first."""

    text: str = ""  # a folio, or words of a name
    estado: str = ""  # one of Estado
    area: str = ""  # clave of the area it is addressed or turned to
    after: str = ""  # the key of the last row of the page before


@dataclass(frozen=True)
class Row:
    """A filing as the inbox lists it."""

    folio: str
    asunto: str
    applicant: str
    area: str  # that attends to it, or to which it is addressed
    standing: str
    stage: str  # where the machine is, in words, while it is not done
    received_at: datetime
    due: Due | None
    mark: Mark


@dataclass(frozen=True)
class Inbox:
    """One page of it; ``after`` is the key of the next, "" at the end."""

    rows: tuple[Row, ...]
    after: str


def inbox(runtime: Runtime, actor: Actor, filters: Filters) -> Inbox:
    """A page of what ``actor`` sees. A search for a name is noted: names lead to people."""
    today = runtime.clock().astimezone(ZONE).date()
    query = _newest_first(filters) if filters.text or filters.estado else _due_first(filters)
    with runtime.database.reading() as session:
        found = session.execute(query.where(seen_by(actor)).limit(PAGE + 1)).all()
        rows = _rows(session, found[:PAGE], today)
    if filters.text and Folio.parse(filters.text) is None:
        note_once(runtime.database, actor, AccountAct.BUSQUEDA, filters.text, runtime.clock())
    return Inbox(rows, _key(found[PAGE - 1], filters) if len(found) > PAGE else "")


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The filings that ``actor`` sees, as `domain.staff.sees` has it, and what belongs to the expediente of one."""
    if actor.role != Rol.AREA:
        return true()
    return (Filing.turned_to == actor.area) | follow_ups.joined_to_those_of(actor.area)


def areas(runtime: Runtime) -> tuple[tuple[str, str], ...]:
    """Clave and name of every area, by name."""
    with runtime.database.reading() as session:
        return tuple((area.clave, area.nombre) for area in session.scalars(select(Area).order_by(Area.nombre)))


def _due_day() -> ColumnElement[date]:
    """When the answer is due: the term that was set last."""
    last = select(func.max(Deadline.due)).where(Deadline.filing_id == Filing.id, Deadline.term == Termino.RESPUESTA)
    return func.coalesce(last.scalar_subquery(), NEVER)


def _asked_for(filters: Filters, day: ColumnElement[date]) -> Select[Filing, date]:
    whole = (joinedload(Filing.area), joinedload(Filing.attending), selectinload(Filing.parties))
    query = select(Filing, day).options(*whole)
    if filters.area:
        query = query.where(func.coalesce(Filing.turned_to, Filing.area_clave) == filters.area)
    return query


def _due_first(filters: Filters) -> Select[Filing, date]:
    day = _due_day()
    query = _asked_for(filters, day).where(Filing.estado.in_(OPEN))
    if key := _parsed(filters.after, dates=1):
        query = query.where(tuple_(day, Filing.year, Filing.sequence) > key)
    return query.order_by(day, Filing.year, Filing.sequence)


def _newest_first(filters: Filters) -> Select[Filing, date]:
    query = _asked_for(filters, _due_day())
    if filters.estado:
        query = query.where(Filing.estado == filters.estado)
    if filters.text:
        query = query.where(_matches(filters.text))
    if key := _parsed(filters.after, dates=0):
        query = query.where(tuple_(Filing.year, Filing.sequence) < key)
    return query.order_by(Filing.year.desc(), Filing.sequence.desc())


def _matches(text: str) -> ColumnElement[bool]:
    """The filing of a folio; else those of whose people some name has, for each word, one that begins so."""
    if folio := Folio.parse(text):
        return Filing.folio == str(folio)
    asked = names.words(text)[:MOST_WORDS]
    found: ColumnElement[bool] = true() if asked else false()
    for word in asked:
        begins = select(PartyWord.filing_id).where(PartyWord.word >= word, PartyWord.word < word + LAST)
        found = found & Filing.id.in_(begins)
    return found


def _key(last: tuple[Filing, date], filters: Filters) -> str:
    filing, day = last
    number = f"{filing.year}.{filing.sequence}"
    return number if filters.text or filters.estado else f"{day.isoformat()}.{number}"


def _parsed(key: str, *, dates: int) -> tuple[date | int, ...]:
    """The values of a key; none, which is the first page, where somebody changed it."""
    parts = key.split(".")
    try:
        days: list[date | int] = [date.fromisoformat(part) for part in parts[:dates]]
        numbers = [int(part) for part in parts[dates:]]
    except ValueError:
        return ()
    fits = len(numbers) == 2 and all(0 <= number < 1 << 31 for number in numbers)
    return (*days, *numbers) if fits else ()


def _rows(session: Session, found: Sequence[tuple[Filing, date]], today: date) -> tuple[Row, ...]:
    marks = _marks(session, [filing.id for filing, _ in found])
    return tuple(_row(filing, None if day == NEVER else day, marks[filing.id], today) for filing, day in found)


def _marks(session: Session, ids: Sequence[UUID]) -> dict[UUID, Mark]:
    """The colour of each filing: that of its worst document."""
    colour = Document.verdict["colour"].as_string()
    query = select(Document.filing_id, colour, Document.findings).where(Document.filing_id.in_(ids))
    found: dict[UUID, Mark] = dict.fromkeys(ids, Mark.NONE)
    for filing_id, kept, findings in session.execute(query):
        found[filing_id] = worst((found[filing_id], kept_mark(kept, findings)))
    return found


def _row(filing: Filing, day: date | None, mark: Mark, today: date) -> Row:
    estado = Estado(filing.estado)
    return Row(
        folio=filing.folio,
        asunto=filing.asunto,
        applicant=presenters(filing.parties),
        area=(filing.attending or filing.area).nombre,
        standing=desk_words.standing(estado, Pendiente(filing.pendiente)),
        stage=desk_words.ETAPA_WORDS[Etapa(filing.etapa)],
        received_at=filing.received_at,
        due=desk_words.due(day, estado, today),
        mark=mark,
    )
