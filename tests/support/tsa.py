"""A time-stamping authority of the tests' own, and HTTP servers that answer as badly as one likes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """An HTTP server that answers every POST with `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer(self, body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}/tsa"
        http.shutdown()


def reply(body: bytes) -> Answer:
    """Always the same body."""
    return lambda handler, _request: send(handler, body)


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    """One whole answer."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def authority(path: Path, password: str, at: datetime) -> DummyTimeStamper:
    """A time-stamping authority with the key and certificate of a PKCS#12."""
    bundle = pkcs12.load_pkcs12(path.read_bytes(), password.encode())
    assert bundle.cert is not None and bundle.key is not None
    der = serialization.Encoding.DER
    key = bundle.key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    others = [x509.Certificate.load(each.certificate.public_bytes(der)) for each in bundle.additional_certs]
    return DummyTimeStamper(
        x509.Certificate.load(bundle.cert.certificate.public_bytes(der)),
        keys.PrivateKeyInfo.load(key),
        SimpleCertificateStore.from_certs(others),
        fixed_dt=at,
    )


def answering(tsa: DummyTimeStamper, alter: Callable[[tsp.TimeStampReq], None] = lambda _request: None) -> Answer:
    """Tokens of `tsa`, over what `alter` makes of each request."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        request = tsp.TimeStampReq.load(body)
        alter(request)
        send(handler, tsa.request_tsa_response(request).dump())

    return answer
