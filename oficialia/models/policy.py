"""Policies of terms and the published calendar: the numbers of the law as dated rows."""

from datetime import date, time

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oficialia.models.base import Base


class PolicyRule(Base):
    """Business days of one term under one policy, with its legal basis."""

    __tablename__ = "policy_rules"
    policy_id: Mapped[str] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    term: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    fundamento: Mapped[str]


class Policy(Base):
    """A published version of the rules, in force from a day until another replaces it."""

    __tablename__ = "policies"
    id: Mapped[str] = mapped_column(primary_key=True)
    corte: Mapped[str]
    closing_time: Mapped[time]
    corte_fundamento: Mapped[str]
    vigente_desde: Mapped[date]
    vigente_hasta: Mapped[date | None]
    rules: Mapped[list[PolicyRule]] = relationship(order_by=PolicyRule.term)


class CalendarSpan(Base):
    """A published calendar: the days it covers and where it was published."""

    __tablename__ = "calendar_spans"
    id: Mapped[int] = mapped_column(primary_key=True)
    covers_from: Mapped[date]
    covers_until: Mapped[date]
    reference: Mapped[str]


class CalendarDay(Base):
    """A day that does not count, with its reason."""

    __tablename__ = "calendar_days"
    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str]
    span_id: Mapped[int] = mapped_column(ForeignKey("calendar_spans.id"))
