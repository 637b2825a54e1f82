"""Files of a draft come in pieces, over HTTP, and nobody gets at another's."""

import hashlib
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from oficialia.app import create_app
from oficialia.limits import Limits
from oficialia.runtime import Runtime
from oficialia.web import throttle
from oficialia.web.context import WebOptions
from tests.support.drafting import FILES, Uploader, sum_of, words
from tests.support.office import TestClock
from tests.support.small_disk import fill, make_room, small_disk
from tests.support.window import OPTIONS, Visitor

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SMALL = Limits(file_bytes=50_000, filing_bytes=120_000, pages=10, anexos=4)


@pytest.fixture(scope="module")
def clock(now: object) -> TestClock:
    """The clock of this office."""
    return TestClock(now)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def drafting(runtime: Runtime, clock: TestClock, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """The office of the pages with small limits, and drafts of its own."""
    return replace(runtime, limits=SMALL, clock=clock, drafts_dir=tmp_path_factory.mktemp("borradores"))


@pytest.fixture(scope="module")
def site(drafting: Runtime) -> Flask:
    """Its pages."""
    return create_app(drafting, OPTIONS)


@pytest.fixture
def uploader(site: Flask, drafting: Runtime) -> Iterator[Uploader]:
    """A browser with a draft; the spool must be empty at the end."""
    yield Uploader(Visitor(site), drafting)
    assert list(drafting.spool.glob("envio-*")) == []


def test_what_is_spoken_is_told_to_anybody(site: Flask) -> None:
    for path in (FILES, f"{FILES}/x"):
        response = site.test_client().options(path)
        assert response.status_code == 204
        told = {name: value for name, value in response.headers.items() if name.startswith("Tus-")}
        assert told == {
            "Tus-Resumable": "1.0.0",
            "Tus-Version": "1.0.0",
            "Tus-Extension": "creation,checksum,expiration,termination",
            "Tus-Max-Size": "50000",
            "Tus-Checksum-Algorithm": "sha256,sha1",
        }


def test_a_file_comes_in_pieces_and_goes_on_where_it_was(uploader: Uploader, clock: TestClock) -> None:
    place = uploader.begun(len(CONTENT), sha256=SHA256)
    assert uploader.ask("HEAD", place).headers["Upload-Offset"] == "0"
    sent = uploader.piece(place, 0, CONTENT[:4000], Upload_Checksum=sum_of(CONTENT[:4000]))
    assert (sent.status_code, sent.headers["Upload-Offset"], sent.data) == (204, "4000", b"")
    left = parsedate_to_datetime(sent.headers["Upload-Expires"]) - clock.time
    assert timedelta(hours=24) - left < timedelta(seconds=2)
    here = uploader.ask("HEAD", place)
    assert (here.status_code, here.headers["Upload-Offset"], here.headers["Upload-Length"]) == (200, "4000", "10240")
    assert here.headers["Cache-Control"] == "no-store"
    assert here.headers["Upload-Metadata"] == words(filename="escrito.pdf", slot="principal", sha256=SHA256)
    last = uploader.piece(place, 4000, CONTENT[4000:], Upload_Checksum=sum_of(CONTENT[4000:], "sha1"))
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, "10240")
    assert "Upload-Expires" not in last.headers
    [file] = uploader.draft.in_slot("principal")
    assert (file.sha256, file.path.read_bytes()) == (SHA256, CONTENT)


def test_the_same_file_announced_again_is_gone_on_with(uploader: Uploader) -> None:
    place = uploader.begun(len(CONTENT), sha256=SHA256)
    uploader.piece(place, 0, CONTENT[:4000])
    again = uploader.begin(len(CONTENT), sha256=SHA256)
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (place, "4000")
    others = {
        uploader.begun(len(CONTENT), sha256="0" * 64),
        uploader.begun(len(CONTENT), slot="anexo-1", sha256=SHA256),
    }
    assert place not in others


@pytest.mark.parametrize("offset", ["0", "3999", "4001", "10240", "999999999999999"])
def test_a_wrong_offset_is_a_409_that_keeps_what_is_there(uploader: Uploader, offset: str) -> None:
    place = uploader.begun(len(CONTENT))
    uploader.piece(place, 0, CONTENT[:4000])
    refused = uploader.piece(place, int(offset), b"x" if int(offset) < 9000 else b"")
    assert refused.status_code == 409
    assert "no continúa" in refused.text
    assert uploader.ask("HEAD", place).headers["Upload-Offset"] == "4000"


def test_a_piece_that_changed_on_the_way_is_a_460_and_may_be_sent_again(uploader: Uploader) -> None:
    place = uploader.begun(len(CONTENT), sha256=SHA256)
    refused = uploader.piece(place, 0, CONTENT[:4000], Upload_Checksum=sum_of(CONTENT[1:4001]))
    assert refused.status_code == 460
    assert "se dañó" in refused.text
    assert uploader.piece(place, 0, CONTENT, Upload_Checksum=sum_of(CONTENT)).status_code == 204


@pytest.mark.parametrize("checksum", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 ñ", "sha256 %%%", "crc32"])
def test_a_sum_that_nobody_can_check_is_a_400(uploader: Uploader, checksum: str) -> None:
    place = uploader.begun(len(CONTENT))
    assert uploader.piece(place, 0, CONTENT, Upload_Checksum=checksum).status_code == 400
    assert uploader.ask("HEAD", place).headers["Upload-Offset"] == "0"


def test_what_is_not_what_the_browser_read_is_refused_with_a_sentence_and_dropped(uploader: Uploader) -> None:
    place = uploader.begun(len(CONTENT), sha256=SHA256)
    refused = uploader.piece(place, 0, bytes(len(CONTENT)))
    assert (refused.status_code, refused.mimetype) == (422, "text/plain")
    assert "no es igual al que usted eligió" in refused.text
    assert uploader.ask("HEAD", place).status_code == 404
    assert uploader.draft.files == ()


def test_what_was_left_for_a_day_is_a_410(uploader: Uploader, clock: TestClock) -> None:
    place = uploader.begun(len(CONTENT))
    clock.time += timedelta(hours=24)
    refused = uploader.piece(place, 0, CONTENT)
    assert refused.status_code == 410
    assert "más de un día" in refused.text
    assert uploader.ask("HEAD", place).status_code == 410
    assert uploader.ask("DELETE", place).status_code == 204


def test_a_file_is_taken_away(uploader: Uploader) -> None:
    for sent in (CONTENT, CONTENT[:10]):
        place = uploader.begun(len(CONTENT))
        uploader.piece(place, 0, sent)
        assert uploader.ask("DELETE", place).status_code == 204
        for method in ("HEAD", "DELETE"):
            assert uploader.ask(method, place).status_code == 404
    assert uploader.draft.files == ()


def test_a_page_of_another_draft_begins_nothing_in_this_one(uploader: Uploader) -> None:
    page = uploader.draft_id.hex
    uploader.begun(5, borrador=page)
    other = uploader.runtime.drafts.create()
    uploader.visitor.send("/borrador", {"codigo": uploader.runtime.drafts.code(other.id)})
    refused = uploader.begin(5, borrador=page)
    assert (refused.status_code, refused.mimetype) == (409, "text/plain")
    assert "otro escrito que usted empezó" in refused.text
    assert uploader.runtime.drafts.open(other.id).files == ()


def test_where_no_patch_gets_through_it_comes_as_a_post(uploader: Uploader) -> None:
    place = uploader.begun(len(CONTENT))
    sent = uploader.piece(place, 0, CONTENT, method="POST", X_HTTP_Method_Override="PATCH")
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, "10240")
    assert uploader.ask("POST", place, X_HTTP_Method_Override="GET").status_code == 405
    assert uploader.ask("POST", place, X_HTTP_Method_Override="DELETE").status_code == 204


def test_another_session_finds_nothing(uploader: Uploader, site: Flask, drafting: Runtime) -> None:
    place = uploader.begun(len(CONTENT))
    other = Uploader(Visitor(site), drafting)
    for method in ("HEAD", "DELETE"):
        assert other.ask(method, place).status_code == 404
    refused = other.piece(place, 0, CONTENT)
    assert refused.status_code == 404
    assert "ya no está en su borrador" in refused.text
    assert uploader.ask("HEAD", place).status_code == 200


def test_without_a_draft_nothing_is_taken(site: Flask) -> None:
    nobody = Visitor(site)
    headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": nobody.hidden("/borrador")["csrf_token"]}
    asked = headers | {"Upload-Length": "5", "Upload-Metadata": words(slot="principal", filename="a.pdf")}
    refused = nobody.client.post(FILES, headers=asked)
    assert refused.status_code == 404
    assert "No encontramos su borrador" in refused.text
    assert nobody.client.head(f"{FILES}/{'0' * 32}", headers=headers).status_code == 404


def test_what_does_not_come_from_our_page_is_a_400(uploader: Uploader) -> None:
    for token in ("", "x", "ImEi.Zg.x"):
        refused = uploader.ask("POST", Upload_Length="5", Upload_Metadata=words(slot="principal"), X_CSRFToken=token)
        assert (refused.status_code, refused.mimetype) == (400, "text/plain")
        assert "abierta demasiado tiempo" in refused.text
    assert uploader.draft.files == ()


@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
def test_another_version_is_a_412_that_names_ours(uploader: Uploader, version: str) -> None:
    refused = uploader.ask("POST", Upload_Length="5", Tus_Resumable=version)
    assert (refused.status_code, refused.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("size", "status", "sentence"),
    [(0, 422, "está vacío"), (50_001, 413, "pesa más de 0 MB"), (10**14, 413, "pesa más de 0 MB")],
)
def test_a_file_that_could_not_be_filed_is_not_even_begun(
    uploader: Uploader, size: int, status: int, sentence: str
) -> None:
    refused = uploader.begin(size)
    assert (refused.status_code, refused.mimetype) == (status, "text/plain")
    assert sentence in refused.text


def test_more_than_a_filing_may_hold_is_a_413(uploader: Uploader) -> None:
    for number in range(2):
        uploader.begun(50_000, slot=f"anexo-{number}")
    refused = uploader.begin(20_001, slot="anexo-2")
    assert refused.status_code == 413
    assert "juntos" in refused.text


def untold(uploader: Uploader, place: str, content: bytes) -> TestResponse:
    """A piece of which nobody says how long it is."""
    return uploader.visitor.client.patch(
        place,
        input_stream=io.BytesIO(content),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        headers={
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": uploader.token,
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
    )


@pytest.mark.parametrize("told", [True, False])
def test_more_than_was_announced_is_a_413(uploader: Uploader, told: bool) -> None:
    place = uploader.begun(100)
    refused = uploader.piece(place, 0, bytes(101)) if told else untold(uploader, place, bytes(101))
    assert refused.status_code == 413
    assert "más grande de lo que se anunció" in refused.text
    assert uploader.ask("HEAD", place).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": ""},
        {"Upload_Length": "-1"},
        {"Upload_Length": "5.5"},
        {"Upload_Length": "9" * 40},
        {"Upload_Length": "٥"},
        {"Upload_Metadata": ""},
        {"Upload_Metadata": "slot ñ"},
        {"Upload_Metadata": "slot /w=="},
        {"Upload_Metadata": "slot a b c"},
        {"Upload_Metadata": ",,,"},
        {"Upload_Metadata": words(slot="firmado")},
        {"Upload_Metadata": words(slot="por-firmar")},
        {"Upload_Metadata": words(slot="../..")},
        {"Upload_Metadata": words(slot="anexo-1\n")},
        {"Upload_Metadata": words(slot="principal", sha256="x")},
        {"Upload_Metadata": words(slot="principal", sha256="A" * 64)},
    ],
)
def test_what_cannot_be_understood_is_a_400(uploader: Uploader, headers: dict[str, str]) -> None:
    usual = {"Upload_Length": "5", "Upload_Metadata": words(slot="principal", filename="a.pdf")}
    assert uploader.ask("POST", FILES, b"", **(usual | headers)).status_code == 400
    assert uploader.draft.files == ()


def test_every_place_that_the_pages_have_is_known(uploader: Uploader) -> None:
    for slot in ("principal", "fotos", "anexo", "fotos-anexo", "personalidad", "requisito-identificacion_oficial"):
        uploader.begun(5, slot=slot)


def test_a_piece_of_another_type_is_a_415(uploader: Uploader) -> None:
    place = uploader.begun(5)
    refused = uploader.piece(place, 0, b"hola!", Content_Type="application/pdf")
    assert refused.status_code == 415


@pytest.mark.parametrize("path", ["..%2f..%2fborrador.json", "borrador.json", "cerrojo", "0" * 32, "ñ", "%00"])
def test_nothing_but_files_of_the_draft_can_be_named(uploader: Uploader, path: str) -> None:
    for method in ("HEAD", "DELETE"):
        assert uploader.ask(method, f"{FILES}/{path}").status_code == 404
    assert uploader.piece(f"{FILES}/{path}", 0, b"x").status_code == 404


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\fakepath\\escrito.pdf", "escrito.pdf"),
        ("../../etc/passwd", "passwd"),
        ("", "archivo"),
        ("\u202efdp.exe", "fdp.exe"),
        ("a\x00\r\nb<script>.pdf", "a b<script>.pdf"),
        ("ñ" * 500 + ".pdf", "ñ" * 146 + ".pdf"),
    ],
)
def test_hostile_names_are_cleaned(uploader: Uploader, sent: str, kept: str) -> None:
    place = uploader.begun(5, filename=sent)
    uploader.piece(place, 0, b"hola!")
    [file] = uploader.draft.in_slot("principal")
    assert file.filename == kept
    assert file.path.parent.parent == uploader.runtime.drafts.folder


def test_with_the_disk_nearly_full_nothing_is_begun(drafting: Runtime, options: WebOptions) -> None:
    free = shutil.disk_usage(drafting.spool).free
    site = create_app(drafting, replace(options, min_free_bytes=free * 2 // 3))
    refused = Uploader(Visitor(site), drafting).begin(5)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert "no tenemos espacio" in refused.text


def test_a_disk_that_fills_in_the_middle_costs_nothing_that_was_there(
    drafting: Runtime, options: WebOptions, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disco", 1024) as disk:
        full = replace(drafting, drafts_dir=disk, limits=Limits())
        uploader = Uploader(Visitor(create_app(full, replace(options, min_free_bytes=-(1 << 40)))), full)
        content = bytes(600_000)
        place = uploader.begun(len(content), sha256=hashlib.sha256(content).hexdigest())
        assert uploader.piece(place, 0, content[:100_000]).status_code == 204
        fill(disk, leaving=100_000)
        refused = uploader.piece(place, 100_000, content[100_000:])
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        assert uploader.ask("HEAD", place).headers["Upload-Offset"] == "100000"
        assert uploader.begin(5, slot="anexo-1").status_code in {201, 503}
        make_room(disk)
        assert uploader.piece(place, 100_000, content[100_000:]).status_code == 204
        assert uploader.draft.in_slot("principal")[0].path.read_bytes() == content


def test_nobody_makes_drafts_all_day(drafting: Runtime, options: WebOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MADE", "2 per minute")
    visitor = Visitor(create_app(drafting, options))
    answers = [visitor.send("/presentar", {}).status_code for _ in range(3)]
    assert 429 not in answers[:2]
    assert answers[2] == 429


def test_nobody_fills_the_disk_with_drafts(
    drafting: Runtime, options: WebOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_KIBIBYTES", "100 per hour")
    uploader = Uploader(Visitor(create_app(drafting, options)), drafting)
    place = uploader.begun(50_000)
    assert uploader.piece(place, 0, bytes(50_000)).status_code == 204
    assert uploader.piece(uploader.begun(40_000), 0, bytes(40_000)).status_code == 204
    refused = uploader.piece(uploader.begun(20_000), 0, bytes(20_000))
    assert refused.status_code == 429
    assert "demasiados intentos" in refused.text
    assert int(refused.headers["Retry-After"]) == 3600


def test_a_piece_that_does_not_say_how_long_it_is_counts_as_the_longest(
    drafting: Runtime, options: WebOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = create_app(drafting, options).config["MAX_CONTENT_LENGTH"] >> 10
    monkeypatch.setattr(throttle, "_KIBIBYTES", f"{2 * longest} per hour")
    uploader = Uploader(Visitor(create_app(drafting, options)), drafting)
    places = [uploader.begun(5, slot=f"anexo-{number}") for number in range(2)]
    assert [untold(uploader, place, b"hola!").status_code for place in places] == [204, 429]


def test_a_piece_that_does_not_say_how_long_it_is_needs_room_for_the_longest(
    drafting: Runtime, options: WebOptions
) -> None:
    free = shutil.disk_usage(drafting.spool).free
    narrow = create_app(drafting, replace(options, min_free_bytes=free // 2 - 50_000))
    uploader = Uploader(Visitor(narrow), drafting)
    place = uploader.begun(5)
    assert untold(uploader, place, b"hola!").status_code == 503
    assert uploader.piece(place, 0, b"hola!").status_code == 204


def test_a_file_whose_bytes_were_lost_is_begun_anew(uploader: Uploader) -> None:
    """Written on behind a hole, it would be a document that nobody sent."""
    place = uploader.begun(len(CONTENT))
    uploader.piece(place, 0, CONTENT[:1000])
    uploader.draft.files[0].path.unlink()
    assert uploader.ask("HEAD", place).status_code == 404
    assert uploader.piece(place, 1000, CONTENT[1000:]).status_code == 404
    assert uploader.draft.files == ()
