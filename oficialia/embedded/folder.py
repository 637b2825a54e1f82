"""The folder of an installation: whose it is at this moment, and what any program that runs in it is told."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oficialia.embedded.process import ServiceFailed
from oficialia.settings import inherited


class FolderBusy(ServiceFailed):
    """Somebody else runs the installation in this folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made if absent, ours alone for the time of the block. Raises FolderBusy."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".candado").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy(f"Ya hay una oficina funcionando en {folder}. Deténgala, o use --carpeta.") from None
        yield


def is_busy(folder: Path) -> bool:
    """Whether somebody has the folder at this moment."""
    try:
        with locked(folder):
            return False
    except FolderBusy:
        return True


def base_environment(folder: Path) -> dict[str, str]:
    """What any program needs to run: where programs are, language, where temporary files go; no setting, no secret."""
    path = os.pathsep.join([str(Path(sys.executable).parent), inherited("PATH").get("PATH", os.defpath)])
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        **inherited("HOME", "USER", "TZ"),
        "PATH": path,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
    }
