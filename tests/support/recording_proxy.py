"""A proxy through which a browser sends everything, and which keeps every byte that left it.

Nothing leaves this machine, and nothing goes unread: what is for elsewhere (a browser asks its maker for updates) and
what would be a tunnel (CONNECT) is kept, and refused.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from oficialia.embedded.ports import LOOPBACK

_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Sent:
    """One request, whole."""

    method: str
    url: str
    headers: str
    body: bytes


@dataclass
class Recording:
    """The proxy's address, and what went through it."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)


@contextmanager
def recording_proxy() -> Iterator[Recording]:
    """The proxy, for the time of the block."""
    recording = Recording()

    class Handler(BaseHTTPRequestHandler):
        """Passes on what it is told, and keeps it."""

        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            recording.sent.append(Sent(self.command, self.path, str(self.headers), body))
            parts = urlsplit(self.path)
            if parts.hostname != LOOPBACK:
                self.send_error(403)
                return
            address = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            try:
                connection = HTTPConnection(str(parts.hostname), parts.port or 80, timeout=60)
                connection.request(self.command, address, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            except OSError:
                self.send_error(502)
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                with suppress(BrokenPipeError):  # the page went on to the next
                    self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _pass

        def do_CONNECT(self) -> None:
            """Nothing goes unread."""
            recording.sent.append(Sent(self.command, self.path, str(self.headers), b""))
            self.send_error(405)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    recording.url = f"http://{LOOPBACK}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recording
    finally:
        server.shutdown()
        server.server_close()
