"""SAT's profile of OCSP: a responder whose certificate no authority entitled, on a server with old habits of TLS."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import algos, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from signing.answers import Answer
from signing.bounded_http import Bounds, exchange, open_session
from signing.errors import RevocationUnavailable
from signing.revocation import Responders, RevocationClient
from signing.trust import TrustAnchors
from tests.support.seals import Authority
from tests.support.tsa import send, server

# RFC 2409, 6.2: the group of 1024 bits.
OAKLEY = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)


@dataclass
class Sat:
    """A responder like SAT's, over the development PKI: `signer` is its own certificate, of nobody's."""

    pki: Path
    now: datetime
    key: rsa.RSAPrivateKey
    signer: x509.Certificate
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    about: str = ""
    requests: int = 0

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """No nonce, no end, no certificate; the certificate is named by SHA-1."""
        asked = ocsp.load_der_ocsp_request(body)
        assert isinstance(asked.hash_algorithm, hashes.SHA1)
        self.requests += 1
        revoked = self.now - timedelta(days=3) if self.status is ocsp.OCSPCertStatus.REVOKED else None
        number = certificate(self.pki, self.about).serial_number if self.about else asked.serial_number
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash, asked.issuer_key_hash, number, asked.hash_algorithm, self.status, self.now, None,
            revoked, None,
        )  # fmt: skip
        signed = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, self.signer).sign(self.key, hashes.SHA256())
        send(handler, signed.public_bytes(Encoding.DER))

    def ask(self, anchors: TrustAnchors, signers: TrustAnchors, name: str = "maria") -> tuple[Answer, ...]:
        """With SAT's authority as the anchor, as an operator would import it."""
        with server(self.answer) as url:
            client = RevocationClient(Responders(ocsp=(url,), signers=signers), anchors, cool_down_seconds=0)
            return client.answers(certificate(self.pki, name), in_force=self.now, at=self.now)


def certificate(pki: Path, name: str) -> asn1.Certificate:
    return asn1.Certificate.load((pki / "ciudadanos" / f"{name}.cer").read_bytes())


def own_certificate(key: rsa.RSAPrivateKey, at: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "OCSP de pruebas")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, at - timedelta(days=9), at + timedelta(days=9))
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return builder.add_extension(host, critical=False).sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def sat(development_pki: Path, now: datetime, key: rsa.RSAPrivateKey) -> Sat:
    return Sat(development_pki, now, key, own_certificate(key, now))


@pytest.fixture
def authority(development_pki: Path) -> TrustAnchors:
    return TrustAnchors((Authority(development_pki).certificate.public_bytes(Encoding.PEM).decode(),))


def as_signers(*certificates: x509.Certificate) -> TrustAnchors:
    return TrustAnchors(tuple(each.public_bytes(Encoding.PEM).decode() for each in certificates))


def test_its_certificate_is_believed_when_it_is_configured(sat: Sat, authority: TrustAnchors) -> None:
    [said] = sat.ask(authority, as_signers(sat.signer))
    assert (said.kind, said.revoked_at, said.made_at, said.ends_at) == ("ocsp", None, sat.now, None)
    sat.status = ocsp.OCSPCertStatus.REVOKED
    assert sat.ask(authority, as_signers(sat.signer))[0].revoked_at == sat.now - timedelta(days=3)


def test_it_is_not_believed_unless_configured(sat: Sat, authority: TrustAnchors) -> None:
    other = own_certificate(rsa.generate_private_key(65537, 2048), sat.now)
    ended = own_certificate(sat.key, sat.now - timedelta(days=30))
    for signers in (TrustAnchors(), as_signers(other), as_signers(ended)):
        with pytest.raises(RevocationUnavailable):
            sat.ask(authority, signers)
    assert sat.requests == 3


def test_its_answer_must_be_about_the_certificate_and_say_something(sat: Sat, authority: TrustAnchors) -> None:
    sat.about = "empresa"
    with pytest.raises(RevocationUnavailable, match="another certificate"):
        sat.ask(authority, as_signers(sat.signer))
    sat.about, sat.status = "", ocsp.OCSPCertStatus.UNKNOWN
    with pytest.raises(RevocationUnavailable, match="does not know"):
        sat.ask(authority, as_signers(sat.signer))


def test_an_old_answer_without_an_end_is_none(sat: Sat, authority: TrustAnchors) -> None:
    with server(sat.answer) as url:
        client = RevocationClient(Responders(ocsp=(url,), signers=as_signers(sat.signer)), authority)
        later = sat.now + timedelta(hours=2)
        with pytest.raises(RevocationUnavailable, match="not in force"):
            client.answers(certificate(sat.pki, "maria"), in_force=later, at=later)


def test_a_server_that_prefers_small_groups_is_reached_over_its_curves(
    sat: Sat, tmp_path: Path, tls_server: Callable[[ssl.SSLContext], str]
) -> None:
    (tmp_path / "dh.pem").write_bytes(pem.armor("DH PARAMETERS", algos.DHParameters({"p": OAKLEY, "g": 2}).dump()))
    (tmp_path / "own.pem").write_bytes(
        sat.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + own_certificate(sat.key, dt.datetime.now(dt.UTC)).public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tmp_path / "own.pem")
    context.set_ciphers("DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0")
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.load_dh_params(str(tmp_path / "dh.pem"))
    session = open_session()
    session.verify = str(tmp_path / "own.pem")
    assert exchange(session, "GET", tls_server(context), Bounds(5, 100), headers={}) == b"hola"


@pytest.fixture
def tls_server() -> Callable[[ssl.SSLContext], str]:
    """Starts one on a port of its own; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            send(self, b"hola")

        def log_message(self, format: str, *args: object) -> None:
            return

    def start(context: ssl.SSLContext) -> str:
        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        http.socket = context.wrap_socket(http.socket, server_side=True)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        return f"https://127.0.0.1:{http.server_address[1]}/"

    return start
