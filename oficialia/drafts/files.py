"""The bytes of a draft's files: moved in whole or written piece by piece, on the disk before anybody counts them."""

import base64
import errno
import hashlib
import hmac
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from oficialia.drafts.errors import ChecksumMismatch, TooLong

ALGORITHMS = ("sha256", "sha1")  # of the sum of a piece; whoever speaks tus may count on sha1
_BLOCK = 1 << 20
_OWNER_ONLY = 0o600


class Source(Protocol):
    """Where the bytes of a piece are read from."""

    def read(self, size: int = ..., /) -> bytes | None:
        """The next bytes; none at the end."""


@dataclass(frozen=True)
class Checksum:
    """What the sender computed over one piece."""

    algorithm: str
    digest: bytes

    @classmethod
    def parse(cls, header: str) -> Self:
        """From ``sha256 <base64>``. Raises ValueError."""
        algorithm, _, encoded = header.partition(" ")
        digest = base64.b64decode(encoded, validate=True)
        if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
            raise ValueError(header)
        return cls(algorithm, digest)


def move_in(source: Path, target: Path) -> None:
    """Takes a file of the spool, which may be on another disk; returns when it is on the disk. Raises OSError."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(source, target)
        source.unlink()
    target.chmod(_OWNER_ONLY)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def write_piece(path: Path, start: int, room: int, source: Source, checksum: Checksum | None) -> int:
    """Writes what ``source`` has at ``start`` and returns how much that was, once it is on the disk.

    Whatever was there from ``start`` on is a piece that nobody counted. Raises TooLong beyond ``room``,
    ChecksumMismatch, and OSError; nobody counts what it wrote then.
    """
    sum_ = hashlib.new(checksum.algorithm if checksum else ALGORITHMS[0], usedforsecurity=False)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as target:
        target.truncate(start)
        target.seek(start)
        while block := source.read(_BLOCK):
            if target.tell() + len(block) > start + room:
                raise TooLong
            sum_.update(block)
            target.write(block)
        if checksum and not hmac.compare_digest(sum_.digest(), checksum.digest):
            raise ChecksumMismatch
        target.flush()
        os.fsync(target.fileno())
        return target.tell() - start


def digest_of(path: Path) -> str:
    """SHA-256 of the file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
