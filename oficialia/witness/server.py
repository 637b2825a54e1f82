"""The witness over HTTP: ``POST /add-checkpoint`` for logs, and ``GET /`` which tells a person what it is.

The standard library's server is enough: requests are rare and small. Every connection has a deadline, and there are
only so many at a time, so that nobody holds it.
"""

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from oficialia.witness.rules import Answer, Witness

MOST_BYTES = 64 * 1024
MOST_CONNECTIONS = 32
SECONDS = 15.0  # for a whole request: a log sends some hundred bytes
_log = logging.getLogger("oficialia.testigo")


class WitnessServer(ThreadingHTTPServer):
    """Listens on (host, port) once made. ``serve_forever`` serves, and ``shutdown`` from another thread ends that."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.witness = witness
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """One more connection, where there is room for it."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """That connection, in its thread."""
        deadline = threading.Timer(SECONDS, _cut, [request])
        deadline.daemon = True
        deadline.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            deadline.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hung up, or was cut off."""
        _log.debug("a connection ended early")


def _cut(request: socket.socket) -> None:
    try:
        request.shutdown(socket.SHUT_RDWR)
    except OSError:
        _log.debug("a connection was already gone")


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    server_version, sys_version = "oficialia-testigo", ""

    def do_POST(self) -> None:
        """A log asks for a cosignature."""
        if self.path != "/add-checkpoint":
            self._send(Answer(404, "Aquí no hay nada.\n"))
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self._send(Answer(413 if length.isdecimal() else 411, "La solicitud no dice su tamaño, o es muy grande.\n"))
            return
        self._send(self._answer(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        """Somebody looks."""
        try:
            self._send(Answer(200, self._described()) if self.path == "/" else Answer(404, "Aquí no hay nada.\n"))
        except (OSError, ValueError):
            _log.exception("the memory cannot be read")
            self._send(Answer(503, "Este testigo no puede leer lo que recuerda.\n"))

    def _answer(self, body: bytes) -> Answer:
        try:
            answer = self.server.witness.add_checkpoint(body)
        except (OSError, ValueError):
            _log.exception("nothing is signed: the memory fails")
            return Answer(503, "Este testigo no puede guardar lo que firma; no firma nada.\n")
        _log.log(logging.INFO if answer.status == 200 else logging.WARNING, "add-checkpoint %d", answer.status)
        return answer

    def _described(self) -> str:
        witness = self.server.witness
        lines = [f"Testigo {witness.key.name}", f"Llave pública: {witness.key.verifier}", "Vigila:"]
        lines += [f"  {log.name}: {size} hojas" for log, size in witness.sizes().items()]
        return "\n".join(lines) + "\n"

    def _send(self, answer: Answer) -> None:
        content = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the server says what matters, and no stranger writes into our log."""
