"""One process at a time: who has the lock file of a folder has it until it closes it, or is gone."""

import fcntl
import os
from pathlib import Path
from typing import IO

from oficialia.durable import OWNER_ONLY


class Busy(Exception):
    """Another process has it."""


def take(lock: Path) -> IO[bytes]:
    """The lock file, ours until it is closed; made where it is not there. Raises Busy, OSError."""
    file = os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT, OWNER_ONLY), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Busy(str(lock)) from None
    return file
