"""Files go to the spool as they arrive, stop at the limits, and are gone when the request ends."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from oficialia.app import create_app
from oficialia.runtime import Limits, Runtime
from oficialia.web.context import WebOptions
from oficialia.web.uploads import SpooledUpload
from tests.support.window import File, Visitor, faults

SMALL = Limits(file_bytes=50_000, filing_bytes=120_000, pages=10, anexos=4)


@pytest.fixture
def narrow(runtime: Runtime, options: WebOptions, tmp_path: Path) -> Iterator[Visitor]:
    """A window with small limits and a spool of its own, which must be empty at the end."""
    yield Visitor(create_app(replace(runtime, limits=SMALL, spool=tmp_path), options))
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_hashed_and_counted(tmp_path: Path) -> None:
    upload = SpooledUpload(tmp_path, 100)
    upload.write(b"hola ")
    upload.write(b"mundo")
    upload.seek(0)
    assert upload.path.read_bytes() == upload.read() == b"hola mundo"
    assert (upload.size, upload.sha256) == (10, hashlib.sha256(b"hola mundo").hexdigest())
    assert upload.path.stat().st_mode & 0o077 == 0


def test_beyond_the_limit_nothing_is_kept(tmp_path: Path) -> None:
    upload = SpooledUpload(tmp_path, 10)
    upload.write(b"x" * 8)
    upload.write(b"x" * 1000)
    upload.seek(0)
    assert upload.too_large
    assert upload.path.stat().st_size == 0


def test_removing_twice_is_no_fault(tmp_path: Path) -> None:
    upload = SpooledUpload(tmp_path, 10)
    upload.remove()
    upload.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_file_over_the_limit_is_a_413_that_keeps_what_was_typed(narrow: Visitor) -> None:
    response = narrow.file(forma="pdf", principal=File(b"x" * 50_001, "grande.pdf"))
    assert response.status_code == 413
    assert any("grande.pdf: El archivo pesa más de 0 MB" in fault for fault in faults(response))
    assert "María Peña Núñez" in response.text


def test_files_too_heavy_together_are_a_413(narrow: Visitor) -> None:
    files = {f"anexo-{number}": File(b"x" * 45_000) for number in range(3)}
    response = narrow.file(**files)
    assert response.status_code == 413
    assert any("juntos" in fault for fault in faults(response))


def test_a_declared_length_over_the_limit_is_answered_before_reading(narrow: Visitor) -> None:
    class Unread:
        """A body that must not be touched."""

        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = readlines = readinto = read

    response = narrow.client.post(
        "/presentar/en-una-pagina",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(10**10), "wsgi.input": Unread()},
    )
    assert response.status_code == 413
    assert "Su envío pesa demasiado" in response.text


def test_with_the_disk_nearly_full_nothing_is_read(runtime: Runtime, options: WebOptions) -> None:
    free = shutil.disk_usage(runtime.spool).free
    visitor = Visitor(create_app(runtime, replace(options, min_free_bytes=free * 2)))
    response = visitor.file()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert "no tenemos espacio" in response.text


def test_temporary_files_are_gone_after_a_filing_and_after_a_fault(narrow: Visitor) -> None:
    narrow.file(forma="pdf", principal=File(b"%PDF-1.7 basura"))
    narrow.send("/verificar", {"documento": File(b"hola")})


def test_a_body_that_breaks_off_leaves_no_file(narrow: Visitor) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="principal"; filename="a.pdf"\r\n\r\n' + b"y" * 9000
    response = narrow.client.post("/presentar/en-una-pagina", data=body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
