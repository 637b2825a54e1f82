"""What the publisher of the ledger remembers for itself: the last checkpoint that it signed.

On a disk of its own, so that nobody who can change register or storage can make it forget. Whatever is kept here is on
the disk before anybody is shown it.
"""

from pathlib import Path
from uuid import UUID, uuid4

from oficialia import durable
from oficialia.alone import take

CHECKPOINT, HOLDER, LOCK = "checkpoint", "titular", "candado"


class Memory:
    """The folder, for as long as the process lives. Raises Busy, OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = take(folder / LOCK)
        self.holder = self._holder()
        """Whose memory it is: the same at every start."""

    def close(self) -> None:
        """Lets another process have it."""
        self._lock.close()

    def last(self) -> str | None:
        """The note that was signed last; None where none ever was. Raises OSError."""
        try:
            return (self._folder / CHECKPOINT).read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, note: str) -> None:
        """Returns when it is on the disk, under its name, whatever happens then. Raises OSError, and then remembers
        either this note or the one before it, whole."""
        durable.replace(self._folder / CHECKPOINT, note)

    def _holder(self) -> UUID:
        path = self._folder / HOLDER
        if not path.exists():
            durable.replace(path, str(uuid4()))
        return UUID(path.read_text("utf-8"))
