"""gunicorn's threaded worker, on sockets that lose patience, and with its own refusals in Spanish.

``gunicorn --worker-class oficialia.web.worker.PatientWorker``
"""

from typing import Any

from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker

from oficialia.web.patience import Patience, PatientSocket

# What reaches no page of ours, because it is no request that could be handed to one.
_STATUS: dict[type[Exception], tuple[int, str]] = {
    errors.LimitRequestLine: (414, "URI Too Long"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
}
_PAGE = (
    '<!doctype html><html lang="es-MX"><meta charset="utf-8"><title>No pudimos leer su envío</title>'
    "<h1>No pudimos leer su envío</h1><p>Llegó incompleto o dañado, y no guardamos nada de él. "
    "Regrese a la página anterior y envíelo de nuevo.</p></html>"
).encode()


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Threads that no slow peer can hold for ever."""

    patience = Patience()

    def enqueue_req(self, conn: TConn) -> None:
        """A connection has something to say; a new one is given a patient socket first."""
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket.taken_from(conn.sock, self.patience)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Serves one request; the time spent waiting for a thread was not the peer's."""
        conn.sock.begin()
        return super().handle(conn)

    def handle_error(self, req: Any, client: PatientSocket, addr: Any, exc: BaseException) -> None:
        """Answers what is no HTTP. gunicorn's own answer is in English, and its log line names the address."""
        ours = isinstance(exc, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
        if ours or not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status, reason = _STATUS.get(type(exc), (400, "Bad Request"))
        self.log.warning("no request: %s", type(exc).__name__)
        head = (
            f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Cache-Control: no-store\r\nContent-Length: {len(_PAGE)}\r\n\r\n"
        )
        client.sendall(head.encode("ascii") + _PAGE)
