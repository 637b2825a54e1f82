"""Keeping the promise that drafts go away: whole ones after a week, unfinished uploads after a day."""

import contextlib
import logging
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from oficialia.drafts import record
from oficialia.drafts.draft import UNFINISHED_KEPT, Draft
from oficialia.drafts.errors import DraftGone
from oficialia.drafts.lock import locked

# Bytes that no record speaks of may still be read by a request that began before they were taken away.
STRAYS_KEPT = timedelta(hours=1)
_GOING = ".borrado-"
_log = logging.getLogger("oficialia.drafts")


def sweep(root: Path, now: datetime) -> int:
    """Removes the drafts whose time is over, and in the others what is left of old uploads; how many drafts."""
    for leftover in root.glob(f"{_GOING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    return sum(_swept(folder, now) for folder in root.iterdir() if folder.is_dir() and folder.name[0] != ".")


def _swept(folder: Path, now: datetime) -> bool:
    """Whether the draft is gone now. Another process may be sweeping too; a folder that cannot be swept keeps none of
    the others."""
    try:
        with contextlib.suppress(DraftGone, FileNotFoundError), locked(folder):
            return _looked_after(folder, record.read(folder), now)
    except OSError as error:
        _log.error("a draft cannot be swept: %s", type(error).__name__)
    return False


def _looked_after(folder: Path, draft: Draft | None, now: datetime) -> bool:
    if _over(folder, draft, now):
        _remove(folder)
        return True
    if draft:
        _tidy(folder, draft, now)
    return False


def _over(folder: Path, draft: Draft | None, now: datetime) -> bool:
    if draft:
        return now >= draft.expires_at
    # Being made this very moment, or what a power cut left of one.
    return now.timestamp() - folder.stat().st_mtime > UNFINISHED_KEPT.total_seconds()


def _remove(folder: Path) -> None:
    """Out of sight at once, so that nobody can come in between; what is left then is everybody's to remove."""
    going = folder.with_name(_GOING + folder.name)
    folder.replace(going)
    shutil.rmtree(going, ignore_errors=True)


def _tidy(folder: Path, draft: Draft, now: datetime) -> None:
    kept = tuple(file for file in draft.files if file.complete or now < file.expires_at)
    if kept != draft.files:
        record.write(folder, replace(draft, files=kept))  # no change of the person's: it lives no longer for it
    if now - draft.changed_at > STRAYS_KEPT:
        for stray in record.strays(folder, replace(draft, files=kept)):
            stray.unlink(missing_ok=True)
