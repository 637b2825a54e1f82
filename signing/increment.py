"""What the holder of the key does with an increment out of the sandbox, without reading a word of PDF.

Nothing about it is believed: it must be of a bearable size, and its gap must lie in it, hold nothing, and be the one
that its ByteRange leaves out. The document before it is copied here, byte for byte, and hashed on the way.
"""

import hashlib
import mmap
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

LARGEST_INCREMENT = 8 << 20
"""Bytes. A field, its appearance and a gap take 60 KB; the rest is for pages with thousands of annotations."""
CHUNK = 1 << 20
SMALL = 4 << 20
"""Bytes. Starting a thread costs more than it saves below; 105 MB take 75 ms with it, and 140 without."""

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


class NotAnIncrement(Exception):
    """What came is not one empty signature to be added; it must not be signed."""


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

    def filled(self, der: bytes) -> bytes:
        """What is written there for the signature `der`. Raises GapTooSmall."""
        if len(der) > self.room:
            raise GapTooSmall(len(der))
        return b"<" + der.hex().encode("ascii").ljust(2 * self.room, b"0") + b">"


class GrownFile:
    """A copy of a document that is about to grow by a signature; made by `grow`."""

    def __init__(self, path: Path, gap: Gap, head: Any, before: bytes, after: bytes) -> None:
        self._path, self._gap, self._before, self._after = path, gap, before, after
        self.basis_sha256: str = head.hexdigest()
        """Of the document that was copied."""
        self._head = head
        self._head.update(before)
        outside = head.copy()
        outside.update(after)
        self.digest: bytes = outside.digest()
        """SHA-256 of everything but the gap: what is signed."""

    @classmethod
    def grow(cls, basis: Path, increment: Path, target: Path, gap: Gap) -> Self:
        """Check the increment against the size of `basis`, then copy `basis` to `target`; raises NotAnIncrement.

        `gap` counts from the beginning of the document.
        """
        size = basis.stat().st_size
        if increment.stat().st_size > LARGEST_INCREMENT:
            raise NotAnIncrement("the increment is too large")
        added = increment.read_bytes()
        start, end = gap.start - size, gap.end - size
        if not 0 <= start < end - 1 < len(added):
            raise NotAnIncrement("the gap lies outside")
        _require_gap(added, start, end)
        _require_byte_range(added, (gap.start, gap.end, len(added) - end))
        return cls(target, gap, _copied(basis, target, size), added[:start], added[end:])

    def finish(self, der: bytes) -> str:
        """Write the increment with the signature in its gap; gives the SHA-256 of the whole file (hex).

        Raises GapTooSmall. What the disk holds after a power cut is the affair of whoever keeps the file.
        """
        contents = self._gap.filled(der)
        with self._path.open("ab") as file:
            file.write(self._before + contents + self._after)
        whole = self._head.copy()
        whole.update(contents + self._after)
        return str(whole.hexdigest())


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
        """Write the signature into the gap; gives the SHA-256 of the whole file (hex). Raises GapTooSmall."""
        contents = self._gap.filled(der)
        fill_gap(self._path, self._gap, der)
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


def fill_gap(path: Path, gap: Gap, der: bytes) -> None:
    """Write the signature into the gap of a file that has one. Raises GapTooSmall."""
    contents = gap.filled(der)
    with path.open("rb+") as file:
        file.seek(gap.start)
        file.write(contents)


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
    mark, before = b"/ByteRange", b""
    with path.open("rb") as file:
        while chunk := file.read(SMALL):
            if mark in before + chunk:
                return True
            before = chunk[1 - len(mark) :]
    return False


def _copied(basis: Path, target: Path, size: int) -> Any:
    """Copy `basis`, which has `size` bytes; gives their SHA-256, still to be continued."""
    digest = _copied_at_once(basis, target) if size <= SMALL else _copied_while_hashing(basis, target)
    if target.stat().st_size != size:
        raise NotAnIncrement("the document changed meanwhile")
    return digest


def _copied_at_once(basis: Path, target: Path) -> Any:
    content = basis.read_bytes()
    target.write_bytes(content)
    return hashlib.sha256(content)


def _copied_while_hashing(basis: Path, target: Path) -> Any:
    """The kernel copies while this thread hashes. Were the basis to change between the two, the seal would not fit."""
    with ThreadPoolExecutor(1) as helper, basis.open("rb") as source:
        copying = helper.submit(shutil.copyfile, basis, target)
        digest = hashlib.file_digest(source, "sha256")
        copying.result()
    return digest


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
