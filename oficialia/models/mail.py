"""E-mail: addresses that a promovente is confirming, letters of no filing, and who is let into the inbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oficialia.models.base import Base


class EmailConfirmation(Base):
    """The address of a filing and its one-time code; the acuse is mailed only once ``confirmed_at`` is set."""

    __tablename__ = "email_confirmations"
    __table_args__ = (Index("ix_email_confirmations_lower_address", text("lower(address)")),)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), primary_key=True)
    address: Mapped[str]
    serial: Mapped[int]  # how many codes were sent; the last one counts
    attempts: Mapped[int]  # wrong codes typed against the last one
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class AskedLetter(Base):
    """A message of no filing that was asked for: to whom, and what it is about (a draft, an entry of the inbox).

    Its job has no filing and its number is ``id``. The address is forgotten some hours later (services/letters.py).
    """

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(index=True)
    about: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(index=True)
    request_id: Mapped[str]


class InboxEntry(Base):
    """Somebody who asks to see all filings of an address, or of an RFC, and may once ``opened_at`` is set.

    The browser that asked keeps ``id``. Address and RFC are forgotten when the entry is over (services/letters.py).
    """

    __tablename__ = "inbox_entries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    address: Mapped[str]
    rfc: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int]  # wrong codes typed
    opened_at: Mapped[datetime | None]
