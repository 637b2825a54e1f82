"""What a review looks at: the register as it stood when it began, and then filing by filing.

The office goes on working meanwhile. So the bounds are taken first, in one look; every filing up to them is later read
whole in one look of its own, and each act is one transaction: what is seen of a filing always fits together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Row, String, cast, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from oficialia.db import Database
from oficialia.domain.documents import Purpose, Role
from oficialia.domain.folio import Folio
from oficialia.models import (
    Acuse,
    Document,
    EmailConfirmation,
    Filing,
    FolioSeries,
    FollowUp,
    Job,
    LedgerHead,
    LedgerLeaf,
    PartyWord,
    SealCertificate,
    StoredObject,
)
from oficialia.services import passed_over
from oficialia.services.passed_over import PassedOver
from oficialia.services.review_findings import Finding
from oficialia.services.review_reading import UNREADABLE, each, unreadable

# Rows of one look: a transaction stays short, and a batch small in memory.
BATCH = 200
T = TypeVar("T", Document, StoredObject, Acuse, LedgerLeaf, Job, EmailConfirmation, PartyWord, FollowUp)


@dataclass(frozen=True)
class Year:
    """A yearly series: the last number that it says it gave, the highest that a filing has, and those that the ledger
    says were lost with the register."""

    year: int
    last: int
    highest: int
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True)
class Scope:
    """The bounds of a review."""

    years: tuple[Year, ...]
    head_size: int
    leaves: int  # highest index of a leaf, plus one
    filings: int
    last_object: int
    objects: int

    @property
    def steps(self) -> int:
        """How many filings, leaves and objects are to be looked at."""
        return self.filings + self.leaves + self.objects


@dataclass(frozen=True)
class Case:
    """A filing with everything that the register has of it, as of one moment; detached, all loaded."""

    filing: Filing
    documents: Sequence[Document]
    objects: Sequence[StoredObject]
    acuses: Sequence[Acuse]
    leaves: Sequence[LedgerLeaf]
    jobs: Sequence[Job]
    confirmation: EmailConfirmation | None
    words: frozenset[str]  # under which the desk finds it
    follow_up: FollowUp | None
    root_folio: str  # of the filing that it follows; empty where it follows none
    followers: Sequence[tuple[str, str]]  # relation and folio of those that follow it
    certificates: Mapping[str, str]  # with which this office had sealed by then: PEM by serial

    @property
    def folio(self) -> str:
        """The folio that its number demands, whatever the row says."""
        return str(Folio(self.filing.year, self.filing.sequence))

    def sealed(self) -> list[StoredObject]:
        """The editions of the sealed copy, oldest first."""
        return sorted((row for row in self.objects if row.purpose == Purpose.SEALED), key=lambda row: row.edition)

    def principal(self) -> Document | None:
        """The main document."""
        return next((document for document in self.documents if document.role == Role.PRINCIPAL), None)


@dataclass(frozen=True)
class Unread:
    """A filing that cannot be read: its number, and the finding."""

    sequence: int
    finding: Finding


def measure(database: Database) -> Scope:
    """The bounds as of now."""
    with database.reading() as session:
        last = _numbers(session.execute(select(FolioSeries.year, FolioSeries.last)))
        highest = _numbers(session.execute(select(Filing.year, func.max(Filing.sequence)).group_by(Filing.year)))
        try:
            lost = list(passed_over.noted(passed_over.leaves(session)))
        except UNREADABLE:  # the walk over the leaves names it
            lost = []
        return Scope(
            years=tuple(
                Year(year, last.get(year, 0), highest.get(year, 0), tuple(gap for gap in lost if gap.last.year == year))
                for year in sorted({*last, *highest})
            ),
            head_size=session.scalar(select(LedgerHead.size).where(LedgerHead.id == 1)) or 0,
            leaves=session.scalar(select(func.coalesce(func.max(LedgerLeaf.index) + 1, 0))) or 0,
            filings=session.scalar(select(func.count()).select_from(Filing)) or 0,
            last_object=session.scalar(select(func.coalesce(func.max(StoredObject.id), 0))) or 0,
            objects=session.scalar(select(func.count()).select_from(StoredObject)) or 0,
        )


def _numbers(rows: Iterable[Row[int, int]]) -> dict[int, int]:
    """Only what are numbers: of anything else SQLite says that it is more than every number."""
    return {year: number for year, number in rows if isinstance(year, int) and isinstance(number, int)}


def cases(database: Database, year: Year) -> Iterator[Case | Unread]:
    """The filings of a year up to the bound, in the order of their numbers, and those that cannot be read."""
    after = (-1, "")
    key = cast(Filing.id, String)  # one that is no UUID can be asked for, too
    while True:
        query = (
            select(Filing.sequence, key, Filing.folio)
            .where(Filing.year == year.year, Filing.sequence <= max(year.last, year.highest))
            .where(Filing.sequence >= after[0], tuple_(Filing.sequence, key) > after)
            .order_by(Filing.sequence, key)
            .limit(BATCH)
        )
        with database.reading() as session:
            batch = [(sequence, name, str(folio)) for sequence, name, folio in session.execute(query)]
        if not batch:
            return
        yield from each(batch, partial(_cases, database), lambda row, fault: Unread(row[0], unreadable(row[2], fault)))
        after = batch[-1][:2]


def _cases(database: Database, batch: Sequence[tuple[int, str, str]]) -> list[Case]:
    ids = [UUID(name) for _, name, _ in batch]
    query = select(Filing).where(Filing.id.in_(ids)).order_by(Filing.sequence, cast(Filing.id, String))
    rows = (selectinload(Filing.parties), selectinload(Filing.events), selectinload(Filing.deadlines))
    loaded = (*rows, joinedload(Filing.cedula))
    with database.reading() as session:
        filings = session.scalars(query.options(*loaded)).all()
        documents, objects = _of(session, Document, ids), _of(session, StoredObject, ids)
        acuses, leaves, jobs = _of(session, Acuse, ids), _of(session, LedgerLeaf, ids), _of(session, Job, ids)
        confirmations, words = _of(session, EmailConfirmation, ids), _of(session, PartyWord, ids)
        followed, follow_ups = _followed(session, ids), _of(session, FollowUp, ids)
        roots = [row.follows_id for rows in follow_ups.values() for row in rows]
        folios = dict(session.execute(select(Filing.id, Filing.folio).where(Filing.id.in_(roots))).all())
        certificates = dict(session.execute(select(SealCertificate.serial, SealCertificate.pem)).all())
    return [
        Case(
            filing,
            sorted(documents[filing.id], key=lambda document: document.number),
            objects[filing.id],
            acuses[filing.id],
            leaves[filing.id],
            jobs[filing.id],
            next(iter(confirmations[filing.id]), None),
            frozenset(row.word for row in words[filing.id]),
            next(iter(follow_ups[filing.id]), None),
            next((folios.get(row.follows_id, "") for row in follow_ups[filing.id]), ""),
            followed[filing.id],
            certificates,
        )
        for filing in filings
    ]


def _followed(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[tuple[str, str]]]:
    """Relation and folio of what follows each filing, in the order of the folios."""
    found: dict[UUID, list[tuple[str, str]]] = {filing_id: [] for filing_id in ids}
    query = select(FollowUp.follows_id, FollowUp.relation, Filing.folio).join(Filing, Filing.id == FollowUp.filing_id)
    query = query.where(FollowUp.follows_id.in_(ids)).order_by(Filing.year, Filing.sequence)
    for root, relation, folio in session.execute(query):
        found[root].append((relation, folio))
    return found


def _of(session: Session, model: type[T], ids: Sequence[UUID]) -> Mapping[UUID, list[T]]:
    """The rows of each filing, in the order in which they were made."""
    found: dict[UUID, list[T]] = {filing_id: [] for filing_id in ids}
    for row in session.scalars(select(model).where(model.filing_id.in_(ids)).order_by(*model.__table__.primary_key)):
        if row.filing_id is not None:
            found[row.filing_id].append(row)
    return found


def leaves(database: Database, scope: Scope) -> Iterator[LedgerLeaf | Finding]:
    """The leaves up to the bound, in the order of the tree; a finding for one that cannot be read."""

    def read(indexes: Sequence[int]) -> list[LedgerLeaf]:
        with database.reading() as session:
            query = select(LedgerLeaf).where(LedgerLeaf.index.in_(indexes))
            return list(session.scalars(query.order_by(LedgerLeaf.index)))

    for batch in _batches(database, LedgerLeaf.index, -1, scope.leaves - 1):
        yield from each(batch, read, lambda index, fault: unreadable(f"hoja {index}", fault))


def _batches(database: Database, key: InstrumentedAttribute[int], after: int, last: int) -> Iterator[Sequence[int]]:
    """The keys from behind ``after`` to ``last``, some at a time."""
    while True:
        with database.reading() as session:
            query = select(key).where(key > after, key <= last).order_by(key).limit(BATCH)
            batch = session.scalars(query).all()
        if not batch:
            return
        yield batch
        after = batch[-1]


@dataclass(frozen=True)
class Item:
    """An object with what its bytes have to agree with."""

    row: StoredObject
    folio: str
    acuse: Acuse | None  # what it states, where it is an acuse
    verification_hash: str


@dataclass(frozen=True)
class Items:
    """A batch of objects, and the certificates with which this office had sealed when they were read."""

    items: Sequence[Item]
    unreadable: Sequence[Finding]
    certificates: frozenset[str]  # SHA-256 of the DER form, hex


def items(database: Database, scope: Scope) -> Iterator[Items]:
    """The objects up to the bound."""

    def read(numbers: Sequence[int]) -> list[Item]:
        query = (
            select(StoredObject, Filing.folio, Acuse, Filing.verification_hash)
            .join(Filing, Filing.id == StoredObject.filing_id)
            .outerjoin(Acuse, Acuse.object_id == StoredObject.id)
            .where(StoredObject.id.in_(numbers))
            .order_by(StoredObject.id)
        )
        with database.reading() as session:
            return [Item(*row) for row in session.execute(query)]

    for batch in _batches(database, StoredObject.id, 0, scope.last_object):
        with database.reading() as session:
            certificates = frozenset(session.scalars(select(SealCertificate.sha256)))
        good: list[Item] = []
        bad: list[Finding] = []
        for found in each(batch, read, lambda number, fault: unreadable(f"objeto {number}", fault)):
            if isinstance(found, Finding):
                bad.append(found)
            else:
                good.append(found)
        yield Items(good, bad, certificates)
