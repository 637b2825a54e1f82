"""The web process alone, as in production: gunicorn with our worker, on real parts; and raw sockets to it."""

import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import requests

from oficialia.db import Database, upgrade
from oficialia.embedded.ports import LOOPBACK, answers
from oficialia.embedded.process import Program
from oficialia.embedded.seaweed import SeaweedFS
from tests.support.office import load_catalogue
from tests.support.window import hidden_fields, petition

ROOT = Path(__file__).resolve().parents[2]
WORKER = "oficialia.web.worker.PatientWorker"


def settings(folder: Path, s3: SeaweedFS, pki: Path, redis_url: str) -> dict[str, str]:
    """The environment of a web process whose register, catalogue, spool and bucket are made here."""
    database_url = f"sqlite:///{folder / 'oficialia.db'}"
    upgrade(database_url)
    database = Database(database_url)
    load_catalogue(database)
    database.close()
    for name in ("transito", "borradores"):
        (folder / name).mkdir()
    s3.bucket("pruebas").ensure(retention_days=1)
    values = {
        "ENV": "demo",
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://{LOOPBACK}",
        "REDIS_URL": redis_url,
        "S3_ENDPOINT": s3.endpoint,
        "S3_ACCESS_KEY": s3.access_key,
        "S3_SECRET_KEY": s3.secret_key,
        "S3_BUCKET": "pruebas",
        "SESSION_SECRET": "sesion-0123456789abcdef0123456789abcdef",
        "HMAC_SECRET": "codigos-0123456789abcdef0123456789abcdef",
        "SPOOL_DIR": str(folder / "transito"),
        "DRAFTS_DIR": str(folder / "borradores"),
        "TRUST_DIR": str(pki / "anclas"),
        "MIN_FREE_MB": "0",
        "THROTTLE": "100000 per minute",
    }
    return {f"OFICIALIA_{name}": value for name, value in values.items()}


APPLICATION = "oficialia.app:create_app()"


def program(
    environment: dict[str, str], *, port: int, worker: str = WORKER, threads: int = 2, application: str = APPLICATION
) -> Program:
    """gunicorn with one process of ``threads``."""
    argv = (
        *(sys.executable, "-m", "gunicorn", "--preload", "--no-control-socket", f"--worker-class={worker}"),
        *(f"--threads={threads}", "--keep-alive=5", f"--bind={LOOPBACK}:{port}", application),
    )
    return Program("web", argv, environment | {"PYTHONPATH": str(ROOT)}, lambda: answers(port))


def filing_request(port: int, *, encoded: bool = False, **changes: object) -> tuple[str, bytes]:
    """A whole petition as a browser would send it now: its headers (but Content-Length) and its body.

    ``encoded``: not in parts but as `application/x-www-form-urlencoded`, the petition last.
    """
    session, url = requests.Session(), f"http://{LOOPBACK}:{port}/presentar/en-una-pagina"
    values = hidden_fields(session.get(url, timeout=30).text) | petition(**changes)
    if encoded:
        values["peticion"] = values.pop("peticion")
        body = urlencode(values).encode()
        kind = "application/x-www-form-urlencoded"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        return f"Cookie: {cookies}\r\nContent-Type: {kind}\r\n", body
    parts = {name: (None, value) for name, value in values.items()}
    sent = session.prepare_request(requests.Request("POST", url, files=parts))
    head = f"Cookie: {sent.headers['Cookie']}\r\nContent-Type: {sent.headers['Content-Type']}\r\n"
    assert isinstance(sent.body, bytes)
    return head, sent.body


@dataclass
class Line:
    """One connection, spoken to byte by byte."""

    port: int
    wire: socket.socket = field(init=False)

    def __enter__(self) -> Self:
        """Connects."""
        self.wire = socket.create_connection((LOOPBACK, self.port), timeout=60)
        return self

    def __exit__(self, *_: object) -> None:
        """Hangs up."""
        self.wire.close()

    def post(self, head: str, length: str, path: str = "/presentar/en-una-pagina", method: str = "POST") -> Self:
        """Sends the head of a filing; ``length`` is the line that tells how long its body is, or empty."""
        line = f"{length}\r\n" if length else ""
        self.wire.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{head}{line}\r\n".encode("latin-1"))
        return self

    def send(self, data: bytes) -> Self:
        """Sends it at once."""
        self.wire.sendall(data)
        return self

    def drip(self, data: bytes, *, every: float, size: int = 1) -> float:
        """Sends ``size`` bytes each time, until the other side hangs up; the seconds that it took."""
        began = time.monotonic()
        for start in range(0, len(data), size):
            try:
                self.wire.sendall(data[start : start + size])
            except OSError:
                break
            if _closed(self.wire):
                break
            time.sleep(every)
        return time.monotonic() - began

    def answer(self) -> tuple[int, str]:
        """Status and text of what was answered, up to the end of the connection or of the declared length."""
        data = b""
        while not _complete(data):
            try:
                block = self.wire.recv(65536)
            except ConnectionResetError:
                break
            if not block:
                break
            data += block
        return (int(data.split(b" ")[1]), data.decode()) if data else (0, "")


def _complete(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end) and bool(lengths) and len(body) >= int(lengths[0].split(b":")[1])


def _closed(connection: socket.socket) -> bool:
    """Whether something was answered, or the other side hung up: a patient sender would look now."""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) is not None
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(60)
