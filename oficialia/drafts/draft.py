"""What a draft is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from oficialia.domain.upload import Upload

KEPT = timedelta(days=7)  # after the last change
UNFINISHED_KEPT = timedelta(hours=24)  # an upload with which nobody goes on


@dataclass(frozen=True)
class DraftFile:
    """One file of a draft: here, or on its way."""

    id: str  # random, fit for an address
    slot: str  # what it is for: "principal", "fotos", "anexo-1" …
    filename: str  # already cleaned
    size: int  # of a file on its way: what was announced
    received: int  # bytes that are here
    sha256: str  # of a file that is here; "" while it is on its way
    announced_sha256: str  # what the browser computed before it sent anything; "" without
    about: Mapping[str, Any]  # what is known or was said of it; JSON
    changed_at: datetime
    path: Path

    @property
    def complete(self) -> bool:
        """Whether all of it is here."""
        return self.sha256 != ""

    @property
    def expires_at(self) -> datetime:
        """Until when a file on its way may be gone on with."""
        return self.changed_at + UNFINISHED_KEPT

    def upload(self) -> Upload:
        """A complete file as intake wants it."""
        return Upload(self.path, self.sha256, self.size, self.filename, self.slot)


@dataclass(frozen=True)
class Draft:
    """One draft as it stood when it was read."""

    id: UUID
    created_at: datetime
    changed_at: datetime
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by step: "que", "quien" …
    files: tuple[DraftFile, ...] = ()  # in the order in which they were added
    folio: str = ""  # once it was filed; answers and files are gone then
    filing_id: UUID | None = None

    @property
    def expires_at(self) -> datetime:
        """Until when it is kept."""
        return self.changed_at + KEPT

    def in_slot(self, slot: str) -> tuple[DraftFile, ...]:
        """The complete files that are for that."""
        return tuple(file for file in self.files if file.slot == slot and file.complete)

    def latest(self, slot: str) -> DraftFile | None:
        """The complete file of a slot that has one: the newest, where an older one was not taken away yet."""
        return next(reversed(self.in_slot(slot)), None)

    def unfinished(self, slot: str) -> tuple[DraftFile, ...]:
        """The files for that which are on their way, or were left there."""
        return tuple(file for file in self.files if file.slot == slot and not file.complete)
