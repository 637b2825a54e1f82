"""Rows of the register as lines of JSON: one form for SQLite and PostgreSQL, which says by itself what it holds.

A table is a line ``{"tabla": "filings", "columnas": [["id", "uuid"], …]}`` followed by its rows, each a list in the
order of its columns. What JSON has no form for is text: instants, days and hours in ISO 8601, bytes in base64. Tables
come in the order in which they may refer to each other. Nothing is ever whole in memory.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from gzip import GzipFile
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    String,
    TableClause,
    Text,
    Time,
    Uuid,
    cast,
    column,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from oficialia.models import Base
from oficialia.models.base import UtcDateTime

BATCH = 500  # rows read or written at once: a few hundred kilobytes
Progress = Callable[[str, int], None]
"""Told how many of what are done so far."""


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """A kind of column: its name in the file, the type it stands for, the one to write it with, its JSON."""

    name: str
    stands_for: type[TypeEngine[Any]]
    stored_as: TypeEngine[Any]
    encode: Callable[[Any], Any] = _as_it_is
    decode: Callable[[Any], Any] = _as_it_is


KINDS = (
    Kind("instante", UtcDateTime, UtcDateTime(), datetime.isoformat, datetime.fromisoformat),
    Kind("fecha", Date, Date(), date.isoformat, date.fromisoformat),
    Kind("hora", Time, Time(), time.isoformat, time.fromisoformat),
    Kind("uuid", Uuid, Uuid(), str, UUID),
    Kind("bytes", LargeBinary, LargeBinary(), lambda value: b64encode(value).decode(), b64decode),
    Kind("json", JSON, JSON()),
    Kind("booleano", Boolean, Boolean()),
    Kind("entero", Integer, BigInteger()),
    Kind("texto", String, Text()),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_of(column: Column[Any]) -> Kind:
    """The kind of a column of the register. Raises TypeError for a type that the file has no form for yet."""
    for kind in KINDS:
        if isinstance(column.type, kind.stands_for):
            return kind
    raise TypeError(f"{column}: a backup has no form for {column.type!r}")


def dump(session: Session, lines: GzipFile, progress: Progress) -> dict[str, int]:
    """Writes every table; how many rows each has."""
    counts: dict[str, int] = {}
    for source in Base.metadata.sorted_tables:
        kinds = [kind_of(each) for each in source.columns]
        names = [[each.name, kind.name] for each, kind in zip(source.columns, kinds, strict=True)]
        lines.write(line({"tabla": source.name, "columnas": names}))
        counts[source.name] = 0
        rows = session.execute(select(source).order_by(*source.primary_key), execution_options={"yield_per": BATCH})
        for row in rows:
            lines.write(
                line([None if value is None else kind.encode(value) for value, kind in zip(row, kinds, strict=True)])
            )
            counts[source.name] += 1
            progress("filas", 1)
    return counts


def load(session: Session, lines: Iterable[bytes], progress: Progress) -> dict[str, int]:
    """Adds every row of the file to tables that have none; how many each got.

    Raises ValueError, KeyError or TypeError for what is not such a file.
    """
    counts: dict[str, int] = {}
    for target, rows in _batches(lines):
        if rows:
            session.execute(insert(target), rows)
        counts[target.name] = counts.get(target.name, 0) + len(rows)
        progress("filas", len(rows))
    return counts


def move_sequences(session: Session) -> None:
    """Lets PostgreSQL number new rows from after the loaded ones; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    numbered = text(
        "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) "
        "FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND (column_default LIKE 'nextval(%' OR is_identity = 'YES')"
    )
    for name, key, sequence in session.execute(numbered).all():
        following: ColumnElement[int] = func.coalesce(func.max(column(key)), 0) + 1
        session.execute(select(func.setval(cast(sequence, REGCLASS), following, False)).select_from(table(name)))


def line(value: object) -> bytes:
    """One line of the file."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _batches(lines: Iterable[bytes]) -> Iterator[tuple[TableClause, list[dict[str, Any]]]]:
    """Each table with up to BATCH of its rows; a table without rows once, with none."""
    target: TableClause | None = None
    kinds: list[tuple[str, Kind]] = []
    rows: list[dict[str, Any]] = []
    for each in lines:
        value = json.loads(each)
        if isinstance(value, dict) or len(rows) == BATCH:
            if target is not None:
                yield target, rows
            rows = []
        if isinstance(value, dict):
            kinds = [(name, _BY_NAME[kind]) for name, kind in value["columnas"]]
            target = table(value["tabla"], *(column(name, kind.stored_as) for name, kind in kinds))
        else:
            rows.append(_row(kinds, value))
    if target is not None:
        yield target, rows


def _row(kinds: list[tuple[str, Kind]], values: list[Any]) -> dict[str, Any]:
    return {
        name: None if value is None else kind.decode(value) for (name, kind), value in zip(kinds, values, strict=True)
    }
