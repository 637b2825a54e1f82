"""A draft is gone on with by its code alone, its files come with the form too, and the window sweeps."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from oficialia.limits import Limits
from oficialia.runtime import Runtime
from oficialia.web import draft_sweep
from tests.support import upload_page
from tests.support.office import TestClock
from tests.support.upload_page import DONE, PATH
from tests.support.window import OPTIONS, File, Visitor, faults

PDF, PHOTO = File(b"%PDF-1.7 uno", "escrito.pdf"), File(b"foto", "foto.jpg", "image/jpeg")
SMALL = Limits(file_bytes=50_000, filing_bytes=120_000, pages=10, anexos=4)


@pytest.fixture
def drafting(runtime: Runtime, now: object, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """The office of the pages with small limits, and drafts of its own."""
    clock = TestClock(now)  # type: ignore[arg-type]
    return replace(runtime, limits=SMALL, clock=clock, drafts_dir=tmp_path_factory.mktemp("borradores"))


@pytest.fixture
def site(drafting: Runtime) -> Iterator[Flask]:
    """Its pages, and one with files; the spool must be empty at the end."""
    yield upload_page.create_app(drafting, OPTIONS)
    assert list(drafting.spool.glob("envio-*")) == []


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    """A browser that was never here."""
    return Visitor(site)


def code_of(visitor: Visitor) -> str:
    """The code of the draft of this browser, as the page tells it."""
    found = re.search(r'class="clave junto">([0-9A-Z-]{19})<', visitor.get("/borrador").text)
    return found[1] if found else ""


def test_the_code_opens_the_draft_in_another_browser(visitor: Visitor, site: Flask) -> None:
    assert code_of(visitor) == ""
    visitor.send(PATH, {"asunto": "Bache", "principal": PDF})
    elsewhere = Visitor(site)
    opened = elsewhere.send("/borrador", {"codigo": code_of(visitor).lower().replace("-", " ")})
    assert (opened.status_code, opened.location) == (303, "/presentar/pasos")
    page = elsewhere.get(PATH).text
    assert 'value="Bache"' in page
    assert "escrito.pdf" in page


@pytest.mark.parametrize(
    ("code", "status", "sentence"),
    [
        ("", 422, "Escriba el código"),
        ("7K2M-9QXC-41TB-W0PD", 404, "No encontramos un borrador"),
        ("../../etc", 404, "No encontramos un borrador"),
        ("\x00" * 70, 422, "Escriba el código"),
        ("A" * 61, 422, "60 caracteres o menos"),
    ],
)
def test_another_code_opens_nothing(visitor: Visitor, code: str, status: int, sentence: str) -> None:
    refused = visitor.send("/borrador", {"codigo": code})
    assert refused.status_code == status
    assert any(sentence in fault for fault in faults(refused))
    assert code_of(visitor) == ""


def test_no_address_carries_the_code(visitor: Visitor, drafting: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    code = drafting.drafts.code(drafting.drafts.create().id)
    assert visitor.get(f"/borrador/{code}").status_code == 404
    with caplog.at_level("DEBUG"):
        opened = visitor.send("/borrador", {"codigo": code})
    assert code not in str(opened.headers) + opened.text + caplog.text


def test_a_forged_form_opens_nothing(visitor: Visitor, drafting: Runtime) -> None:
    code = drafting.drafts.code(drafting.drafts.create().id)
    assert visitor.post("/borrador", {"codigo": code, "csrf_token": "x"}).status_code == 400
    assert code_of(visitor) == ""


def test_the_code_of_a_filed_draft_leads_to_the_filing(visitor: Visitor, drafting: Runtime, site: Flask) -> None:
    folio = Visitor(site).filed()
    draft = drafting.drafts.create({"que": {}})
    filing_id = uuid4()
    drafting.drafts.close(draft.id, folio, filing_id)
    opened = visitor.send("/borrador", {"codigo": drafting.drafts.code(draft.id)})
    assert opened.location == f"/presentado/{folio}"
    with visitor.client.session_transaction() as kept:
        assert kept["expedientes"][folio] == [filing_id.hex]
        assert "borrador" not in kept


def test_a_draft_whose_week_is_over_is_told_so(visitor: Visitor, drafting: Runtime) -> None:
    draft = drafting.drafts.create()
    assert isinstance(drafting.clock, TestClock)
    drafting.clock.time += timedelta(days=7)
    refused = visitor.send("/borrador", {"codigo": drafting.drafts.code(draft.id)})
    assert refused.status_code == 404
    assert "siete días después" in faults(refused)[0]


def test_without_a_script_files_come_with_the_form(visitor: Visitor, drafting: Runtime) -> None:
    sent = visitor.send(PATH, {"principal": PDF, "fotos": [PHOTO, PHOTO]})
    assert (sent.status_code, sent.location) == (303, DONE)
    page = visitor.get(PATH).text
    assert page.count("foto.jpg</span>") == 2
    sha256 = hashlib.sha256(PDF.content).hexdigest()
    assert " ".join(sha256[i : i + 8] for i in range(0, 64, 8)) in page
    assert 'id="principal" name="principal" accept=".pdf" data-obligatorio' in page  # not asked for again
    again = visitor.send(PATH, {"principal": File(b"%PDF-1.7 dos", "otro.pdf")})
    assert again.status_code == 303
    assert "escrito.pdf" not in visitor.get(PATH).text


def test_the_button_beside_a_file_takes_it_away_and_keeps_what_was_typed(visitor: Visitor) -> None:
    visitor.send(PATH, {"principal": PDF})
    [file_id] = re.findall(r'name="quitar" value="([0-9a-f]{32})"', visitor.get(PATH).text)
    for _ in range(2):  # twice is no fault
        gone = visitor.send(PATH, {"asunto": "Bache", "quitar": file_id})
        assert (gone.status_code, gone.location) == (303, PATH)
    page = visitor.get(PATH).text
    assert "escrito.pdf" not in page
    assert 'value="Bache"' in page


@pytest.mark.parametrize(
    ("files", "field", "sentence"),
    [
        ({"principal": File(b"", "vacio.pdf")}, "principal", "vacio.pdf: El archivo está vacío"),
        ({"principal": File(bytes(50_001), "grande.pdf")}, "principal", "grande.pdf: El archivo pesa más"),
        ({"principal": [PDF, PDF]}, "principal", "Elija un solo archivo"),
        ({"fotos": [File(bytes(45_000), f"{n}.jpg") for n in range(3)]}, "fotos", "juntos pesan más"),
    ],
)
def test_files_that_are_not_taken_leave_the_draft_as_it_was(
    visitor: Visitor, files: dict[str, object], field: str, sentence: str
) -> None:
    visitor.send(PATH, {"principal": File(b"%PDF-1.7 antes", "antes.pdf")})
    refused = visitor.send(PATH, files)
    assert refused.status_code == 422
    assert sentence in faults(refused)[0]
    assert f'href="#{field}"' in refused.text
    assert re.findall(r'class="nombre">([^<]+)<', visitor.get(PATH).text) == ["antes.pdf"]


def test_the_window_sweeps_now_and_then(drafting: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(drafting.clock, TestClock)
    site = upload_page.create_app(drafting, OPTIONS)
    assert drafting.drafts_dir
    for _ in range(2):
        drafting.drafts.create()
    drafting.clock.time += timedelta(days=7)
    site.test_client().get("/salud/viva").close()
    assert list(drafting.drafts_dir.iterdir()) == []
    drafting.drafts.create()
    drafting.clock.time += timedelta(days=7)
    site.test_client().get("/salud/viva").close()
    assert len(list(drafting.drafts_dir.iterdir())) == 1  # not each time
    monkeypatch.setattr(draft_sweep, "EVERY_SECONDS", 0)
    other = upload_page.create_app(drafting, OPTIONS)
    shutil.rmtree(drafting.drafts_dir)  # a disk that is gone is no reason to answer nobody
    answer = other.test_client().get("/salud/viva")
    answer.close()
    assert answer.status_code == 200
