"""What each review of the whole office found, kept for auditors."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from oficialia.models.base import Base


class Review(Base):
    """One review: when, who asked for it (``nocturna`` or ``orden``), how much was looked at, and every finding."""

    __tablename__ = "reviews"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    asked_by: Mapped[str]
    counts: Mapped[dict[str, Any]]  # what was looked at: {"expedientes": 120, "objetos": 480, …}
    findings: Mapped[list[Any]]  # of oficialia.services.review.Finding, as JSON
