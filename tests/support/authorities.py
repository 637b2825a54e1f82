"""The real responders of the development PKI on a real port, at whatever hour the test wants, stopped when it wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from flask import request
from werkzeug.serving import make_server

from certs import profiles
from certs.responders import create_app
from tests.support.tsa import answering, authority, server


class Asked:
    """What was asked for, in order."""

    def __init__(self) -> None:
        self.paths: list[str] = []


@contextmanager
def serving(pki: Path, clock: Callable[[], datetime]) -> Iterator[tuple[str, Asked]]:
    """Their base address, and what they are asked."""
    asked, app = Asked(), create_app(pki, clock=clock)

    @app.before_request
    def note() -> None:
        asked.paths.append(request.path)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def later_authority(pki: Path, at: datetime, *, certified: datetime | None = None) -> Iterator[str]:
    """The base address of the authority of time, stopped at an hour, with its next certificate."""
    issuer = x509.load_pem_x509_certificate((pki / "emisora.pem").read_bytes())
    signing = serialization.load_pem_private_key((pki / "emisora.key").read_bytes(), None)
    assert isinstance(signing, rsa.RSAPrivateKey)
    key = rsa.generate_private_key(65537, 2048)
    own = profiles.tsa_certificate(key.public_key(), issuer.subject, certified or at, "http://pki.invalid")
    own = own.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    bundle = serialize_key_and_certificates(
        b"tsa", key, own.sign(signing, hashes.SHA256()), [issuer], serialization.NoEncryption()
    )
    (pki / "tsa-nueva.p12").write_bytes(bundle)
    with server(answering(authority(pki / "tsa-nueva.p12", "", at))) as url:
        yield url.removesuffix("/tsa")
