"""The one place that reads the clock; everything else is handed the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present instant, aware, in UTC."""


def now() -> datetime:
    """The present instant in UTC, with microseconds."""
    return datetime.now(UTC)
