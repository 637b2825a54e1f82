"""The files of a backup: written for their owner only, on disk before anything relies on them.

A folder DESTINO holds one folder for each backup, named after its instant, and ``objetos/``, which all of them share:

    DESTINO/2026-11-23T090000Z/manifiesto.json      what the backup is; written last
                               registro.jsonl.gz    every table (backup_rows)
                               objetos.jsonl.gz     every object that the register names
    DESTINO/objetos/<key>                           the bytes of the objects
"""

import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oficialia.alone import Busy, take
from oficialia.durable import OWNER_ONLY
from signing.digest import sha256_of

FORMAT: Literal[1] = 1
MANIFEST, REGISTER, OBJECTS = "manifiesto.json", "registro.jsonl.gz", "objetos.jsonl.gz"
SHARED = "objetos"
UNFINISHED = ".incompleto-"


class BackupError(Exception):
    """A backup that cannot be made or used; the sentence is for whoever runs the command."""


class BackupDamaged(BackupError):
    """The folder is no backup, is not whole, or is not what it was when it was made."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Book(_Frozen):
    """The ledger as it stands: how many leaves, their RFC 6962 root, and the last one's hash (hex; empty if none)."""

    size: int = Field(alias="hojas")
    root: str = Field(alias="raiz")
    last: str = Field(alias="ultima_hoja")


class Digest(_Frozen):
    """The SHA-256 (hex) of one of the backup's files."""

    sha256: str


class Objects(Digest):
    """The list of the objects: its digest, how many rows of the register name one, their bytes, and whether they were
    copied beside it."""

    count: int = Field(alias="numero")
    size: int = Field(alias="bytes")
    copied: bool = Field(alias="copiados")


class Manifest(_Frozen):
    """What a backup says of itself."""

    format: Literal[1] = Field(alias="formato")
    instant: datetime = Field(alias="instante")
    municipality: str = Field(alias="municipio")
    revision: str  # of the migrations
    tables: dict[str, int] = Field(alias="tablas")  # rows of each, in the order of the file
    book: Book = Field(alias="libro")
    register_file: Digest = Field(alias="registro")
    objects: Objects = Field(alias="objetos")


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a finished backup. Raises BackupDamaged."""
    path = backup / MANIFEST
    if backup.name.startswith(UNFINISHED) or not path.is_file():
        raise BackupDamaged(
            f"{backup} no es un respaldo completo: no tiene {MANIFEST}, que es lo último que se escribe."
        )
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as fault:
        raise BackupDamaged(
            f"{path} no se entiende: está dañado, o es de una versión más nueva del programa."
        ) from fault


def check_digest(path: Path, expected: Digest) -> None:
    """Raises BackupDamaged when the file is absent or is not the one that the manifest tells."""
    if not path.is_file():
        raise BackupDamaged(f"Falta {path}.")
    if sha256_of(path) != expected.sha256:
        raise BackupDamaged(f"{path} no es como cuando se hizo el respaldo: está dañado o alguien lo cambió.")


@contextmanager
def new_backup(destination: Path, instant: datetime) -> Iterator[Path]:
    """A folder to fill; when the block ends well it becomes ``DESTINO/<instant>``, else nothing is left of it.

    One at a time in each DESTINO; what an interrupted one left is cleared away. Raises BackupError.
    """
    name = instant.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    make_folders(destination / SHARED)
    with _alone(destination):
        for left in destination.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        if (destination / name).exists():
            raise BackupError(f"Ya hay un respaldo de este instante: {destination / name}.")
        unfinished = destination / f"{UNFINISHED}{name}"
        make_folders(unfinished)
        try:
            yield unfinished
            sync(unfinished)
            unfinished.rename(destination / name)
            sync(destination)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise


@contextmanager
def _alone(destination: Path) -> Iterator[None]:
    try:
        lock = take(destination / ".candado")
    except Busy:
        raise BackupError(f"Ya se está haciendo otro respaldo en {destination}.") from None
    with lock:
        yield


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file of its owner's alone, on disk when the block ends."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def new_gzip(path: Path) -> Iterator[gzip.GzipFile]:
    """The same, compressed; the same content gives the same bytes."""
    with new_file(path) as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        yield packed


def make_folders(path: Path) -> None:
    """The folder, with those above it that are missing, for their owner only and on disk."""
    if not path.is_dir():
        make_folders(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Waits until the file, or the names in the folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
