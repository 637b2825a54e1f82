"""An office to be reviewed, broken one way at a time, and made whole again."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import rfc8785
from minio import Minio
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.db_faults import sqlite_file
from oficialia.domain.codes import Codes
from oficialia.domain.ledger import commitment
from oficialia.domain.merkle import leaf_hash
from oficialia.domain.wording import iso_local
from oficialia.embedded.seaweed import REGION, SeaweedFS
from oficialia.models import Base, Filing, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake, review
from oficialia.services.review import Result
from tests.support.office import blank_pdf, submission
from workers.parts import Parts

# What a test may break; the catalogue stays.
TABLES = [
    Base.metadata.tables[name]
    for name in (
        "folio_series", "ledger_head", "seal_certificates", "filings", "parties", "party_words", "deadlines", "events",
        "documents", "stored_objects", "acuses", "jobs", "ledger_leaves", "ledger_checkpoints", "ledger_publisher",
        "email_confirmations", "letters", "follow_ups", "inbox_entries", "reviews",
    )
]  # fmt: skip


@dataclass(frozen=True)
class Reviewed:
    """An office of two filings: the first has its acuse, the second came in a moment ago."""

    parts: Parts
    s3: SeaweedFS
    bucket_name: str
    sealed_folio: str
    open_folio: str

    @property
    def runtime(self) -> Runtime:
        """Its register and storage."""
        return self.parts.runtime

    @property
    def client(self) -> Minio:
        """To do to the bucket what the office cannot."""
        return Minio(
            self.s3.endpoint.removeprefix("http://"),
            self.s3.access_key,
            self.s3.secret_key,
            secure=False,
            region=REGION,
        )

    def review(self, *, quick: bool = False, later: timedelta = timedelta(0)) -> Result:
        """Review it, ``later`` than it was left."""
        return review_of(self.runtime, at=self.runtime.clock() + later, quick=quick)

    def codes(self, *, quick: bool = True, later: timedelta = timedelta(0)) -> list[str]:
        """The codes of what a review finds."""
        return [finding.code.value for finding in self.review(quick=quick, later=later).findings]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """The register, open to any harm."""
        with self.runtime.database.transaction() as session:
            yield session

    def sql(self, statement: str, **values: object) -> None:
        """One statement; ``:sealed`` and ``:open`` are the two filings' folios."""
        with self.writing() as session:
            session.execute(text(statement), {"sealed": self.sealed_folio, "open": self.open_folio} | values)

    def filing(self, session: Session, folio: str) -> Filing:
        """A filing of the two."""
        return session.scalars(select(Filing).where(Filing.folio == folio)).one()

    def open_id(self, session: Session) -> dict[str, object]:
        """The parameter ``:id`` of a statement about the filing that is open."""
        return {"id": session.scalar(text("SELECT id FROM filings WHERE folio = :folio"), {"folio": self.open_folio})}

    def leaf(self, session: Session, folio: str, act: str) -> LedgerLeaf:
        """A leaf of the two."""
        return session.scalars(select(LedgerLeaf).where(LedgerLeaf.folio == folio, LedgerLeaf.act == act)).one()

    def object(self, session: Session, purpose: str) -> StoredObject:
        """An object of the sealed filing."""
        mine = self.filing(session, self.sealed_folio).id
        query = select(StoredObject).where(StoredObject.filing_id == mine, StoredObject.purpose == purpose)
        return session.scalars(query).one()


def new_object(office: Reviewed, tmp_path: Path) -> StoredObject:
    """The original of one more filing: what befalls it befalls no other test."""
    receipt = intake.receive(office.runtime, submission(blank_pdf(tmp_path / "c.pdf", str(uuid4())), key=str(uuid4())))
    with office.runtime.database.reading() as session:
        return session.scalars(select(StoredObject).where(StoredObject.filing_id == receipt.filing_id)).one()


def review_of(runtime: Runtime, *, at: datetime, quick: bool = False, codes: Codes | None = None) -> Result:
    """Reviews an office as of ``at``."""
    return review.run(
        database=runtime.database,
        bucket=runtime.bucket,
        sandbox=runtime.sandbox,
        anchors=runtime.anchors,
        clock=lambda: at,
        spool=runtime.spool,
        quick=quick,
        codes=codes,
        policy=runtime.ledger_policy,
    )


def rewrite(leaf: LedgerLeaf, *, record: Mapping[str, Any] | None = None, **public: str) -> None:
    """Makes the leaf say something else, without a trace in itself; ``public`` replaces keys of the leaf."""
    if record is not None:
        leaf.record = rfc8785.dumps(dict(record)).decode()
    data: dict[str, str | int] = {"v": 1, "acto": leaf.act, "folio": leaf.folio, "area": "OP", "tramite": ""}
    data |= {"registrado_en": iso_local(leaf.registered_at), "compromiso": commitment(leaf.salt, leaf.record.encode())}
    data |= public
    leaf.data = rfc8785.dumps(data).decode()
    leaf.hash = leaf_hash(leaf.data.encode()).hex()


def by_hand(office: Reviewed, statement: str) -> None:
    """One statement as somebody runs it who puts the constraints of the database aside; see `Reviewed.sql`."""
    if file := sqlite_file(office.runtime.database.url):
        with closing(sqlite3.connect(file)) as connection, connection:  # SQLite's own clients enforce nothing
            connection.execute(statement, {"sealed": office.sealed_folio, "open": office.open_folio})
        return
    with office.writing() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement), {"sealed": office.sealed_folio, "open": office.open_folio})


@contextmanager
def put_right(database: Database) -> Iterator[None]:
    """Whatever the block does to the register is undone at its end."""
    with database.reading() as session:
        kept = {table: [dict(row._mapping) for row in session.execute(select(table))] for table in TABLES}
    try:
        yield
    finally:
        with database.transaction() as session:
            for table in reversed(TABLES):
                session.execute(table.delete())
            for table, rows in kept.items():
                if rows:
                    session.execute(insert(table), rows)
