"""E-mail addresses that a promovente is confirming."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from oficialia.models.base import Base


class EmailConfirmation(Base):
    """The address of a filing and its one-time code; the acuse is mailed only once ``confirmed_at`` is set."""

    __tablename__ = "email_confirmations"
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), primary_key=True)
    address: Mapped[str]
    serial: Mapped[int]  # how many codes were sent; the last one counts
    attempts: Mapped[int]  # wrong codes typed against the last one
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
