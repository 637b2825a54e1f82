"""A file that the sandbox wrote whole: the document, what was added, one empty gap; nothing else is accepted."""

from hashlib import sha256
from pathlib import Path

import pytest

from signing.increment import LARGEST_INCREMENT, Gap, GapTooSmall, NotAnIncrement, PreparedFile

BASIS = b"%PDF-1.7\n" + b"el documento del ciudadano\n" * 100
ROOM = 8


def prepared(
    folder: Path, *, basis: bytes = BASIS, gap: bytes = b"0" * 2 * ROOM, byte_range: str = ""
) -> tuple[Path, Gap]:
    """A basis and an increment with a gap, as the sandbox would write them; `byte_range` replaces the right one."""
    (folder / "base.pdf").write_bytes(BASIS)
    before, after = b"\n1 0 obj << /Contents ", b" /ByteRange [%s] >> endobj\n%%%%EOF\n"
    start = len(basis) + len(before)
    end = start + len(gap) + 2
    size = end + len(after % (b"x" * 32))
    numbers = byte_range or f"0 {start} {end} {size - end}"
    path = folder / "preparado.pdf"
    path.write_bytes(basis + before + b"<" + gap + b">" + after % numbers.ljust(32).encode())
    return path, Gap(start, end)


def prove(path: Path, gap: Gap) -> PreparedFile:
    return PreparedFile.prove(path.parent / "base.pdf", path, gap)


def test_digest_leaves_out_the_gap_alone(tmp_path: Path) -> None:
    path, gap = prepared(tmp_path)
    data = path.read_bytes()
    assert prove(path, gap).digest == sha256(data[: gap.start] + data[gap.end :]).digest()


def test_filling_writes_the_signature_and_nothing_else(tmp_path: Path) -> None:
    path, gap = prepared(tmp_path)
    before = path.read_bytes()
    digest = prove(path, gap).fill(b"\xab\xcd")
    after = path.read_bytes()
    assert after[gap.start : gap.end] == b"<abcd" + b"0" * (2 * ROOM - 4) + b">"
    assert (after[: gap.start], after[gap.end :]) == (before[: gap.start], before[gap.end :])
    assert digest == sha256(after).hexdigest()


def test_a_signature_that_does_not_fit_is_not_written(tmp_path: Path) -> None:
    path, gap = prepared(tmp_path)
    before = path.read_bytes()
    with pytest.raises(GapTooSmall):
        prove(path, gap).fill(bytes(ROOM + 1))
    assert path.read_bytes() == before


def test_a_single_changed_byte_of_the_document_is_seen(tmp_path: Path) -> None:
    for place in (0, len(BASIS) // 2, len(BASIS) - 1):
        changed = bytearray(BASIS)
        changed[place] ^= 1
        with pytest.raises(NotAnIncrement):
            prove(*prepared(tmp_path, basis=bytes(changed)))


def test_a_shortened_document_is_seen(tmp_path: Path) -> None:
    with pytest.raises(NotAnIncrement):
        prove(*prepared(tmp_path, basis=BASIS[:-50]))


@pytest.mark.parametrize("start", [-1, 0, 5, len(BASIS) - 1, 1 << 40])
def test_a_gap_outside_the_increment_is_refused(tmp_path: Path, start: int) -> None:
    path, _ = prepared(tmp_path)
    with pytest.raises(NotAnIncrement):
        prove(path, Gap(start, start + 2 * ROOM + 2))


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_shifted_gap_is_refused(tmp_path: Path, shift: int) -> None:
    path, gap = prepared(tmp_path)
    with pytest.raises(NotAnIncrement):
        prove(path, Gap(gap.start + shift, gap.end + shift))
    with pytest.raises(NotAnIncrement):
        prove(path, Gap(gap.start, gap.end + shift))


def test_a_gap_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnIncrement):
        prove(*prepared(tmp_path, gap=b"0" * (2 * ROOM - 2) + b"AB"))


def test_a_byte_range_that_leaves_out_more_is_refused(tmp_path: Path) -> None:
    for numbers in ("0 10 20 30", "0 9 10 11] /ByteRange [0 1 2 3", "5 10 20 30"):
        with pytest.raises(NotAnIncrement):
            prove(*prepared(tmp_path, byte_range=numbers))


def test_an_increment_without_measure_is_refused(tmp_path: Path) -> None:
    path, gap = prepared(tmp_path)
    with path.open("ab") as file:
        file.truncate(len(BASIS) + LARGEST_INCREMENT + 1)
    with pytest.raises(NotAnIncrement):
        prove(path, gap)
