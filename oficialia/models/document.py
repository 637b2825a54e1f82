"""Documents of a filing, the objects stored of them, and the acuses issued."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oficialia.models.base import Base


class StoredObject(Base):
    """Bytes in storage, written once: their key and version, digest and size, and, where we sealed them, how.

    A purpose can have several editions; each stays known by its digest for ever.
    """

    __tablename__ = "stored_objects"
    __table_args__ = (UniqueConstraint("filing_id", "document_id", "purpose", "edition"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    purpose: Mapped[str]
    edition: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    pages: Mapped[int]
    media_type: Mapped[str]
    key: Mapped[str]
    version_id: Mapped[str]
    stored_at: Mapped[datetime]
    seal_strategy: Mapped[str]  # visible | invisible | caratula; empty for what we did not seal
    seal_level: Mapped[str]
    certificate_serial: Mapped[str]
    # When its seal is to be given evidence for later years, or its archive time stamp renewed (domain/protection.py).
    protect_at: Mapped[datetime | None] = mapped_column(index=True)


class Document(Base):
    """One document as the citizen sent it: number 0 is the principal, then the anexos in order."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("filing_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"))
    number: Mapped[int]
    role: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    support: Mapped[str]
    reserved: Mapped[bool]
    filename: Mapped[str]
    media_type: Mapped[str]
    pages: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    flags: Mapped[list[Any]]  # what inspection observed (signing.inspect.Flag)
    # The verdict on the original bytes, as of its reception (signing.verdict.DocumentVerdict); None for what was
    # received before there were verdicts, whose signatures stand in `findings` (services/findings.py).
    verdict: Mapped[dict[str, Any] | None]
    findings: Mapped[list[Any]]
    objects: Mapped[list[StoredObject]] = relationship(order_by=StoredObject.edition)


class Acuse(Base):
    """What one edition of the acuse states under the municipality's sello."""

    __tablename__ = "acuses"
    __table_args__ = (UniqueConstraint("filing_id", "edition"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"))
    edition: Mapped[int]
    object_id: Mapped[int] = mapped_column(ForeignKey("stored_objects.id"))
    issued_at: Mapped[datetime]
    cadena: Mapped[str] = mapped_column(Text)
    sello: Mapped[str] = mapped_column(Text)  # base64 RSASSA-PKCS1-v1_5 SHA-256
    token: Mapped[bytes | None]  # RFC 3161 TimeStampResp, None while the TSA could not be reached
    checkpoint_size: Mapped[int | None]  # of the ledger's checkpoint in its proofs, None while they are only promised
    object: Mapped[StoredObject] = relationship()
