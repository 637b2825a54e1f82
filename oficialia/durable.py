"""Small files that must be there after a power cut, whole: as they were, or as they are now."""

import os
from pathlib import Path

OWNER_ONLY = 0o600


def replace(path: Path, content: str) -> None:
    """Returns when the content is on the disk, under its name, whatever happens then. Raises OSError, and then the file
    is either the new one or the one before it, whole."""
    draft = path.with_name(f"{path.name}.nuevo")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    flush_names(path.parent)


def flush_names(folder: Path) -> None:
    """Returns when the names of the folder are on the disk: what was made, moved or removed in it. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
