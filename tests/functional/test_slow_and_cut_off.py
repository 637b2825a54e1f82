"""Over a real socket, against a real gunicorn: who is silent or slow is told so and let go, and a body longer or
shorter than it said is answered."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from oficialia.db import Database
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.process import Program, running
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import Filing
from oficialia.web.patience import Patience
from tests.support.impatient import ImpatientWorker
from tests.support.processes import eventually
from tests.support.web_process import Line, filing_request, program, settings

THREADS = 2
IMPATIENT = f"{ImpatientWorker.__module__}.{ImpatientWorker.__name__}"
# ImpatientWorker waits 1 s for a byte and 2 s for a request; the rest is for a busy machine.
SOON = 12.0
UPLOAD = b'--x\r\nContent-Disposition: form-data; name="principal"; filename="a.pdf"\r\n\r\n'
MULTIPART = "Content-Type: multipart/form-data; boundary=x\r\n"


@dataclass(frozen=True)
class Window:
    """A web process."""

    port: int
    spool: Path
    register: str

    def filings(self) -> int:
        """How many have their folio."""
        database = Database(self.register)
        with database.reading() as session:
            found = session.scalar(select(func.count(Filing.id)))
        database.close()
        return found or 0

    def is_open(self) -> bool:
        """Whether somebody who sends properly is served."""
        return requests.get(f"http://{LOOPBACK}:{self.port}/", timeout=SOON).status_code == 200

    def left(self) -> list[Path]:
        """What lies in the spool."""
        return list(self.spool.iterdir())


@pytest.fixture(scope="module")
def window(
    tmp_path_factory: pytest.TempPathFactory, s3: SeaweedFS, development_pki: Path, valkey_address: str
) -> Iterator[Window]:
    """The window with little patience and two threads."""
    folder, [port] = tmp_path_factory.mktemp("lenta"), free_ports(1)
    environment = settings(folder, s3, development_pki, valkey_address)
    web = program(environment, port=port, worker=IMPATIENT, threads=THREADS)
    with running(web, folder / "web.log"):
        yield Window(port, folder / "transito", environment["OFICIALIA_DATABASE_URL"])


def test_the_real_patience_is_longer_than_a_bad_network_and_shorter_than_for_ever() -> None:
    assert Patience.silence >= 30
    assert Patience.bytes_per_second * 8 <= 64_000 * 1.1
    longest = Patience.grace + (102 << 20) / Patience.bytes_per_second
    assert longest < 4 * 3600


@pytest.mark.parametrize("name", ["one-byte-then-silence", "one-byte-every-tenth-of-a-second"])
def test_slow_upload_is_answered_408_and_leaves_no_file(window: Window, name: str) -> None:
    with Line(window.port) as line:
        # A file is opened when its first block has arrived.
        line.post(MULTIPART, "Content-Length: 5000000").send(UPLOAD + bytes(70_000))
        began = time.monotonic()
        assert eventually(lambda: bool(window.left()), seconds=SOON)
        if "every" in name:
            line.drip(b"x" * 600, every=0.1)
        status, text = line.answer()
        assert status == 408
        assert "avanzaba muy despacio" in text
        assert "mejor señal" in text
        assert time.monotonic() - began < SOON
        assert line.wire.recv(1) == b""  # it hung up
    assert eventually(lambda: window.left() == [])


def test_slow_upload_that_keeps_the_least_rate_is_received(window: Window) -> None:
    head, body = filing_request(window.port, relleno="x" * 500_000)
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {len(body)}")
        assert line.drip(body, every=0.1, size=15_000) > ImpatientWorker.patience.grace
        assert line.answer()[0] == 303


@pytest.mark.parametrize("name", ["/verificar", "/api/v1/verificaciones", "answered", "gone-before-the-answer"])
def test_a_file_to_be_verified_is_gone_whatever_becomes_of_who_sent_it(window: Window, name: str) -> None:
    api, content = "/api/v1/verificaciones", b"%PDF-1.7\n" + bytes(200_000)
    raw, whole = "Content-Type: application/pdf\r\n", f"Content-Length: {len(content)}"
    with Line(window.port) as line:
        if name == "/verificar":
            line.post(MULTIPART, "Content-Length: 5000000", name).send(UPLOAD.replace(b"principal", b"documento"))
            line.send(bytes(70_000))
        elif name == api:
            line.post(raw, "Content-Length: 5000000", name).send(content)
        else:
            line.post(raw, whole, api).send(content)
        if name == "answered":
            assert line.answer()[0] == 200
            assert window.left() == []  # not some time later
        elif name.startswith("/"):
            assert eventually(lambda: bool(window.left()), seconds=SOON)
    assert eventually(lambda: window.left() == [])
    assert window.is_open()


def test_slow_headers_are_let_go(window: Window) -> None:
    with Line(window.port) as line:
        assert line.drip(b"GET / HTTP/1.1\r\nX-Lento: " + b"x" * 600, every=0.1) < SOON
        assert line.answer() == (0, "")


def test_slow_peers_on_every_thread_do_not_close_the_window(window: Window) -> None:
    lines = [Line(window.port) for _ in range(THREADS * 2)]
    with ThreadPoolExecutor(len(lines)) as pool:
        for line in lines:
            line.__enter__().post(MULTIPART, "Content-Length: 5000000").send(UPLOAD)
        drips = [pool.submit(line.drip, b"x" * 600, every=0.1) for line in lines]
        assert eventually(window.is_open, seconds=60)
        assert all(drip.result() < 30 for drip in drips)
        assert [line.answer()[0] for line in lines] == [408] * len(lines)
    for line in lines:
        line.__exit__()
    assert eventually(lambda: window.left() == [])


def test_a_refused_request_whose_body_still_drips_is_let_go(window: Window) -> None:
    with Line(window.port) as line:
        line.post(MULTIPART, f"Content-Length: {10**10}")
        status, text = line.answer()
        assert (status, "pesa demasiado" in text) == (413, True)
        began = time.monotonic()
        line.wire.settimeout(SOON)
        for _ in range(int(SOON * 10)):
            try:
                line.send(b"x")
            except OSError:
                break
            time.sleep(0.1)
        assert time.monotonic() - began < SOON
    assert window.is_open()


def test_who_does_not_read_its_answer_is_let_go(tmp_path: Path) -> None:
    [port] = free_ports(1)
    web = program({}, port=port, worker=IMPATIENT, threads=1)
    endless = Program("web", (*web.argv[:-1], "tests.support.impatient:endless"), web.environment, web.ready)
    with running(endless, tmp_path / "web.log"), Line(port) as line:
        line.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert line.wire.recv(1)
        began = time.monotonic()
        with Line(port) as other:  # there is one thread
            other.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert other.wire.recv(1)
        assert time.monotonic() - began < SOON


def test_content_length_longer_than_sent(window: Window) -> None:
    head, body = filing_request(window.port)
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {len(body) + 1000}").send(body)
        assert line.answer()[0] == 408
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {len(body)}").send(body[:-100])
        line.wire.shutdown(socket.SHUT_WR)
        status, text = line.answer()
        assert (status, "llegó incompleto" in text) == (400, True)


@pytest.mark.parametrize("polite", [True, False])
def test_half_a_form_is_no_form_however_it_is_encoded(window: Window, polite: bool) -> None:
    head, body = filing_request(window.port, encoded=True, peticion="Pido que se repare el bache. " * 40)
    before = window.filings()
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {len(body)}").send(body[:-500])
        if polite:
            line.wire.shutdown(socket.SHUT_WR)
            status, text = line.answer()
            assert (status, "llegó incompleto" in text) == (400, True)
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {len(body)}").send(body)
        assert line.answer()[0] == 303
    assert window.filings() == before + 1


def test_content_length_shorter_than_sent(window: Window) -> None:
    head, body = filing_request(window.port)
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {len(body) - 100}").send(body)
        status, text = line.answer()
        assert (status, "llegó incompleto" in text) == (400, True)


@pytest.mark.parametrize("length", ["-1", "abc", "1, 2", "1" * 5000])
def test_content_length_that_is_none(window: Window, length: str) -> None:
    head, body = filing_request(window.port)
    with Line(window.port) as line:
        line.post(head, f"Content-Length: {length}").send(body)
        status, text = line.answer()
        assert 400 <= status < 500
        assert "No pudimos leer su envío" in text or "pesa demasiado" in text
        assert "charset=utf-8" in text


def test_content_length_absent(window: Window) -> None:
    head, body = filing_request(window.port)
    with Line(window.port) as line:
        status, text = line.post(head, "").send(body).answer()
        assert status == 400
        assert "Revise sus datos y envíe el formulario otra vez" in text


def test_chunked(window: Window) -> None:
    head, body = filing_request(window.port)
    with Line(window.port) as line:
        line.post(head, "Transfer-Encoding: chunked")
        line.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        assert line.answer()[0] == 303


@pytest.mark.parametrize("chunk", [b"zz\r\nhola\r\n", b"5\r\nholaXXXX\r\n0\r\n\r\n", b"-1\r\n\r\n"])
def test_chunked_wrongly(window: Window, chunk: bytes) -> None:
    with Line(window.port) as line:
        line.post(MULTIPART, "Transfer-Encoding: chunked").send(chunk)
        status, text = line.answer()
        assert status == 400
        assert "No pudimos leer su envío" in text


def test_chunked_and_content_length_at_once(window: Window) -> None:
    with Line(window.port) as line:
        line.post(MULTIPART + "Transfer-Encoding: chunked\r\n", "Content-Length: 5").send(b"0\r\n\r\n")
        assert line.answer()[0] == 400


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", b"HOLA\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_no_http_at_all(window: Window, garbage: bytes) -> None:
    with Line(window.port) as line:
        status, text = line.send(garbage).answer()
        assert status == 400
        assert "No pudimos leer su envío" in text


def test_headers_too_long(window: Window) -> None:
    with Line(window.port) as line:
        assert line.send(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n").answer()[0] == 414
    with Line(window.port) as line:
        assert line.send(b"GET / HTTP/1.1\r\nX: " + b"a" * 90_000 + b"\r\n\r\n").answer()[0] == 431
