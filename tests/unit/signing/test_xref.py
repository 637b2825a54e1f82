"""Cross-references that are read when asked for: the same as pyHanko reads, on files of all kinds, sound and broken."""

import io
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, ObjectStreamMode
from pyhanko.pdf_utils import reader as pyhanko_reader
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefBuilder, XRefSectionData

from signing.xref import _Builder, _Section
from tests.support.papers import LOCK_ALL, Signing, sign, write_pdf

LARGEST = 2_000_000
"""Bytes of a file of the corpus: larger ones have more of the same, and take minutes."""
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
PARTS = ("freed", "standard_xrefs", "xrefs_in_objstm", "explicit_refs_in_revision", "obj_streams_used")


def read(data: bytes, builder: type[XRefBuilder], *, strict: bool) -> list[Any] | str:
    """Every section that the builder finds, in plain values; or what it raised."""
    pyhanko_reader.XRefBuilder = builder  # type: ignore[attr-defined]
    try:
        found = PdfFileReader(io.BytesIO(data), strict=strict)
    except Exception as fault:  # noqa: BLE001  (whatever it is, both must end with it)
        return f"{type(fault).__name__}: {fault}"
    finally:
        pyhanko_reader.XRefBuilder = _Builder  # type: ignore[attr-defined]
    sections = found.xrefs._xref_sections
    trailer = sorted((key, ADDRESS.sub("", repr(value))) for key, value in found.trailer.flatten().items())
    return [*((_about(section.meta_info), _plainly(section.xref_data)) for section in sections), trailer]


def _about(info: Any) -> tuple[Any, ...]:
    stream = info.stream_ref and (info.stream_ref.idnum, info.stream_ref.generation)
    return info.xref_section_type, info.size, info.declared_startxref, info.start_location, info.end_location, stream


def _plainly(data: XRefSectionData) -> dict[str, Any]:
    values = {name: getattr(data, name) for name in PARTS}
    plain = {name: dict(value) if hasattr(value, "items") else set(value) for name, value in values.items()}
    assert all(len(values[name]) == len(plain[name]) for name in PARTS)
    assert all(reference in data.explicit_refs_in_revision for reference in plain["explicit_refs_in_revision"])
    return plain | {"higher": set(data.higher_generation_refs()), "hybrid": data.hybrid is not None}


def assert_same(data: bytes) -> None:
    """Both builders say the same, strictly and leniently."""
    for strict in (True, False):
        assert read(data, _Builder, strict=strict) == read(data, XRefBuilder, strict=strict)


def is_ours(data: bytes) -> bool:
    """Whether no section was left to pyHanko."""
    found = PdfFileReader(io.BytesIO(data)).xrefs._xref_sections
    return all(isinstance(section.xref_data, _Section) for section in found)


def document(mode: ObjectStreamMode, *, objects: int = 300) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.Many = pikepdf.Array([made.make_indirect(Dictionary(N=number)) for number in range(objects)])
        out = io.BytesIO()
        made.save(out, object_stream_mode=mode)
    return out.getvalue()


TABLE, STREAM = document(ObjectStreamMode.disable), document(ObjectStreamMode.generate)


@pytest.mark.parametrize("data", [TABLE, STREAM], ids=["table", "stream"])
def test_plain_sections_are_ours_and_the_same(data: bytes) -> None:
    assert is_ours(data)
    assert_same(data)


@pytest.fixture
def signed(tmp_path: Path, development_pki: Path) -> Iterator[Callable[..., bytes]]:
    people = development_pki / "ciudadanos"
    password = (people / "maria.password").read_text().strip()

    def make(*signings: Signing) -> bytes:
        return sign(write_pdf(tmp_path / "a.pdf"), people / "maria.p12", password, signings).read_bytes()

    yield make


def test_several_revisions_are_ours_and_the_same(signed: Callable[..., bytes]) -> None:
    data = signed(Signing(), Signing("Firma2"), Signing("Firma3", lock=LOCK_ALL))
    assert is_ours(data)
    assert_same(data)


SPOILT = {
    "a free entry": (b" 00000 n", b" 00001 f"),
    "a generation": (b" 00000 n", b" 00003 n"),
    "no generation": (b" 00000 n", b" 70000 n"),
    "another letter": (b" 00000 n", b" 00000 x"),
    "a short line end": (b" 00000 n \n", b" 00000 n\n"),
    "a long line end": (b" 00000 n \n", b" 00000 n \r\n"),
    "spaces for zeros": (b"\n00000", b"\n     "),
    "no trailer": (b"trailer", b"trauler"),
    "a number too high": (b"xref\n0 ", b"xref\n7 "),
    "a count too high": (b"xref\n0 ", b"xref\n0 9"),
    "a count beyond measure": (b"xref\n0 ", b"xref\n0 99999999"),
    "a hybrid": (b"trailer <<", b"trailer << /XRefStm 15"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_an_odd_table_is_what_pyhanko_makes_of_it(name: str) -> None:
    before, after = SPOILT[name]
    head, _, table = TABLE.rpartition(b"xref\n0 ")
    assert before in b"xref\n0 " + table
    assert_same(head + (b"xref\n0 " + table).replace(before, after, 1))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([TABLE, STREAM]), st.integers(0, 2**32), st.integers(1, 8))
def test_a_damaged_file_ends_the_same_way(data: bytes, seed: int, times: int) -> None:
    chance, damaged = random.Random(seed), bytearray(data)  # noqa: S311
    start = len(data) - min(len(data), 7000)
    for _ in range(times):
        damaged[chance.randrange(start, len(damaged))] = chance.choice(b"0123456789nf \r\n<>/x\0\xff")
    assert_same(bytes(damaged))


def test_the_files_of_the_corpus_read_the_same(corpus: Path) -> None:
    files = [path for path in sorted(corpus.rglob("*")) if path.is_file() and path.stat().st_size < LARGEST]
    pdfs = [data for data in (path.read_bytes() for path in files) if data[:5] == b"%PDF-"]
    assert pdfs
    for data in pdfs:
        assert_same(data)
