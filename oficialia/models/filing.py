"""The filing, its parties, its terms and its events."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oficialia.models.base import Base
from oficialia.models.catalog import Area, Cedula, Tramite


class Party(Base):
    """Who files, or who files for another. Optional data are empty strings: a petition needs none of them. The
    promoventes come first, and of them first the one whose identity the cadena original binds."""

    __tablename__ = "parties"
    __table_args__ = (UniqueConstraint("filing_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"))
    position: Mapped[int]
    role: Mapped[str]  # domain/parties.Parte
    kind: Mapped[str]  # fisica | juridica
    name: Mapped[str]
    curp: Mapped[str]
    rfc: Mapped[str] = mapped_column(index=True)
    email: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]


class Deadline(Base):
    """A term that runs for a filing: from its fecha de efectos, as the acuse states it, or from an act of the desk."""

    __tablename__ = "deadlines"
    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), index=True)
    term: Mapped[str]
    days: Mapped[int]
    due: Mapped[date]
    fundamento: Mapped[str]
    provisional: Mapped[bool]
    counted_from: Mapped[date | None]  # the day of the act that set it; None: the filing's fecha de efectos


class Event(Base):
    """Something that happened to a filing: who, when, what and why. Only ever added."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), index=True)
    at: Mapped[datetime]
    act: Mapped[str]
    actor_role: Mapped[str]
    actor: Mapped[str]
    reason: Mapped[str]
    data: Mapped[dict[str, Any]]


class Filing(Base):
    """A promoción under its folio. Never deleted."""

    __tablename__ = "filings"
    __table_args__ = (UniqueConstraint("year", "sequence"), Index("ix_filings_estado", "estado"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    folio: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    sequence: Mapped[int]
    received_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    effective_date: Mapped[date]
    estado: Mapped[str]
    etapa: Mapped[str] = mapped_column(index=True)
    nivel_sello: Mapped[str]
    nivel_firma: Mapped[str]
    # An act of the desk that waits for its second half (domain/filing.py).
    pendiente: Mapped[str] = mapped_column(server_default=text("''"), index=True)
    area_clave: Mapped[str] = mapped_column(ForeignKey("areas.clave"))  # to which the promovente addressed it
    # The area that attends to it, since it was first turned to one.
    turned_to: Mapped[str | None] = mapped_column(ForeignKey("areas.clave"), index=True)
    tramite_clave: Mapped[str | None] = mapped_column(ForeignKey("tramites.clave"))
    cedula_id: Mapped[int | None] = mapped_column(ForeignKey("cedulas.id"))
    policy_id: Mapped[str] = mapped_column(ForeignKey("policies.id"))
    corte: Mapped[str]
    asunto: Mapped[str]
    petition: Mapped[str] = mapped_column(Text)
    previous_folio: Mapped[str]
    buzon_consent: Mapped[bool]
    privacy_version: Mapped[str]
    privacy_sha256: Mapped[str]
    identity_salt: Mapped[bytes]
    verification_hash: Mapped[str] = mapped_column(unique=True)
    tracking_hash: Mapped[str]
    idempotency_hash: Mapped[str] = mapped_column(unique=True)
    body_digest: Mapped[str]
    # Of the request that brought it: the same word in the logs of window and workers.
    request_id: Mapped[str] = mapped_column(server_default=text("''"))
    held_reason: Mapped[str]  # why it waits, in words for a clerk; empty when it does not
    area: Mapped[Area] = relationship(foreign_keys=area_clave)
    attending: Mapped[Area | None] = relationship(foreign_keys=turned_to)
    tramite: Mapped[Tramite | None] = relationship()
    cedula: Mapped[Cedula | None] = relationship()
    parties: Mapped[list[Party]] = relationship(order_by=Party.position)
    deadlines: Mapped[list[Deadline]] = relationship(order_by=Deadline.id)
    events: Mapped[list[Event]] = relationship(order_by=Event.id)
    follow_up: Mapped["FollowUp | None"] = relationship(foreign_keys="FollowUp.filing_id")


class FollowUp(Base):
    """That a filing completes or adds to another, and how (domain/filing.Relacion). A folio that was merely typed opens
    nothing, so it makes no such link."""

    __tablename__ = "follow_ups"
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), primary_key=True)
    follows_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), index=True)
    relation: Mapped[str]


class PartyWord(Base):
    """A word of the name of a party, folded (domain/names.py), so that the desk finds filings by name."""

    __tablename__ = "party_words"
    # In the order of its bytes, so that the beginnings of words are a range of the index.
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), primary_key=True)
