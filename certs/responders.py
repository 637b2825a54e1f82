"""Time stamps and revocation for the development PKI: POST /tsa (RFC 3161), POST /ocsp (RFC 6960), and the lists of the
issuing authority and of the root, GET /crl and GET /raiz.crl (RFC 5280).

For development and tests only: it stamps for whoever asks, its keys lie in a folder beside the code, and it has no
limits but the size of a request. In production these are services of somebody else.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509 import ocsp
from flask import Flask, Response, request
from pyhanko.sign.general import as_signing_certificate, simple_cms_attribute
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)
from oficialia.clock import now

LONGEST_REQUEST = 64 * 1024
FRESH_FOR = timedelta(hours=12)
DIGEST_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
Clock = Callable[[], datetime]


def create_app(folder: Path | str, *, clock: Clock = now) -> Flask:
    """The responders over the PKI that `certs.development` made in `folder`; `clock` gives aware instants."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_REQUEST
    authority = _TimeStampAuthority(Path(folder), clock)
    revocation = _Revocation(Path(folder), clock)

    @app.post("/tsa")
    def tsa() -> Response:
        return Response(authority.answer(request.get_data()), mimetype="application/timestamp-reply")

    @app.post("/ocsp")
    def ocsp_responder() -> Response:
        return Response(revocation.answer(request.get_data()), mimetype="application/ocsp-response")

    @app.get("/crl")
    def crl() -> Response:
        return Response(revocation.list(), mimetype="application/pkix-crl")

    @app.get("/raiz.crl")
    def root_crl() -> Response:
        return Response((Path(folder) / "raiz.crl").read_bytes(), mimetype="application/pkix-crl")

    return app


class _TimeStampAuthority:
    """Signs a fresh token for each well-formed request, with its nonce and the chain of the authority."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        password = (folder / "tsa.password").read_bytes()
        key, certificate, chain = load_key_and_certificates((folder / "tsa.p12").read_bytes(), password)
        if not isinstance(key, RSAPrivateKey) or certificate is None:
            raise ValueError(f"{folder} no es una PKI de desarrollo")
        self._certificate = _asn1(certificate)
        self._chain = SimpleCertificateStore.from_certs(map(_asn1, chain))
        self._key = key
        self._clock = clock

    def answer(self, body: bytes) -> bytes:
        """The TimeStampResp in DER; a request that cannot be served gets a rejection, as RFC 3161, 2.4.2 has it."""
        try:
            asked = tsp.TimeStampReq.load(body, strict=True)
            imprint = asked["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            length = len(imprint["hashed_message"].native)
            _ = asked.native
        except (ValueError, TypeError, KeyError):
            return _rejection("bad_data_format")
        if algorithm not in DIGEST_BYTES:
            return _rejection("bad_alg")
        if length != DIGEST_BYTES[algorithm]:
            return _rejection("bad_data_format")
        at = self._clock().replace(microsecond=0)
        stamper = _Stamper(self._certificate, self._key, self._chain, at)
        return bytes(stamper.request_tsa_response(asked).dump())


class _Stamper(DummyTimeStamper):
    """pyHanko's, with a key that is opened once: opening one takes 50 ms, signing with it 1."""

    def __init__(
        self, certificate: asn1_x509.Certificate, key: RSAPrivateKey, chain: SimpleCertificateStore, at: datetime
    ) -> None:
        super().__init__(certificate, None, chain, fixed_dt=at)
        self._opened = key

    def _sign_tst_info(self, data: bytes, md_algorithm: str, dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                simple_cms_attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                simple_cms_attribute("message_digest", hashlib.new(md_algorithm, data).digest()),
            ]
        )
        algorithm = get_pyca_cryptography_hash(md_algorithm)
        return self._opened.sign(attributes.dump(), padding.PKCS1v15(), algorithm), attributes


class _Rejection(core.Sequence):  # type: ignore[misc]
    """A TimeStampResp without its token, which RFC 3161 makes optional and asn1crypto does not."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012  (the form asn1crypto reads)


def _rejection(reason: str) -> bytes:
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {reason}})
    return bytes(_Rejection({"status": status}).dump())


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class _Revocation:
    """What the issuing authority says of the certificates it issued: good, revoked, or not its own."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._issuer = x509.load_pem_x509_certificate((folder / "emisora.pem").read_bytes())
        key = load_pem_private_key((folder / "emisora.key").read_bytes(), None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError(f"{folder} no es una PKI de desarrollo")
        self._key = key
        revoked = json.loads((folder / "revocados.json").read_text(encoding="ascii"))
        self._revoked = {int(number): datetime.fromisoformat(since) for number, since in revoked.items()}
        self._issued = _issued_numbers(folder)
        self._clock = clock

    def answer(self, body: bytes) -> bytes:
        """The OCSPResponse in DER."""
        try:
            asked = ocsp.load_der_ocsp_request(body)
            number = asked.serial_number
        except (ValueError, NotImplementedError):
            return _ocsp_failure(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if asked.issuer_key_hash != _key_hash(self._issuer, asked.hash_algorithm):
            return _ocsp_failure(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        builder = self._verdict(asked, number).responder_id(ocsp.OCSPResponderEncoding.HASH, self._issuer)
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def list(self) -> bytes:
        """The certificate revocation list in DER."""
        at = self._clock().replace(microsecond=0)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._issuer.subject)
        builder = builder.last_update(at).next_update(at + FRESH_FOR)
        builder = builder.add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        for number, since in self._revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _verdict(self, asked: ocsp.OCSPRequest, number: int) -> ocsp.OCSPResponseBuilder:
        status = ocsp.OCSPCertStatus.GOOD if number in self._issued else ocsp.OCSPCertStatus.UNKNOWN
        since = self._revoked.get(number)
        at = self._clock().replace(microsecond=0)
        return ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            number,
            asked.hash_algorithm,
            ocsp.OCSPCertStatus.REVOKED if since else status,
            at,
            at + FRESH_FOR,
            since,
            None,
        )


def _issued_numbers(folder: Path) -> frozenset[int]:
    services = (x509.load_pem_x509_certificate((folder / name).read_bytes()) for name in ("sello.pem", "tsa.pem"))
    citizens = (x509.load_der_x509_certificate(file.read_bytes()) for file in (folder / "ciudadanos").glob("*.cer"))
    return frozenset(certificate.serial_number for group in (services, citizens) for certificate in group)


def _key_hash(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """Of the public key's bits, as RFC 6960, 4.1.1 wants them."""
    info = _asn1(certificate).public_key
    digest = hashes.Hash(algorithm)
    digest.update(info["public_key"].contents[1:])  # without the count of unused bits
    return digest.finalize()


def _ocsp_failure(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
