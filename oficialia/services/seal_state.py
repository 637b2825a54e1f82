"""What the register knows of the seal: whether it may be used, and since when. The worker writes it, because it alone
holds keys; window and command line tell it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from oficialia.db import Database
from oficialia.models import SealState as Row

ONLY = 1


@dataclass(frozen=True)
class SealState:
    """``reason`` is empty while a seal may be used (then its certificate and end are there), else a sentence for a
    clerk."""

    sha256: str
    valid_until: datetime | None
    reason: str
    since: datetime

    @property
    def usable(self) -> bool:
        """Whether what is received is also sealed."""
        return not self.reason


def note(database: Database, *, sha256: str, valid_until: datetime | None, reason: str, now: datetime) -> bool:
    """Notes how the seal is; whether that is news."""
    try:
        with database.transaction() as session:
            row = session.get(Row, ONLY, with_for_update=True)
            if row is None:
                session.add(Row(id=ONLY, sha256=sha256, valid_until=valid_until, reason=reason, since=now))
            elif (row.sha256, row.reason) == (sha256, reason):
                return False
            else:
                row.sha256, row.valid_until, row.reason, row.since = sha256, valid_until, reason, now
            return True
    except IntegrityError:
        return False  # another worker wrote the very first note at the same moment


def current(database: Database) -> SealState | None:
    """How the seal was when the worker last looked; None when no worker ever did. Raises DatabaseUnavailable."""
    with database.reading() as session:
        row = session.get(Row, ONLY)
        return SealState(row.sha256, row.valid_until, row.reason, row.since) if row else None
