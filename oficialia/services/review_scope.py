"""What a review looks at: the register as it stood when it began, and then filing by filing.

The office goes on working meanwhile. So the bounds are taken first, in one look; every filing up to them is later read
whole in one look of its own, and each act is one transaction: what is seen of a filing always fits together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from oficialia.db import Database
from oficialia.domain.documents import Purpose, Role
from oficialia.domain.folio import Folio
from oficialia.models import (
    Acuse,
    Document,
    Filing,
    FolioSeries,
    Job,
    LedgerHead,
    LedgerLeaf,
    SealCertificate,
    StoredObject,
)
from oficialia.services import passed_over
from oficialia.services.passed_over import PassedOver

# Rows of one look: a transaction stays short, and a batch small in memory.
BATCH = 200
T = TypeVar("T", Document, StoredObject, Acuse, LedgerLeaf, Job)


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


def measure(database: Database) -> Scope:
    """The bounds as of now."""
    with database.reading() as session:
        last = dict(session.execute(select(FolioSeries.year, FolioSeries.last)).all())
        highest = dict(session.execute(select(Filing.year, func.max(Filing.sequence)).group_by(Filing.year)).all())
        lost = passed_over.noted(passed_over.leaves(session))
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


def cases(database: Database, year: Year) -> Iterator[Case]:
    """The filings of a year up to the bound, in the order of their numbers."""
    after: tuple[int, UUID] | None = None
    while batch := _cases(database, year, after):
        yield from batch
        last = batch[-1].filing
        after = (last.sequence, last.id)


def _cases(database: Database, year: Year, after: tuple[int, UUID] | None) -> list[Case]:
    query = (
        select(Filing)
        .where(Filing.year == year.year, Filing.sequence <= max(year.last, year.highest))
        .order_by(Filing.sequence, Filing.id)
        .options(selectinload(Filing.parties), joinedload(Filing.cedula))
        .limit(BATCH)
    )
    if after:
        query = query.where(tuple_(Filing.sequence, Filing.id) > after)
    with database.reading() as session:
        filings = session.scalars(query).all()
        ids = [filing.id for filing in filings]
        documents, objects = _of(session, Document, ids), _of(session, StoredObject, ids)
        acuses, leaves, jobs = _of(session, Acuse, ids), _of(session, LedgerLeaf, ids), _of(session, Job, ids)
        certificates = dict(session.execute(select(SealCertificate.serial, SealCertificate.pem)).all())
    return [
        Case(
            filing,
            sorted(documents[filing.id], key=lambda document: document.number),
            objects[filing.id],
            acuses[filing.id],
            leaves[filing.id],
            jobs[filing.id],
            certificates,
        )
        for filing in filings
    ]


def _of(session: Session, model: type[T], ids: Sequence[UUID]) -> Mapping[UUID, list[T]]:
    """The rows of each filing, in the order in which they were made."""
    found: dict[UUID, list[T]] = {filing_id: [] for filing_id in ids}
    for row in session.scalars(select(model).where(model.filing_id.in_(ids)).order_by(*model.__table__.primary_key)):
        if row.filing_id is not None:
            found[row.filing_id].append(row)
    return found


def leaves(database: Database, scope: Scope) -> Iterator[LedgerLeaf]:
    """The leaves up to the bound, in the order of the tree."""
    after = -1
    while True:
        query = select(LedgerLeaf).where(LedgerLeaf.index > after, LedgerLeaf.index < scope.leaves)
        with database.reading() as session:
            batch = session.scalars(query.order_by(LedgerLeaf.index).limit(BATCH)).all()
        if not batch:
            return
        yield from batch
        after = batch[-1].index


@dataclass(frozen=True)
class Item:
    """An object with what its bytes have to agree with."""

    row: StoredObject
    folio: str
    acuse: Acuse | None  # what it states, where it is an acuse


@dataclass(frozen=True)
class Items:
    """A batch of objects, and the certificates with which this office had sealed when they were read."""

    items: Sequence[Item]
    certificates: frozenset[str]  # SHA-256 of the DER form, hex


def items(database: Database, scope: Scope) -> Iterator[Items]:
    """The objects up to the bound."""
    after = 0
    while True:
        query = (
            select(StoredObject, Filing.folio, Acuse)
            .join(Filing, Filing.id == StoredObject.filing_id)
            .outerjoin(Acuse, Acuse.object_id == StoredObject.id)
            .where(StoredObject.id > after, StoredObject.id <= scope.last_object)
        )
        with database.reading() as session:
            found = session.execute(query.order_by(StoredObject.id).limit(BATCH)).all()
            certificates = frozenset(session.scalars(select(SealCertificate.sha256)))
        if not found:
            return
        yield Items([Item(*row) for row in found], certificates)
        after = found[-1][0].id
