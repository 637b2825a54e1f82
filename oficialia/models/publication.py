"""What was published of the ledger: every checkpoint ever signed, and who publishes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from oficialia.models.base import Base


class LedgerCheckpoint(Base):
    """The checkpoint that a log signed over its first ``size`` leaves. Only ever added; ``origin`` changes with the key
    of the log alone."""

    __tablename__ = "ledger_checkpoints"
    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str]
    note: Mapped[str] = mapped_column(Text)  # signed by the log, and by the witnesses that have answered
    signed_at: Mapped[datetime]


class LedgerPublisher(Base):
    """The single row that says who publishes the ledger until when, and why nothing is published, if so."""

    __tablename__ = "ledger_publisher"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[UUID]
    until: Mapped[datetime]
    trouble: Mapped[str] = mapped_column(Text)  # in words for a clerk; empty while all is well
    since: Mapped[datetime]  # when that last changed
