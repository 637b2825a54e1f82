"""Attached files are taken out in the sandbox, byte for byte, and within a limit."""

from pathlib import Path

import pikepdf
import pytest

from signing.attached import MOST_BYTES, attached
from signing.sandbox import Sandbox
from tests.support.papers import write_pdf


def with_files(path: Path, files: dict[str, bytes]) -> Path:
    with pikepdf.open(write_pdf(path), allow_overwriting_input=True) as document:
        for name, content in files.items():
            document.attachments[name] = content
        document.save(path)
    return path


@pytest.mark.parametrize("files", [{}, {"cadena-original.txt": "Ñ||".encode(), "sello.b64": b"AAAA"}])
def test_what_was_attached_comes_back(seal_sandbox: Sandbox, tmp_path: Path, files: dict[str, bytes]) -> None:
    assert attached(seal_sandbox, with_files(tmp_path / "a.pdf", files)) == files


def test_more_than_an_acuse_carries_is_not_read(seal_sandbox: Sandbox, tmp_path: Path) -> None:
    # A few kilobytes in the file: it is what they unpack to that counts.
    path = with_files(tmp_path / "a.pdf", {"grande.txt": bytes(MOST_BYTES + 1)})
    assert attached(seal_sandbox, path) is None


def test_what_is_no_pdf_is_not_read(seal_sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"nada")
    assert attached(seal_sandbox, path) is None
