"""The queue of record: work that the register has asked for. The broker is only a bell."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from oficialia.models.base import Base


class Job(Base):
    """A piece of work, asked for once (``kind``, ``filing_id``, ``ordinal``), open until ``done_at``. A letter that
    belongs to no filing has none, and its ordinal is the letter's number.

    ``visible_at`` says from when somebody may take it: ringing the bell, taking the lease and failing all move it
    ahead, so that a lost
    message or a dead worker brings the job back by itself. ``lease_token`` is that of who works on it now.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "filing_id", "ordinal"),
        Index("ix_jobs_open", "done_at", "visible_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    filing_id: Mapped[UUID | None] = mapped_column(ForeignKey("filings.id"))
    ordinal: Mapped[int]
    created_at: Mapped[datetime]
    visible_at: Mapped[datetime]
    attempts: Mapped[int]
    lease_token: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    quarantined_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text)
