"""Values as JSON has them, and back: for what crosses the sandbox, and for what is kept."""

from datetime import datetime
from typing import Any


def plain(value: Any) -> Any:
    """What `dataclasses.asdict` gives, in JSON values: instants as ISO 8601, tuples as lists."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def instant(text: str | None) -> datetime | None:
    """The instant of an ISO 8601 text; None of none."""
    return datetime.fromisoformat(text) if text else None
