"""The closings of the days, as they are published: for the notice board, and for whoever checks them years later.

Below the ledger's address, for each day: ``cierres/<day>.json`` with the leaf's number, its salt and its record, of
which nothing is secret; ``cierres/<day>.checkpoint``, a signed checkpoint over that leaf; and ``cierres/<day>.tsr``,
the RFC 3161 response over its bytes, which proves that the ledger was that large by then, whoever has its key today.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.filing import Acto
from oficialia.errors import NotFound, Unavailable
from oficialia.models import LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import publication, published
from oficialia.services.ledger_state import witness_names
from signing.errors import NoteInvalid
from signing.note import Note
from signing.timestamp import said_time
from storage.bucket import Bucket
from storage.errors import StorageUnavailable

FOLDER = "cierres"
JSON, NOTE, TOKEN = "json", "checkpoint", "tsr"
TYPES = {JSON: "application/json", NOTE: published.NOTE_TYPE, TOKEN: "application/timestamp-reply"}
# Further back nobody looks whether a time stamp is still missing: a month of outage is a matter for people.
LATEST = 31
# One that came back from where it was published tells no day, and that day was closed again.
_NEWEST = (
    select(LedgerLeaf)
    .where(LedgerLeaf.act == Acto.CIERRE, LedgerLeaf.record != "")
    .order_by(LedgerLeaf.registered_at.desc(), LedgerLeaf.index.desc())
)


@dataclass(frozen=True)
class Closing:
    """What a day's leaf says: how many filings, and the first and last folio (empty where there were none)."""

    index: int
    day: date
    filings: int
    first: str
    last: str
    salt: bytes

    @property
    def public(self) -> bytes:
        """The JSON by which anybody checks the leaf."""
        record = {
            "acto": Acto.CIERRE.value,
            "dia": self.day.isoformat(),
            "ingresos": self.filings,
            "primero": self.first,
            "ultimo": self.last,
        }
        return json.dumps({"hoja": self.index, "sal": self.salt.hex(), "registro": record}, indent=1).encode()


@dataclass(frozen=True)
class Waiting:
    """A closing that a checkpoint covers, and that nobody has stamped yet."""

    closing: Closing
    note: str

    @property
    def day(self) -> date:
        """Which day."""
        return self.closing.day


@dataclass(frozen=True)
class Certified:
    """A closing as it is printed. Without a checkpoint it is not covered yet, without a time not stamped."""

    closing: Closing
    checkpoint: Checkpoint | None
    witnesses: tuple[str, ...]
    stamped_at: datetime | None


def path(day: date, kind: str) -> str:
    """Where a file of that day is, below the ledger's address."""
    return f"{FOLDER}/{day.isoformat()}.{kind}"


def closings(database: Database) -> tuple[Closing, ...]:
    """All of them, the newest first."""
    with database.reading() as session:
        return tuple(_closings(session, _NEWEST))


def waiting(runtime: Runtime) -> list[Waiting]:
    """The closings of the last month that lack their time stamp, oldest first. Raises StorageUnavailable."""
    with runtime.database.reading() as session:
        newest = publication.newest(session)
        latest = list(_closings(session, _NEWEST.limit(LATEST))) if newest else []
    if newest is None:
        return []
    covered = [each for each in reversed(latest) if each.index < newest.size]
    missing = [each for each in covered if published.read_file(runtime.bucket, path(each.day, TOKEN)) is None]
    return [Waiting(each, newest.note) for each in missing]


def publish(bucket: Bucket, waited: Waiting, response: bytes) -> None:
    """The three files of a day; the time stamp last, by which the day counts as done. Raises StorageError."""
    for kind, content in ((JSON, waited.closing.public), (NOTE, waited.note.encode()), (TOKEN, response)):
        published.write_file(bucket, path(waited.day, kind), content, TYPES[kind])


def certified(runtime: Runtime, day: date) -> Certified:
    """A day, with what was published of it. Raises NotFound where it was not closed, Unavailable."""
    with runtime.database.reading() as session:
        # As canonical JSON spells it (RFC 8785); nothing else in the record is a date.
        mine = _NEWEST.where(LedgerLeaf.record.contains(f'"dia":"{day.isoformat()}"')).limit(1)
        found = next(_closings(session, mine), None)
    if found is None:
        raise NotFound("Ese día no se ha cerrado, o no hubo oficina.")
    note, token = (_served(runtime.bucket, day, kind) for kind in (NOTE, TOKEN))
    if note is None:
        return Certified(found, None, (), None)
    try:
        parsed = Note.parse(note)
        names = witness_names(runtime.ledger_policy, parsed) if runtime.ledger_policy else ()
        checkpoint = Checkpoint.parse(parsed.text)
    except (NoteInvalid, ValueError):
        return Certified(found, None, (), None)
    return Certified(found, checkpoint, names, said_time(token, note) if token else None)


def served(bucket: Bucket, day: date, kind: str) -> bytes:
    """A file of a day, for the page. Raises NotFound, Unavailable."""
    content = _served(bucket, day, kind)
    if content is None:
        raise NotFound
    return content


def _served(bucket: Bucket, day: date, kind: str) -> bytes | None:
    try:
        return published.read_file(bucket, path(day, kind))
    except StorageUnavailable as fault:
        raise Unavailable from fault


def _closings(session: Session, query: Select[LedgerLeaf]) -> Iterator[Closing]:
    for row in session.scalars(query):
        record = json.loads(row.record)
        yield Closing(
            row.index,
            date.fromisoformat(record["dia"]),
            record["ingresos"],
            record["primero"],
            record["ultimo"],
            row.salt,
        )
