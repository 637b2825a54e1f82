"""The list of hostile and odd input, each through `/presentar/en-una-pagina`: a 4xx with a sentence and nothing stored
half, or received; in less than 30 s, the sandbox's child below 512 MiB. Slowness and lengths are in
test_slow_and_cut_off.py."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from oficialia.app import create_app
from oficialia.db import Database
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import Document, Filing
from oficialia.runtime import Runtime
from oficialia.web.context import WebOptions
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support import hostile
from tests.support.books import NotingBucket, books
from tests.support.hostile import MIB
from tests.support.office import TestClock, blank_pdf, make_runtime
from tests.support.processes import peak_of_sandbox
from tests.support.window import File, Visitor, faults, hidden_fields, petition

SECONDS, PEAK_MIB = 30, 512
OPTIONS = WebOptions("secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=0, https=False)


@pytest.fixture(scope="module")
def noting_bucket(s3: SeaweedFS) -> NotingBucket:
    """A bucket of this module's own."""
    s3.bucket("hostil").ensure(retention_days=0)
    return NotingBucket(s3.endpoint, s3.access_key, s3.secret_key, bucket="hostil", region="us-east-1")


@pytest.fixture(scope="module")
def runtime(
    tmp_path_factory: pytest.TempPathFactory, noting_bucket: Bucket, development_pki: Path, now: datetime
) -> Iterator[Runtime]:
    """One office for all of them, with the published limits."""
    folder, sandbox = tmp_path_factory.mktemp("hostil"), Sandbox(require_isolation=False)
    yield make_runtime(
        f"sqlite:///{folder / 'oficialia.db'}",
        bucket=noting_bucket,
        sandbox=sandbox,
        pki=development_pki,
        spool=folder / "transito",
        clock=TestClock(now),
    )
    sandbox.close()


@pytest.fixture
def visitor(runtime: Runtime) -> Visitor:
    """A browser that was never here."""
    return Visitor(create_app(runtime, OPTIONS))


@pytest.fixture
def good(tmp_path: Path) -> File:
    """A file that nothing is wrong with."""
    return File(blank_pdf(tmp_path / "bueno.pdf").read_bytes(), "bueno.pdf")


Make = Callable[[Path], bytes]


def _pdf(make: Make, sentence: str, status: int = 422) -> tuple[Make, str, str, int]:
    return make, "escrito.pdf", sentence, status


REFUSED_FILES = {
    "not-a-pdf": _pdf(lambda _: b"PK\x03\x04" + b"Esto es un documento de Word" * 99, "no es un PDF ni una imagen"),
    "empty": _pdf(lambda _: b"", "está vacío"),
    "cut-off": _pdf(lambda _: hostile.cut_off(), "dañado o incompleto"),
    "password": _pdf(hostile.with_password, "pide una contraseña"),
    "over-the-size": _pdf(lambda _: b"%PDF-1.7\n" + bytes(25 * MIB), "pesa más de 25 MB", 413),
    "too-many-pages": _pdf(lambda _: hostile.of_pages(2001), "más de 2,000 páginas"),
    "zip-bomb-in-an-object-stream": _pdf(
        lambda _: hostile.object_stream_bomb(), "dañado o incompleto|demasiado complejo"
    ),
    "zip-bomb-png-of-900-megapixels": (lambda _: hostile.png_of_size(30_000, 30_000), "a.png", "demasiado grande", 422),
    "zip-bomb-png-comment": (lambda _: hostile.png_with_comment(64), "a.png", "está dañada", 422),
    "parser-loop-page-tree": _pdf(lambda _: hostile.page_tree_loop(), "dañado o incompleto"),
    "parser-loop-object-stream": _pdf(lambda _: hostile.object_stream_loop(), "dañado o incompleto"),
    "parser-loop-xref-prev": _pdf(lambda _: hostile.xref_loop(), "dañado o incompleto"),
    "parser-loop-nested-arrays": _pdf(lambda _: hostile.deep_arrays(), "dañado o incompleto"),
    "jpeg-bomb-dimensions": (lambda _: hostile.jpeg_of_size(65_500, 65_500), "a.jpg", "demasiado grande", 422),
    "jpeg-bomb-2000-scans": (lambda _: hostile.jpeg_of_scans(8000, 2000), "a.jpg", "demasiado grande", 422),
    "jpeg-cut-off": (lambda _: hostile.jpeg_of_size(16, 16)[:-9], "a.jpg", "está dañada", 422),
}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_hostile_file_is_refused_and_nothing_is_kept(
    visitor: Visitor, runtime: Runtime, tmp_path: Path, name: str
) -> None:
    make, filename, sentence, status = REFUSED_FILES[name]
    bad, before = File(make(tmp_path), filename), books(runtime)
    with peak_of_sandbox() as peak:
        began = time.monotonic()
        if filename == "escrito.pdf":
            response = visitor.file(forma="pdf", principal=bad)
        else:
            response = visitor.file(forma="fotos", fotos=[bad])
        seconds = time.monotonic() - began
    assert response.status_code == status, faults(response)
    assert any(re.search(sentence, fault) for fault in faults(response)), faults(response)
    assert "María Peña Núñez" in response.text
    assert seconds < SECONDS
    assert peak[0] < PEAK_MIB
    assert books(runtime) == before


@pytest.mark.parametrize("name", ["cut-off", "over-the-size", "jpeg-bomb-dimensions"])
def test_behind_good_files_it_is_refused_as_well_and_none_of_them_is_kept(
    visitor: Visitor, runtime: Runtime, good: File, tmp_path: Path, name: str
) -> None:
    make, filename, sentence, status = REFUSED_FILES[name]
    before = books(runtime)
    response = visitor.file(forma="pdf", principal=good, anexo__0=good, anexo__1=File(make(tmp_path), filename))
    assert response.status_code == status
    assert any(re.search(f"Anexo 2: .*{sentence}", fault) for fault in faults(response)), faults(response)
    assert books(runtime) == before


@dataclass(frozen=True)
class Odd:
    """A form that is not as ours sends it."""

    changes: Mapping[str, Any]
    sentence: str
    status: int = 422


REFUSED_FORMS = {
    "csrf-missing": Odd({"csrf_token": None}, "demasiado tiempo", 400),
    "csrf-forged": Odd({"csrf_token": "ImFiYyI.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"}, "demasiado tiempo", 400),
    "missing-name": Odd({"nombre": None}, "Escriba el nombre"),
    "missing-asunto": Odd({"asunto": None}, "Escriba el asunto"),
    "missing-destination": Odd({"destino": None}, "Elija a quién dirige"),
    "missing-kind-of-person": Odd({"persona": None}, "Elija si presenta"),
    "missing-notice": Odd({"privacidad": None}, "aviso de privacidad"),
    "missing-key": Odd({"clave_envio": None}, "llegó incompleto"),
    "curp-of-the-wrong-shape": Odd({"curp": "BOXW310820HNERXN"}, "Revise la CURP"),
    "rfc-of-the-wrong-shape": Odd({"rfc": "XAXX01010100"}, "Revise el RFC"),
    "e-mail-of-the-wrong-shape": Odd({"correo": "maría en correo punto mx"}, "Revise el correo"),
    "e-mail-with-a-second-header": Odd({"correo": "a@b.mx\r\nBcc: c@d.mx"}, "Revise el correo"),
    "asunto-with-a-bar": Odd({"asunto": "||cadena|falsa||"}, "barra vertical"),
}


@pytest.mark.parametrize("name", REFUSED_FORMS)
def test_an_odd_form_is_refused_and_nothing_is_kept(visitor: Visitor, runtime: Runtime, good: File, name: str) -> None:
    odd, before = REFUSED_FORMS[name], books(runtime)
    response = visitor.file(**{"forma": "pdf", "principal": good, "peticion": "Lo que escribí"} | dict(odd.changes))
    assert response.status_code == odd.status
    assert any(odd.sentence in fault for fault in faults(response)), faults(response)
    assert "Lo que escribí" in response.text
    assert books(runtime) == before


@dataclass(frozen=True)
class Received:
    """A form that is odd, and received all the same: what the register then says."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    filename: str = "escrito.pdf"
    known_as: str = "escrito.pdf"
    asunto: str = "Bache en la calle Vicente Guerrero"


RECEIVED = {
    "wrong-extension-right-content": Received(filename="escrito.docx", known_as="escrito.docx"),
    "no-extension": Received(filename="escrito", known_as="escrito"),
    "file-name-with-a-path": Received(filename="..\\..\\etc/../../passwd.pdf", known_as="passwd.pdf"),
    "file-name-with-control-characters": Received(filename="a\x01\x1b[31mb\x7f.pdf", known_as="a[31mb.pdf"),
    "file-name-with-bidi-characters": Received(filename="\u202efdp.exe\u2066.pdf", known_as="fdp.exe.pdf"),
    "file-name-of-300-characters": Received(filename="ñ" * 296 + ".pdf", known_as="ñ" * 146 + ".pdf"),
    "file-name-of-nothing-but-dots": Received(filename="../..", known_as="archivo"),
    "asunto-with-line-breaks": Received({"asunto": "uno\r\ndos\u2028tres"}, asunto="uno dos tres"),
}


@pytest.mark.parametrize("name", RECEIVED)
def test_what_is_odd_and_harmless_is_received(visitor: Visitor, runtime: Runtime, good: File, name: str) -> None:
    odd = RECEIVED[name]
    sent = replace(good, name=odd.filename)
    folio = visitor.filed(**{"forma": "pdf", "principal": sent, "peticion": ""} | dict(odd.changes))
    with runtime.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == folio)).one()
        document = session.scalars(select(Document).where(Document.filing_id == filing.id)).one()
        assert (document.filename, filing.asunto) == (odd.known_as, odd.asunto)
    assert books(runtime).spool == 0


def test_zip_bomb_in_a_page_is_received_because_nothing_inflates_it(visitor: Visitor, runtime: Runtime) -> None:
    with peak_of_sandbox() as peak:
        began = time.monotonic()
        assert visitor.filed(forma="pdf", peticion="", principal=File(hostile.page_bomb()))
    assert time.monotonic() - began < SECONDS
    assert peak[0] < PEAK_MIB
    assert books(runtime).spool == 0


def test_same_key_other_body(visitor: Visitor, runtime: Runtime, good: File) -> None:
    values = visitor.hidden("/presentar/en-una-pagina") | petition(forma="pdf", peticion="", principal=good)
    assert visitor.post("/presentar/en-una-pagina", values).status_code == 303
    before = books(runtime)
    response = visitor.post("/presentar/en-una-pagina", values | {"asunto": "Otro asunto"})
    assert response.status_code == 409
    assert any("ya se envió con otro contenido" in fault for fault in faults(response))
    assert 'value="Otro asunto"' in response.text
    assert books(runtime) == before


def test_storage_down(visitor: Visitor, runtime: Runtime, good: File) -> None:
    nowhere = NotingBucket("http://127.0.0.1:1", "llave", "secreto-largo", bucket="hostil", region="us-east-1")
    out = Visitor(create_app(replace(runtime, bucket=nowhere), OPTIONS))
    before = replace(books(runtime), stored=0)
    response = out.file(forma="pdf", peticion="Lo que escribí", principal=good)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert any("no le dimos folio" in fault for fault in faults(response))
    assert "Lo que escribí" in response.text
    assert books(replace(runtime, bucket=nowhere)) == before


def test_database_locked_sqlite(runtime: Runtime, good: File) -> None:
    impatient = replace(runtime, database=Database(runtime.database.url, busy_seconds=0.3))
    _refused_while_locked(impatient, runtime.database, "UPDATE ledger_head SET size = size", good)


def test_database_locked_postgresql(runtime: Runtime, postgres_url: str, development_pki: Path, good: File) -> None:
    holder = make_runtime(
        postgres_url,
        bucket=runtime.bucket,
        sandbox=runtime.sandbox,
        pki=development_pki,
        spool=runtime.spool,
        clock=TestClock(runtime.clock()),
    )
    impatient = replace(holder, database=Database(postgres_url, busy_seconds=0.3))
    _refused_while_locked(impatient, holder.database, "SELECT size FROM ledger_head WHERE id = 1 FOR UPDATE", good)
    holder.database.close()


def _refused_while_locked(impatient: Runtime, holder: Database, lock: str, good: File) -> None:
    """While somebody holds the lock on the books nobody gets a folio; afterwards the same form gets one."""
    visitor, before = Visitor(create_app(impatient, OPTIONS)), books(impatient)
    values = visitor.hidden("/presentar/en-una-pagina") | petition(
        forma="pdf", peticion="Lo que escribí", principal=good
    )
    with holder.transaction() as session:
        session.execute(text(lock))
        response = visitor.post("/presentar/en-una-pagina", values)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
        assert any("no le dimos folio" in fault for fault in faults(response))
        assert "Lo que escribí" in response.text
    assert replace(books(impatient), stored=before.stored) == before
    assert visitor.post("/presentar/en-una-pagina", values | hidden_fields(response.text)).status_code == 303
    assert books(impatient).rows["Filing"] == before.rows["Filing"] + 1
    impatient.database.close()
