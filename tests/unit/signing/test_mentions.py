"""What is looked for is found in title, pages and attachments, and in nothing that cannot be read."""

import io
from pathlib import Path

import pikepdf
import pytest

from signing.mentions import MOST_FOUND, Mentions, mentions
from signing.sandbox import Sandbox
from tests.support.shown_papers import saying

PATTERN = r"OP-\d{4}-\d{6}-[0-9A-Z]"
FOLIO = "OP-2026-000123-5"


def _found(sandbox: Sandbox, path: Path, content: bytes) -> Mentions:
    path.write_bytes(content)
    return mentions(sandbox, path, PATTERN)


def test_in_the_text_once(seal_sandbox: Sandbox, tmp_path: Path) -> None:
    found = _found(seal_sandbox, tmp_path / "a.pdf", saying(f"Folio {FOLIO}, otra vez {FOLIO}."))
    assert found == Mentions(shown=(FOLIO,))


def test_in_the_title(seal_sandbox: Sandbox, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(saying("nada"))) as document:
        document.docinfo["/Title"] = f"Acuse {FOLIO}"
        document.save(tmp_path / "a.pdf")
    assert mentions(seal_sandbox, tmp_path / "a.pdf", PATTERN).shown == (FOLIO,)


def test_in_what_is_attached(seal_sandbox: Sandbox, tmp_path: Path) -> None:
    found = _found(seal_sandbox, tmp_path / "a.pdf", saying("nada", {"cadena.txt": f"||OPD1|{FOLIO}|ñ||".encode()}))
    assert found == Mentions(attached=(FOLIO,))


def test_of_many_the_first_few(seal_sandbox: Sandbox, tmp_path: Path) -> None:
    text = " ".join(f"OP-2026-{number:06d}-5" for number in range(20))
    assert len(_found(seal_sandbox, tmp_path / "a.pdf", saying(text)).shown) == MOST_FOUND


@pytest.mark.parametrize("content", [b"", b"nada OP-2026-000123-5", b"%PDF-1.7\nOP-2026-000123-5"])
def test_nothing_in_what_cannot_be_read(seal_sandbox: Sandbox, tmp_path: Path, content: bytes) -> None:
    assert _found(seal_sandbox, tmp_path / "a.pdf", content) == Mentions()
