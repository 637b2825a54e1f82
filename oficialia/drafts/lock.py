"""One draft for one at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oficialia.drafts.errors import DraftGone
from oficialia.durable import OWNER_ONLY


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The draft's folder, for us alone, whatever process or thread asks. Raises DraftGone where it is gone."""
    try:
        descriptor = os.open(folder / "cerrojo", os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except FileNotFoundError:
        raise DraftGone from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
