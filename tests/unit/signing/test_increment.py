"""What the holder of the key accepts from the sandbox: an increment with one empty gap, and nothing else."""

from hashlib import sha256
from pathlib import Path

import pytest

from signing.increment import (
    LARGEST_INCREMENT,
    SMALL,
    Gap,
    GapTooSmall,
    GrownFile,
    NotAnIncrement,
    fill_gap,
    looks_signed,
)

BASIS = b"%PDF-1.7\n" + b"el documento del ciudadano\n" * 100
ROOM = 8


def prepared(folder: Path, *, gap: bytes = b"0" * 2 * ROOM, byte_range: str = "", basis: bytes = BASIS) -> Gap:
    """A basis, and an increment with a gap as the sandbox would write it; `byte_range` replaces the right one."""
    (folder / "base.pdf").write_bytes(basis)
    before, after = b"\n1 0 obj << /Contents ", b" /ByteRange [%s] >> endobj\n%%%%EOF\n"
    start = len(BASIS) + len(before)
    end = start + len(gap) + 2
    numbers = byte_range or f"0 {start} {end} {len(after % (b'x' * 32))}"
    (folder / "aumento").write_bytes(before + b"<" + gap + b">" + after % numbers.ljust(32).encode())
    return Gap(start, end)


def grow(folder: Path, gap: Gap) -> GrownFile:
    return GrownFile.grow(folder / "base.pdf", folder / "aumento", folder / "sellado.pdf", gap)


def test_digest_leaves_out_the_gap_alone(tmp_path: Path) -> None:
    gap = prepared(tmp_path)
    whole = BASIS + (tmp_path / "aumento").read_bytes()
    assert grow(tmp_path, gap).digest == sha256(whole[: gap.start] + whole[gap.end :]).digest()


def test_the_result_is_the_document_and_the_increment_with_the_signature_in_its_gap(tmp_path: Path) -> None:
    gap = prepared(tmp_path)
    before = BASIS + (tmp_path / "aumento").read_bytes()
    digest = grow(tmp_path, gap).finish(b"\xab\xcd")
    after = (tmp_path / "sellado.pdf").read_bytes()
    assert after[gap.start : gap.end] == b"<abcd" + b"0" * (2 * ROOM - 4) + b">"
    assert (after[: gap.start], after[gap.end :]) == (before[: gap.start], before[gap.end :])
    assert digest == sha256(after).hexdigest()


def test_the_digest_of_the_document_alone_is_told(tmp_path: Path) -> None:
    assert grow(tmp_path, prepared(tmp_path)).basis_sha256 == sha256(BASIS).hexdigest()


def test_a_large_document_is_copied_whole(tmp_path: Path) -> None:
    large = bytes(range(256)) * 20_000
    assert len(large) > SMALL
    (tmp_path / "base.pdf").write_bytes(large)
    increment = b"<" + b"0" * 16 + b"> /ByteRange [0 %d %d %s]"
    start, end = len(large), len(large) + 18
    tail = len(increment % (start, end, b"00")) - 18
    (tmp_path / "aumento").write_bytes(increment % (start, end, b"%02d" % tail))
    digest = grow(tmp_path, Gap(start, end)).finish(b"\x01")
    sealed = (tmp_path / "sellado.pdf").read_bytes()
    assert sealed.startswith(large) and digest == sha256(sealed).hexdigest()


def test_a_signature_that_does_not_fit_is_not_written(tmp_path: Path) -> None:
    grown = grow(tmp_path, prepared(tmp_path))
    with pytest.raises(GapTooSmall):
        grown.finish(bytes(ROOM + 1))
    assert (tmp_path / "sellado.pdf").read_bytes() == BASIS


def test_a_document_of_another_length_than_was_prepared_is_refused(tmp_path: Path) -> None:
    for other in (BASIS[:-50], BASIS + b" "):
        gap = prepared(tmp_path, basis=other)
        with pytest.raises(NotAnIncrement):
            grow(tmp_path, gap)
        assert not (tmp_path / "sellado.pdf").exists()


@pytest.mark.parametrize("start", [-1, 0, 5, len(BASIS) - 1, 1 << 40])
def test_a_gap_outside_the_increment_is_refused(tmp_path: Path, start: int) -> None:
    prepared(tmp_path)
    with pytest.raises(NotAnIncrement):
        grow(tmp_path, Gap(start, start + 2 * ROOM + 2))


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_shifted_gap_is_refused(tmp_path: Path, shift: int) -> None:
    gap = prepared(tmp_path)
    with pytest.raises(NotAnIncrement):
        grow(tmp_path, Gap(gap.start + shift, gap.end + shift))
    with pytest.raises(NotAnIncrement):
        grow(tmp_path, Gap(gap.start, gap.end + shift))


def test_a_gap_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    gap = prepared(tmp_path, gap=b"0" * (2 * ROOM - 2) + b"AB")
    with pytest.raises(NotAnIncrement):
        grow(tmp_path, gap)


def test_a_byte_range_that_leaves_out_more_is_refused(tmp_path: Path) -> None:
    for numbers in ("0 10 20 30", "0 9 10 11] /ByteRange [0 1 2 3", "5 10 20 30"):
        gap = prepared(tmp_path, byte_range=numbers)
        with pytest.raises(NotAnIncrement):
            grow(tmp_path, gap)


def test_an_increment_without_measure_is_refused(tmp_path: Path) -> None:
    gap = prepared(tmp_path)
    with (tmp_path / "aumento").open("ab") as file:
        file.truncate(LARGEST_INCREMENT + 1)
    with pytest.raises(NotAnIncrement):
        grow(tmp_path, gap)


def test_a_signature_is_seen_by_its_byte_range(tmp_path: Path) -> None:
    prepared(tmp_path)
    assert looks_signed(tmp_path / "aumento")
    assert not looks_signed(tmp_path / "base.pdf")


@pytest.mark.parametrize("place", [0, SMALL - 9, SMALL - 1, SMALL, 2 * SMALL])
def test_a_signature_is_seen_wherever_it_lies_in_a_large_file(tmp_path: Path, place: int) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x" * place + b"/ByteRange [" + b"x" * 100)
    assert looks_signed(tmp_path / "a.pdf")


def test_an_empty_file_is_not_signed(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    assert not looks_signed(tmp_path / "a.pdf")


def test_a_filled_gap_can_be_filled_anew(tmp_path: Path) -> None:
    gap = prepared(tmp_path)
    grow(tmp_path, gap).finish(b"\xab\xcd")
    path = tmp_path / "sellado.pdf"
    before = path.read_bytes()
    fill_gap(path, gap, b"\xee")
    assert path.read_bytes() == before.replace(b"<abcd", b"<ee00")
