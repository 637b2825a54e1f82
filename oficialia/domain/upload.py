"""A file as it was received, before anything looked into it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Upload:
    """A file received to the spool: hashed on the way, its display name already cleaned of paths and control
    characters."""

    path: Path
    sha256: str
    size: int
    filename: str
    field: str = "principal"  # the form's field, so that a fault is shown where it belongs
