"""A signed revision is shown beside what the file became, the pages that differ first."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageStat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.revision_pages import MOST_SHOWN, RevisionPages, revision_pages
from signing.sandbox import Sandbox
from tests.support.papers import write_pdf
from tests.support.shown_papers import blackened, later


@pytest.fixture
def signed(tmp_path: Path) -> bytes:
    """Three pages, of which the last is the odd one out."""
    with pikepdf.open(write_pdf(tmp_path / "a.pdf")) as document:
        for _ in range(2):
            document.add_blank_page(page_size=(612, 792))
        document.save(tmp_path / "b.pdf")
    return (tmp_path / "b.pdf").read_bytes()


def _shown(sandbox: Sandbox, path: Path, content: bytes, end: int) -> RevisionPages:
    path.write_bytes(content)
    found = revision_pages(sandbox, path, end)
    assert found is not None
    return found


def test_the_page_that_changed_is_shown_as_it_was_and_as_it_is(
    seal_sandbox: Sandbox, tmp_path: Path, signed: bytes
) -> None:
    found = _shown(seal_sandbox, tmp_path / "c.pdf", later(signed, blackened), len(signed))
    assert (found.pages, found.compared, found.different) == (3, 3, (1,))
    [pair] = found.shown
    before, after = (Image.open(io.BytesIO(each)).convert("L") for each in (pair.signed, pair.now))
    box = (int(250 / 612 * before.width), int(300 / 792 * before.height))
    assert before.size == after.size
    assert after.getpixel(box) == 0
    assert ImageStat.Stat(before.crop((200, 200, 500, 700))).mean[0] > 20


def test_a_page_that_is_gone_is_told(seal_sandbox: Sandbox, tmp_path: Path, signed: bytes) -> None:
    def cut(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"] = generic.ArrayObject(list(pages["/Kids"])[:2])
        pages["/Count"] = generic.NumberObject(2)
        writer.update_container(pages)

    found = _shown(seal_sandbox, tmp_path / "c.pdf", later(signed, cut), len(signed))
    assert (found.pages, found.different) == (3, (3,))
    assert found.shown[0].signed and not found.shown[0].now


def test_where_nothing_looks_different_the_first_pages_are_shown_once(
    seal_sandbox: Sandbox, tmp_path: Path, signed: bytes
) -> None:
    found = _shown(seal_sandbox, tmp_path / "c.pdf", signed + b"\n", len(signed))
    assert found.different == ()
    assert [pair.number for pair in found.shown] == list(range(1, MOST_SHOWN + 1))
    assert all(pair.signed and not pair.now for pair in found.shown)


@pytest.mark.parametrize("end", [0, 10, 500])
def test_what_cannot_be_drawn_is_not_shown(seal_sandbox: Sandbox, tmp_path: Path, signed: bytes, end: int) -> None:
    (tmp_path / "c.pdf").write_bytes(signed[:400] + b"%%EOF")
    assert revision_pages(seal_sandbox, tmp_path / "c.pdf", end) is None
