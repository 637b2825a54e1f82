"""The folder of an installation: whose it is at this moment, and what any program that runs in it is told."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oficialia.alone import Busy, take
from oficialia.embedded.process import ServiceFailed
from oficialia.settings import inherited


class FolderBusy(ServiceFailed):
    """Somebody else runs the installation in this folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made if absent, ours alone for the time of the block. Raises FolderBusy."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = take(folder / ".candado")
    except Busy:
        raise FolderBusy(f"Ya hay una oficina funcionando en {folder}. Deténgala, o use --carpeta.") from None
    with lock:
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
