"""A copy of a published ledger in a folder, which can be audited, kept and compared like the original.

A full tile is for ever and is fetched once; every checkpoint that was seen stays in `vistos`, so that a later audit of
the folder notices when the ledger no longer continues it.
"""

import hashlib
from pathlib import Path

from oficialia import durable
from oficialia.audit.source import MOST_TEXT_BYTES, Source, SourceUnreadable, read_tile
from oficialia.audit.walk import CHECKPOINT, Progress
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.tiles import tiles_between
from signing.note import Note

SEEN, POLICY = "vistos", "politica"


def copy(source: Source, folder: Path, progress: Progress) -> int:
    """Fetches what the folder lacks; how many leaves it then has. Raises SourceUnreadable, OSError, and NoteInvalid or
    ValueError where what is published is no checkpoint."""
    content = source.read(CHECKPOINT, MOST_TEXT_BYTES)
    if content is None:
        raise SourceUnreadable("Ahí no hay ningún libro publicado: falta «checkpoint».")
    note = Note.parse(content)
    size = Checkpoint.parse(note.text).size
    tiles = list(tiles_between(0, size))
    for number, tile in enumerate(tiles, 1):
        target = folder / tile.path
        if not target.exists():
            found = read_tile(source, tile)
            if found is None:
                raise SourceUnreadable(f"No está {tile.path}.")
            _write(target, found)
        progress(number, len(tiles))
    policy = source.read(POLICY, MOST_TEXT_BYTES)
    if policy is not None:
        _write(folder / POLICY, policy)
    (folder / SEEN).mkdir(exist_ok=True)
    name = hashlib.sha256(note.text.encode()).hexdigest()[:16]
    for path in (folder / SEEN / f"{size}-{name}", folder / CHECKPOINT):
        durable.replace(path, note.content)
    return size


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.nuevo")
    draft.write_bytes(content)
    draft.replace(path)
