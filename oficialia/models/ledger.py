"""The ledger's leaves, its head, and the yearly series of folios."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from oficialia.models.base import Base


class LedgerHead(Base):
    """The single row that everything registered passes through: who holds its lock gives the next leaf, folio and
    instant."""

    __tablename__ = "ledger_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    last_registered_at: Mapped[datetime | None]


class FolioSeries(Base):
    """Last number given in a year."""

    __tablename__ = "folio_series"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class LedgerLeaf(Base):
    """Leaf ``index`` of the tree (dense, from 0), with the salt and record that its commitment binds."""

    __tablename__ = "ledger_leaves"
    __table_args__ = (Index("ix_ledger_leaves_act_registered_at", "act", "registered_at"),)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filing_id: Mapped[UUID | None] = mapped_column(ForeignKey("filings.id"), index=True)
    act: Mapped[str]
    folio: Mapped[str]
    registered_at: Mapped[datetime]
    data: Mapped[str] = mapped_column(Text)
    hash: Mapped[str]
    record: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes]


class SealCertificate(Base):
    """A certificate with which this office has sealed; stays for ever, so that old seals can be told from forged
    ones."""

    __tablename__ = "seal_certificates"
    sha256: Mapped[str] = mapped_column(primary_key=True)  # of the DER form, hex
    serial: Mapped[str]
    subject: Mapped[str]
    pem: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class SealState(Base):
    """The single row that says how the seal is now: the certificate that seals, or why none does, and since when."""

    __tablename__ = "seal_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str]  # of the certificate in use; empty when there is none
    valid_until: Mapped[datetime | None]
    reason: Mapped[str]  # in words for a clerk; empty while a seal may be used
    since: Mapped[datetime]
