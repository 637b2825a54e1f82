"""Cross-references that are read when they are asked for: importing this teaches it to every reader of pyHanko.

pyHanko makes three Python objects of each entry, 150 to 360 ms for 60,000 of them, and then a document is sealed with a
dozen look-ups. Here a section stays as it lies in the file, and an entry is read when somebody wants it. That holds for
plain sections only (`_plain_table`, `_plain_stream`): whatever is odd about one, pyHanko reads it as ever.
`tests/unit/signing/test_xref.py` holds both against each other on every file that it finds.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from io import SEEK_CUR, SEEK_END
from typing import IO, Any, Generic, TypeVar, cast

from pyhanko.pdf_utils import generic, misc, reader
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.xref import (
    ObjStreamRef,
    XRefBuilder,
    XRefSection,
    XRefSectionData,
    XRefSectionMetaInfo,
    XRefSectionType,
    _expected_xref_stream_size,
    _prev,
)

FREE, STANDARD, PACKED = 0, 1, 2
"""Kinds of entries, by their numbers in a cross-reference stream (ISO 32000-1, table 18)."""
ENTRY = 20
"""Bytes of an entry of a table (7.5.4): ten digits, space, five digits, space, `n` or `f`, two bytes of line end."""
HIGHEST_GENERATION = 0xFFFF
WIDEST = 7
"""Bytes of a field of a stream; wider ones, which pyHanko reads with a sign, do not exist in honest files."""
DIGITS = b"0123456789"
VALUES = bytes.maketrans(DIGITS + b"nf", bytes(range(10)) + bytes([STANDARD, FREE]))
IN_USE = bytes(0xFF if kind == STANDARD else 0 for kind in range(256))
HEADER = re.compile(rb"\s*(\d{1,10})\s+(\d{1,10})\s+")

T = TypeVar("T")


@dataclass(frozen=True)
class _Run:
    """Entries with consecutive numbers from `first` on: their kinds, a byte each, and how to read two fields of one.

    `advanced`: those in use whose generation is not 0.
    """

    first: int
    kinds: bytes
    second: Callable[[int], int]
    third: Callable[[int], int]
    advanced: list[int]

    @property
    def end(self) -> int:
        """The number after the last."""
        return self.first + len(self.kinds)

    def of_kind(self, kind: int) -> Iterator[int]:
        """Positions of the entries of that kind; object 0 is none."""
        found = (match.start() for match in re.finditer(re.escape(bytes([kind])), self.kinds))
        return (position for position in found if self.first + position)


class _Lookup(Mapping[int, T], Generic[T]):
    """The entries of one kind, by the number of their object."""

    def __init__(self, runs: list[_Run], kind: int, read: Callable[[_Run, int], T]) -> None:
        self._runs, self._kind, self._read = runs, kind, read
        self._starts = [run.first for run in runs]

    def __getitem__(self, number: int) -> T:
        run = self._runs[bisect_right(self._starts, number) - 1] if self._runs else None
        if number and run and run.first <= number < run.end and run.kinds[number - run.first] == self._kind:
            return self._read(run, number - run.first)
        raise KeyError(number)

    def __iter__(self) -> Iterator[int]:
        return (run.first + position for run in self._runs for position in run.of_kind(self._kind))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Explicit(Set[tuple[int, int]]):
    """Number and generation of every object that a section speaks of."""

    def __init__(self, section: "_Section") -> None:
        self._section = section

    def __contains__(self, wanted: object) -> bool:
        return isinstance(wanted, tuple) and self._generation(wanted[0]) == wanted[1]

    def _generation(self, number: int) -> int | None:
        section = self._section
        if number in section.freed:
            return section.freed[number] - 1
        if number in section.xrefs_in_objstm:
            return 0
        return section.standard_xrefs[number][0] if number in section.standard_xrefs else None

    def __iter__(self) -> Iterator[tuple[int, int]]:
        section = self._section
        yield from ((number, generation) for number, (generation, _) in section.standard_xrefs.items())
        yield from ((number, 0) for number in section.xrefs_in_objstm)
        yield from ((number, generation - 1) for number, generation in section.freed.items())

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _StreamsUsed(Set[int]):
    """Numbers of the object streams that hold an object of a section."""

    def __init__(self, packed: "_Lookup[ObjStreamRef]") -> None:
        self._packed = packed

    @cached_property
    def _numbers(self) -> set[int]:
        return {place.obj_stream_id for place in self._packed.values()}

    def __contains__(self, wanted: object) -> bool:
        return wanted in self._numbers

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class _Section(XRefSectionData):
    """pyHanko's section over entries that stay where they are."""

    def __init__(self, runs: list[_Run]) -> None:
        super().__init__()
        self._runs = runs
        self.freed = {run.first + at: run.third(at) for run in runs for at in run.of_kind(FREE)}
        standard = _Lookup(runs, STANDARD, lambda run, at: (run.third(at), run.second(at)))
        packed = _Lookup(runs, PACKED, lambda run, at: ObjStreamRef(run.second(at), run.third(at)))
        # pyHanko's annotations say dict and set; it looks up, asks whether, and goes through: these can do that.
        self.standard_xrefs = cast(dict[int, tuple[int, int]], standard)
        self.xrefs_in_objstm = cast(dict[int, ObjStreamRef], packed)
        self.explicit_refs_in_revision = cast(set[tuple[int, int]], _Explicit(self))
        self.obj_streams_used = cast(set[int], _StreamsUsed(packed))

    def higher_generation_refs(self) -> Iterator[tuple[int, int]]:
        """What pyHanko looks at when it checks that no generation was skipped."""
        return ((run.first + at, run.third(at)) for run in self._runs for at in run.advanced if run.first + at)

    @property
    def is_plain(self) -> bool:
        """Whether the numbers increase, and the generations are what generations may be."""
        ordered = all(one.end <= other.first for one, other in zip(self._runs, self._runs[1:], strict=False))
        odd = [*self.freed.values(), *(run.third(at) for run in self._runs for at in (0, *run.advanced) if run.kinds)]
        return ordered and all(generation <= HIGHEST_GENERATION for generation in odd)


class _Builder(XRefBuilder):
    """Reads plain sections our way, and leaves the others to pyHanko."""

    def _read_xref_table(self, declared_startxref: int) -> Any:
        start = self.stream.tell()
        section, highest = _plain_table(self.stream)
        if section:
            end = self.stream.tell()
            trailer = generic.DictionaryObject.read_from_stream(self.stream, generic.TrailerReference(self.handler))
            if "/XRefStm" not in trailer and highest < int(trailer.raw_get("/Size")):
                return self._found(section, XRefSectionType.STANDARD, trailer, (declared_startxref, start, end), None)
        self.stream.seek(start)
        return super()._read_xref_table(declared_startxref)

    def _read_xref_stream(self, declared_startxref: int) -> Any:
        start = self.stream.tell()
        reference, stream = XRefBuilder._read_xref_stream_object(self)
        if section := _plain_stream(stream):
            places = declared_startxref, start, self.stream.tell()
            return self._found(section, XRefSectionType.STREAM, stream, places, reference)
        self.stream.seek(start)
        return super()._read_xref_stream(declared_startxref)

    def _found(
        self, section: _Section, kind: XRefSectionType, trailer: Any, places: tuple[int, int, int], stream: Any
    ) -> Any:
        """Keep a section; gives where the one before it lies."""
        about = XRefSectionMetaInfo(kind, int(trailer.raw_get("/Size")), *places, stream)
        self.sections.append(XRefSection(about, section))
        self.trailer.add_trailer_revision(trailer)
        return _prev(trailer)


def _plain_table(stream: IO[bytes]) -> tuple[_Section | None, int]:
    """The table at the position of `stream`, which then stands at its trailer, and the highest number in it."""
    runs: list[_Run] = []
    here = stream.tell()
    left = stream.seek(0, SEEK_END) - here
    stream.seek(here)
    while header := HEADER.match(stream.read(64)):
        stream.seek(here + header.end())
        first, count = int(header[1]), int(header[2])
        if ENTRY * count > left or (run := _table_run(first, stream.read(ENTRY * count))) is None:
            return None, 0
        runs.append(run)
        misc.read_non_whitespace(stream, seek_back=True)
        here = stream.tell()
    stream.seek(here)
    if not runs or stream.read(7) != b"trailer":
        return None, 0
    misc.read_non_whitespace(stream)
    stream.seek(-1, SEEK_CUR)
    section = _Section(runs)
    return (section if section.is_plain else None), max(run.end for run in runs) - 1


def _table_run(first: int, block: bytes) -> _Run | None:
    """The entries in `block`, None unless each has the one shape that the standard gives."""
    count = len(block) // ENTRY
    columns = [block[column::ENTRY] for column in range(ENTRY)]
    shaped = (
        columns[10] == columns[16] == b" " * count
        and not columns[17].strip(b"nf")
        and not columns[18].strip(b" \r")
        and not columns[19].strip(b"\r\n")
        and len(block.translate(None, DIGITS)) == 5 * count
    )
    if not shaped:
        return None
    kinds = columns[17].translate(VALUES)
    return _Run(
        first,
        kinds,
        lambda at: int(block[ENTRY * at : ENTRY * at + 10]),
        lambda at: int(block[ENTRY * at + 11 : ENTRY * at + 16]),
        _advanced(kinds, [column.translate(VALUES) for column in columns[11:16]]),
    )


def _plain_stream(stream: Any) -> _Section | None:
    """The entries of a cross-reference stream; None where a width, a kind or the length is unusual."""
    pairs, widths = stream.get("/Index", [0, stream.get("/Size")]), stream.get("/W")
    try:
        ranges = [(int(pairs[at]), int(pairs[at + 1])) for at in range(0, len(pairs), 2)]
        one, two, three = (int(width) for width in widths)
    except (TypeError, ValueError, IndexError):
        return None
    if one > 1 or min(one, two, three) < 0 or max(two, three) > WIDEST or any(min(pair) < 0 for pair in ranges):
        return None
    data = stream.read_data(DecodePurpose.XREF_STREAM, expected_size=_expected_xref_stream_size(pairs, widths))
    entry = one + two + three
    if len(data) != entry * sum(count for _, count in ranges):
        return None
    runs, start = [], 0
    for first, count in ranges:
        block = data[start : start + entry * count]
        start += entry * count
        runs.append(_stream_run(first, block, count, (one, two, three)))
    section = _Section(runs)
    return section if section.is_plain and not any(run.kinds.strip(b"\0\1\2") for run in runs) else None


def _stream_run(first: int, block: bytes, count: int, widths: tuple[int, int, int]) -> _Run:
    one, two, _ = widths
    entry, before = sum(widths), one + two
    kinds = block[::entry] if one else bytes([STANDARD]) * count
    return _Run(
        first,
        kinds,
        lambda at: int.from_bytes(block[entry * at + one : entry * at + before]),
        lambda at: int.from_bytes(block[entry * at + before : entry * at + entry]),
        _advanced(kinds, [block[column::entry] for column in range(before, entry)]),
    )


def _advanced(kinds: bytes, columns: list[bytes]) -> list[int]:
    """The entries in use for which a column is not zero."""
    used = int.from_bytes(kinds.translate(IN_USE), "big")
    found: set[int] = set()
    for column in columns:
        masked = (used & int.from_bytes(column, "big")).to_bytes(len(kinds), "big")
        found.update(match.start() for match in re.finditer(rb"[^\0]", masked))
    return sorted(found)


setattr(reader, "XRefBuilder", _Builder)  # noqa: B010  (the name under which pyHanko's reader looks for it)
