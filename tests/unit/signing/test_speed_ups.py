"""What makes a call of the sandbox quick changes nothing of what it gives."""

import asyncio
import io
import os
import random
import resource
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError

from signing import hex_strings
from signing.copying import Range, copy_ahead, pages_written_by
from signing.immediate import immediate

STRINGS = [
    b"<>", b"<4>", b"<48656c6c6f>", b"<48 65\r\n6c\t6c 6f\x00>", b"<486>rest", b"<FEFF00F1>", b"<48%c\n65>",
    b"<48zz>", b"<48", b"<", b"<" + b"ab" * 100_000 + b">", b"<" + b"0" * 70_001 + b">>",
]  # fmt: skip


def read(how: Callable[[io.BytesIO], object], content: bytes) -> tuple[object, int]:
    stream = io.BytesIO(b"xx" + content + b" trailing > bytes")
    stream.seek(2)
    try:
        value = how(stream)
    except PdfError as fault:
        return type(fault), 0
    return getattr(value, "original_bytes", value), stream.tell()


@pytest.mark.parametrize("content", STRINGS, ids=lambda content: str(content[:20]))
def test_a_hexadecimal_string_reads_as_pyhanko_reads_it(content: bytes) -> None:
    assert generic.read_hex_string_from_stream is hex_strings.read
    assert read(hex_strings.read, content) == read(hex_strings._byte_by_byte, content)


def test_hexadecimal_strings_of_chance_read_alike() -> None:
    chance = random.Random(5)  # noqa: S311
    for _ in range(300):
        content = b"<" + bytes(chance.choices(b"0123456789abcdefABCDEF \n>%g", k=chance.randrange(40)))
        assert read(hex_strings.read, content) == read(hex_strings._byte_by_byte, content), content


async def answer() -> int:
    return 42


async def wait() -> None:
    await asyncio.sleep(0)


def test_a_coroutine_that_waits_for_nothing_needs_no_loop() -> None:
    assert immediate(answer()) == 42
    with pytest.raises(RuntimeError, match="waits"):
        immediate(wait())


MEMORY = bytearray(4 << 20)
PAGES = len(MEMORY) // 4096


def write() -> None:
    MEMORY[::4096] = bytes(PAGES)


def faults_of_a_child(written: list[Range]) -> int:
    """How many pages a child had to have copied while it wrote."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        copy_ahead(written)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        write()
        os.write(writer, str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as told:
        return int(told.read())


def test_what_a_child_writes_is_copied_ahead() -> None:
    write()
    written = pages_written_by(write)
    if not written:
        pytest.skip("this kernel does not show which pages are shared")
    assert sum(length for _, length in written) >= len(MEMORY)
    assert faults_of_a_child([]) >= PAGES
    assert faults_of_a_child(written) < PAGES // 10
