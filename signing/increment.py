"""What the holder of the key does to a prepared document, without reading a word of PDF.

The file comes out of the sandbox, so nothing about it is believed: it must begin with the bytes that went in, byte for
byte, and the gap must lie in what was added, hold nothing, and be the one that the added ByteRange leaves out.
"""

import hashlib
import mmap
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

CHUNK = 1 << 20
LARGEST_INCREMENT = 8 << 20
"""Bytes. A field, its appearance and a gap take 60 KB; the rest is for pages with thousands of annotations."""

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


class NotAnIncrement(Exception):
    """The prepared file is not its basis plus one empty signature; it must not be signed."""


class GapTooSmall(Exception):
    """The signature is longer than the room reserved for it."""


@dataclass(frozen=True)
class Gap:
    """Where the signature goes: from its `<` to behind its `>` (ISO 32000-1, 12.8.1)."""

    start: int
    end: int

    @property
    def room(self) -> int:
        """Bytes of DER that it holds."""
        return (self.end - self.start - 2) // 2


class PreparedFile:
    """A prepared document that was proven to be an increment of its basis; made by `prove`."""

    def __init__(self, path: Path, gap: Gap, head: Any, tail: bytes) -> None:
        self._path, self._gap, self._head, self._tail = path, gap, head, tail
        outside = head.copy()
        outside.update(tail)
        self.digest: bytes = outside.digest()
        """SHA-256 of everything but the gap: what is signed."""

    @classmethod
    def prove(cls, basis: Path, prepared: Path, gap: Gap) -> Self:
        """Check `prepared` against `basis` and hash it on the way; raises NotAnIncrement."""
        basis_size, size = basis.stat().st_size, prepared.stat().st_size
        if not basis_size <= gap.start < gap.end - 1 < size <= basis_size + LARGEST_INCREMENT:
            raise NotAnIncrement("sizes and offsets do not fit")
        head = hashlib.sha256()
        with basis.open("rb") as expected, prepared.open("rb") as given:
            _hash_equal(expected, given, basis_size, head)
            increment = given.read()
        start, end = gap.start - basis_size, gap.end - basis_size
        _require_gap(increment, start, end)
        _require_byte_range(increment, (gap.start, gap.end, size - gap.end))
        head.update(increment[:start])
        return cls(prepared, gap, head, increment[end:])

    def fill(self, der: bytes) -> str:
        """Write the signature into the gap and wait until it is on disk; gives the SHA-256 of the whole file (hex)."""
        contents = fill_gap(self._path, self._gap, der)
        whole = self._head.copy()
        whole.update(contents + self._tail)
        return str(whole.hexdigest())


def prove_extension(basis: Path, extended: Path) -> str:
    """Check that `extended` begins with `basis`, byte for byte, and that what was added signs nothing.

    Gives the SHA-256 of `extended` (hex). Raises NotAnIncrement.
    """
    basis_size, size = basis.stat().st_size, extended.stat().st_size
    if not basis_size < size <= basis_size + LARGEST_INCREMENT:
        raise NotAnIncrement("the sizes do not fit")
    digest = hashlib.sha256()
    with basis.open("rb") as expected, extended.open("rb") as given:
        _hash_equal(expected, given, basis_size, digest)
        increment = given.read()
    if b"/ByteRange" in increment:
        raise NotAnIncrement("there is a signature in what was added")
    digest.update(increment)
    return digest.hexdigest()


def fill_gap(path: Path, gap: Gap, der: bytes) -> bytes:
    """Write the signature into the gap and wait until it is on disk; gives what was written. Raises GapTooSmall."""
    if len(der) > gap.room:
        raise GapTooSmall(len(der))
    contents = b"<" + der.hex().encode("ascii").ljust(2 * gap.room, b"0") + b">"
    with path.open("rb+") as file:
        file.seek(gap.start)
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())
    return contents


def last_gap(path: Path) -> Gap:
    """Where the signature lies that covers the file to its end. Raises NotAnIncrement unless there is just one."""
    size = path.stat().st_size
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        ranges = [tuple(map(int, match.groups())) for match in BYTE_RANGE.finditer(content)]
    found = [Gap(start, end) for start, end, length in ranges if start < end and end + length == size]
    if len(found) != 1:
        raise NotAnIncrement("no signature, or more than one, covers the file to its end")
    return found[0]


def looks_signed(path: Path) -> bool:
    """Whether the file holds a signature. Its ByteRange always lies in the clear, or its offsets could not be kept."""
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"/ByteRange") >= 0


def _hash_equal(expected: IO[bytes], given: IO[bytes], size: int, digest: Any) -> None:
    """Hash the first `size` bytes, which both files must share."""
    left = size
    while left:
        chunk = expected.read(min(CHUNK, left))
        if not chunk or given.read(len(chunk)) != chunk:
            raise NotAnIncrement("the bytes that went in did not come out")
        digest.update(chunk)
        left -= len(chunk)


def _require_gap(increment: bytes, start: int, end: int) -> None:
    inside = increment[start + 1 : end - 1]
    framed = increment[start : start + 1] == b"<" and increment[end - 1 : end] == b">"
    if not framed or len(inside) % 2 or inside.strip(b"0"):
        raise NotAnIncrement("the gap is not empty")


def _require_byte_range(increment: bytes, expected: tuple[int, int, int]) -> None:
    found = [tuple(map(int, match.groups())) for match in BYTE_RANGE.finditer(increment)]
    if found != [expected] or increment.count(b"/ByteRange") != 1:
        raise NotAnIncrement("the ByteRange does not leave out the gap alone")
