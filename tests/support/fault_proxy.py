"""Proxies that stand before S3, the TSA and the mail server, and do to them what networks and machines do.

with HttpFaultProxy(port) as proxy:
    client_of(proxy.port) …
    proxy.fault = Fault("answer lost", times=1, only="PUT")
"""

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

LOOPBACK = "127.0.0.1"
HOP = {"connection", "transfer-encoding", "keep-alive"}
Kind = Literal[
    "none",
    "delay",  # the answer comes `seconds` late
    "reset",  # the connection is reset as soon as something was asked
    "cut off",  # the question ends in its middle, and both sides lose their connection
    "truncated",  # the answer ends in its middle
    "status",  # the service answers `status` and does nothing
    "answer lost",  # it was done, and nobody hears of it
    "bit flipped in the answer",
    "bit flipped in the question",
]


@dataclass(frozen=True)
class Fault:
    """What happens to the next `times` requests (-1: to all) of the method `only` (empty: of any)."""

    kind: Kind = "none"
    times: int = -1
    only: str = ""
    seconds: float = 0.0
    status: int = 503


class _Faulty:
    """The fault there is, how often it is still to strike, and how often it struck."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.fault = Fault()

    @property
    def fault(self) -> Fault:
        """What it does now."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        with self._lock:
            self._fault, self._left, self.struck = fault, fault.times, 0

    def next_fault(self, method: str) -> Fault:
        """The fault that this request meets."""
        with self._lock:
            if not self._left or self._fault.kind == "none" or self._fault.only not in ("", method):
                return Fault()
            self._left -= 1
            self.struck += 1
            return self._fault


class HttpFaultProxy(_Faulty):
    """Before an HTTP service of this machine. Each request has a connection of its own: a fault is of one request."""

    def __init__(self, port: int) -> None:
        super().__init__()
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                return

            def do_PUT(self) -> None:
                _pass_on(self, port, faulty.next_fault(self.command))

            do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_OPTIONS = do_PUT

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _pass_on(client: BaseHTTPRequestHandler, port: int, fault: Fault) -> None:
    length = int(client.headers.get("Content-Length") or 0)
    body = client.rfile.read(length)
    client.close_connection = True
    if fault.kind == "reset":
        reset(client.connection)
        return
    if fault.kind == "status":
        client.send_response(fault.status)
        client.send_header("Content-Length", "0")
        client.end_headers()
        return
    if fault.kind == "bit flipped in the question":
        body = flipped(body)
    upstream = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
    if fault.kind == "cut off" or len(body) < length:  # whoever asked may be gone without us
        _begin(upstream, client, body[: length // 2])
        reset(client.connection)
        return
    upstream.request(client.command, client.path, body or None, dict(client.headers.items()))
    answer = upstream.getresponse()
    content = answer.read()
    upstream.close()
    if fault.kind == "answer lost":
        reset(client.connection)
        return
    if fault.kind == "delay":
        time.sleep(fault.seconds)
    with contextlib.suppress(ConnectionError):  # whoever asked may have given up
        _answer(client, answer, content, fault)


def _begin(upstream: http.client.HTTPConnection, client: BaseHTTPRequestHandler, half: bytes) -> None:
    upstream.putrequest(client.command, client.path, skip_host=True, skip_accept_encoding=True)
    for name, value in client.headers.items():
        upstream.putheader(name, value)
    upstream.endheaders(half)
    upstream.close()


def _answer(client: BaseHTTPRequestHandler, answer: http.client.HTTPResponse, content: bytes, fault: Fault) -> None:
    client.send_response_only(answer.status, answer.reason)
    for name, value in answer.getheaders():
        if name.lower() not in HOP | {"content-length"}:
            client.send_header(name, value)
    length = answer.getheader("Content-Length") if client.command == "HEAD" else str(len(content))
    client.send_header("Content-Length", length or "0")
    client.send_header("Connection", "close")
    client.end_headers()
    if fault.kind == "truncated":
        client.wfile.write(content[: len(content) // 2])
    elif fault.kind == "bit flipped in the answer":
        client.wfile.write(flipped(content))
    else:
        client.wfile.write(content)


class SmtpFaultProxy(_Faulty):
    """Before a mail server of this machine; a fault is of one connection.

    `truncated` ends it in the middle of the greeting; `answer lost` resets it once the server has taken the message;
    `status` answers the greeting with that code.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self._target = port
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the thread in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client, self.next_fault("")), daemon=True).start()

    def _connection(self, client: socket.socket, fault: Fault) -> None:
        if fault.kind == "reset":
            reset(client)
            return
        if fault.kind == "status":
            client.sendall(b"%d no ahora\r\n" % fault.status)
            client.close()
            return
        time.sleep(fault.seconds)
        with client, socket.create_connection((LOOPBACK, self._target)) as server:
            asked = threading.Thread(target=_copy, args=(client, server), daemon=True)
            asked.start()
            _copy(server, client, _cut(client, fault))
            asked.join(5)


def _cut(client: socket.socket, fault: Fault) -> Callable[[bytes], bytes]:
    """What becomes of each block that the server says."""
    data = False

    def pass_through(block: bytes) -> bytes:
        nonlocal data
        if fault.kind == "truncated":
            client.sendall(block[: len(block) // 2])
            client.shutdown(socket.SHUT_RDWR)  # closing would wait for the thread that reads from it
        if fault.kind == "answer lost":
            if data and block.startswith(b"250"):
                client.shutdown(socket.SHUT_RDWR)
            data = data or block.startswith(b"354")
        return block

    return pass_through


def _copy(source: socket.socket, target: socket.socket, through: Callable[[bytes], bytes] = bytes) -> None:
    try:
        while block := source.recv(1 << 16):
            target.sendall(through(block))
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one side is gone: the other one's thread ends with it


def reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset and not an end."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    except OSError:
        return


def flipped(data: bytes) -> bytes:
    """The same with one bit in its middle turned."""
    if not data:
        return data
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
