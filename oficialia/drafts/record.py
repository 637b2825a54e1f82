"""A draft on the disk: one folder with a record of all that is known, and the bytes of its files beside it.

The record alone says what belongs to the draft, and how much of an unfinished file counts. It is replaced whole, after
the bytes that it speaks of are on the disk: a power cut leaves at most bytes that nobody counts.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from oficialia import durable
from oficialia.drafts.draft import Draft, DraftFile

NAME = "borrador.json"
_FILES = "archivo-"


def read(folder: Path) -> Draft | None:
    """The draft of the folder; None where there is none, whole."""
    try:
        kept = json.loads((folder / NAME).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return Draft(
        id=UUID(kept["id"]),
        created_at=datetime.fromisoformat(kept["created_at"]),
        changed_at=datetime.fromisoformat(kept["changed_at"]),
        answers=kept["answers"],
        files=tuple(file for file in (_file(folder, each) for each in kept["files"]) if _is_there(file)),
        folio=kept["folio"],
        filing_id=UUID(kept["filing_id"]) if kept["filing_id"] else None,
    )


def write(folder: Path, draft: Draft) -> None:
    """Returns when it is on the disk. Raises OSError, and then the record before it stands."""
    kept = asdict(replace(draft, files=()))
    kept["files"] = [_kept(file) for file in draft.files]
    durable.replace(folder / NAME, json.dumps(kept, default=_word))


def bytes_of(folder: Path, file_id: str) -> Path:
    """Where the bytes of a file are."""
    return folder / f"{_FILES}{file_id}"


def strays(folder: Path, draft: Draft) -> list[Path]:
    """Bytes that the record does not speak of."""
    known = {file.path for file in draft.files}
    return [path for path in folder.glob(f"{_FILES}*") if path not in known]


def _word(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no answer of a draft: {type(value).__name__}")


def _file(folder: Path, kept: Mapping[str, Any]) -> DraftFile:
    changed_at = datetime.fromisoformat(kept["changed_at"])
    return DraftFile(**{**kept, "changed_at": changed_at, "path": bytes_of(folder, kept["id"])})


def _is_there(file: DraftFile) -> bool:
    """Whether the disk still has what was counted. Where it has not, the file is gone, and the person chooses it again:
    a piece written behind a hole would make a document of zeros."""
    try:
        return file.path.stat().st_size >= file.received
    except FileNotFoundError:
        return not file.received


def _kept(file: DraftFile) -> dict[str, Any]:
    kept = asdict(file)
    del kept["path"]
    return kept
