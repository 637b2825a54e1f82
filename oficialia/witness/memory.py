"""What a witness remembers: of each log the last checkpoint that it cosigned, on a disk of its own."""

import hashlib
from pathlib import Path

from oficialia import durable
from oficialia.alone import take
from oficialia.domain.checkpoint import Checkpoint
from signing.note import VerifierKey

LOCK = "candado"


class Memory:
    """The folder, for as long as the process lives. Raises Busy, because two witnesses with one memory could
    cosign two histories, and OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = take(folder / LOCK)

    def close(self) -> None:
        """Lets another process have it."""
        self._lock.close()

    def last(self, log: VerifierKey) -> Checkpoint | None:
        """What was cosigned last of that log; None where nothing was. Raises OSError, and ValueError for a file that is
        not ours: whoever does not know what it signed signs nothing."""
        try:
            return Checkpoint.parse(self._path(log).read_text("utf-8"))
        except FileNotFoundError:
            return None

    def keep(self, log: VerifierKey, checkpoint: Checkpoint) -> None:
        """Returns when it is on the disk. Raises OSError."""
        durable.replace(self._path(log), checkpoint.text)

    def _path(self, log: VerifierKey) -> Path:
        """Named by the whole key, so that no origin line becomes a path."""
        return self._folder / f"{hashlib.sha256(str(log).encode()).hexdigest()}.checkpoint"
