"""Business days of the office: which days count, and how many.

A day does not count when it is Saturday, Sunday, or stands in the published calendar. Beyond the last day that the
calendar covers
only week-ends are known, so what is counted there is provisional and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """The published non-business days, each with its reason, and the span of days that the publication covers."""

    closed: Mapping[date, str]
    covers_from: date
    covers_until: date

    def is_business_day(self, day: date) -> bool:
        """Whether the office works on ``day``."""
        return day.weekday() < SATURDAY and day not in self.closed

    def on_or_after(self, day: date) -> date:
        """``day`` itself when it is a business day, otherwise the next one."""
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """The ``count``-th business day after ``day`` (``count`` of 0 or more; ``day`` itself is not counted)."""
        for _ in range(count):
            day = self.on_or_after(day + timedelta(days=1))
        return day

    def is_provisional(self, day: date) -> bool:
        """Whether ``day`` lies outside what the published calendar covers."""
        return not self.covers_from <= day <= self.covers_until
