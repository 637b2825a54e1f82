"""Copying ahead the memory that a child is going to write: most of what a short call takes, when the call does it.

A fork shares its parent's pages until one of the two writes to one; then the kernel copies it, in an exception of its
own (3 to 8 µs). Python writes to whatever it touches, because it counts references: some 2,000 pages for a signature.
So the zygote has one child rehearse, notes which pages that one wrote, and lets every child have copies of them before
there is a call for it.
"""

import ctypes
import mmap
import os
from collections.abc import Callable, Iterator
from pathlib import Path

PAGE = mmap.PAGESIZE
POPULATE_WRITE = 23
"""linux/mman.h, since Linux 5.14; an older kernel refuses, and nothing is copied ahead."""
ENTRY_BYTES, EXCLUSIVE = 8, 1 << 56
"""proc(5): an entry of /proc/PID/pagemap, and its bit for a page that nobody else has."""
BRIDGE = 2
"""Pages between two ranges that are copied too: cheaper than another call."""

Range = tuple[int, int]
_libc = ctypes.CDLL(None, use_errno=True)


def pages_written_by(rehearsal: Callable[[], object]) -> list[Range]:
    """Where (address, length) a child of this process writes while it rehearses; empty where that cannot be seen."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            rehearsal()
            with os.fdopen(writer, "w") as out:
                out.writelines(f"{start} {length}\n" for start, length in _own())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        found = [tuple(map(int, line.split())) for line in told]
    os.waitpid(pid, 0)
    return [(start, length) for start, length in found]


def copy_ahead(ranges: list[Range]) -> None:
    """Have copies of one's own there."""
    for start, length in ranges:
        _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), POPULATE_WRITE)


def _own() -> Iterator[Range]:
    """What this process has for itself of its private writable memory."""
    try:
        mapped = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:  # noqa: PTH123
            for line in mapped:
                area, rights = line.split()[:2]
                if rights == "rw-p" and "[stack]" not in line:
                    start, end = (int(bound, 16) for bound in area.split("-"))
                    pagemap.seek(start // PAGE * ENTRY_BYTES)
                    yield from _ranges(start, pagemap.read((end - start) // PAGE * ENTRY_BYTES))
    except OSError:
        return


def _ranges(start: int, entries: bytes) -> Iterator[Range]:
    """The pages of a mapping from `start` on that are exclusive, joined where they lie close together."""
    first = last = -1
    for number in range(len(entries) // ENTRY_BYTES):
        entry = int.from_bytes(entries[number * ENTRY_BYTES : (number + 1) * ENTRY_BYTES], "little")
        if not entry & EXCLUSIVE:
            continue
        if first >= 0 and number - last > BRIDGE:
            yield start + first * PAGE, (last - first + 1) * PAGE
            first = number
        first = number if first < 0 else first
        last = number
    if first >= 0:
        yield start + first * PAGE, (last - first + 1) * PAGE
