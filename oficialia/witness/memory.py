"""What a witness remembers: of each log the last checkpoint that it cosigned, on a disk of its own."""

import fcntl
import hashlib
from pathlib import Path

from oficialia import durable
from oficialia.domain.checkpoint import Checkpoint
from signing.note import VerifierKey

LOCK = "candado"


class MemoryBusy(Exception):
    """Another witness has this folder: two with one memory could cosign two histories."""


class Memory:
    """The folder, for as long as the process lives. Raises MemoryBusy, OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = (folder / LOCK).open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise MemoryBusy(str(folder)) from None

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
