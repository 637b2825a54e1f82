"""The municipality's seal: one RSA key with its certificate, loaded once and kept loaded.

The key is opened a single time, because parsing it costs 40 to 500 ms (RSA 2048 to 4096) and a seal itself only a few.
Neither the key nor its password ever appears in a message, a `repr` or a pickle.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn, Self

from asn1crypto import pem, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from signing.efirma import holder, printed_name
from signing.errors import IdentityUnusable

DER = serialization.Encoding.DER

MINIMUM_KEY_BITS = 2048
"""Shorter RSA keys are no longer accepted by ETSI TS 119 312 nor by the verifiers in use."""

CERTIFICATE_FACTS = ("subject", "issuer", "not_valid_before", "not_valid_after", "public_key")


class SealIdentity:
    """The certificate and key that seal; made by `from_pkcs12` or `from_pem`, both of which raise IdentityUnusable.

    The first argument of every IdentityUnusable raised here is one of: `archivo_ilegible`, `contrasena_incorrecta`,
    `sin_certificado`, `sin_clave`, `clave_no_admitida`, `clave_no_corresponde`, `aun_no_vigente`, `vencido`,
    `sin_no_repudio`, `firma_defectuosa`. The second, when there, is a detail for the log.
    """

    def __init__(
        self, key: rsa.RSAPrivateKey, certificate: x509.Certificate, chain: Sequence[x509.Certificate]
    ) -> None:
        _require_pair(key, certificate)
        self._key = key
        self.certificate = certificate
        self.chain = tuple(chain)
        self.serial = _serial(certificate)
        self.sha256: str = certificate.sha256.hex()
        self.subject = printed_name(certificate)
        self.organization: str = holder(certificate).organization
        self.valid_from: datetime = certificate.not_valid_before
        self.valid_until: datetime = certificate.not_valid_after
        self.certificate_pem: str = pem.armor("CERTIFICATE", certificate.dump()).decode("ascii")

    @classmethod
    def from_pkcs12(cls, path: Path, password: str) -> Self:
        """Open a PKCS#12 file (RFC 7292) with the seal's key, certificate and, when it has them, its issuers."""
        data = _read(path)
        try:
            bundle = pkcs12.load_pkcs12(data, password.encode() if password else None)
        except (ValueError, TypeError) as error:
            raise IdentityUnusable(_password_or_file(error), str(path)) from None
        if bundle.cert is None:
            raise IdentityUnusable("sin_certificado", str(path))
        own, *chain = [
            _certificate(each.certificate.public_bytes(DER)) for each in (bundle.cert, *bundle.additional_certs)
        ]
        return cls(_rsa(bundle.key), own, chain)

    @classmethod
    def from_pem(cls, certificate_path: Path, key_path: Path, password: str) -> Self:
        """Open a PEM certificate (its issuers may follow it in the same file) and a PEM or DER PKCS#8 key."""
        certificates = _pem_certificates(certificate_path)
        data = _read(key_path)
        load = serialization.load_pem_private_key if b"-----BEGIN" in data else serialization.load_der_private_key
        try:
            key = load(data, password.encode() if password else None)
        except (ValueError, TypeError) as error:
            raise IdentityUnusable(_password_or_file(error), str(key_path)) from None
        return cls(_rsa(key), certificates[0], certificates[1:])

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `message` (RFC 8017, 8.2), checked against the certificate's key.

        Raises IdentityUnusable (`firma_defectuosa`) when the result does not verify: a faulty computation of an RSA
        signature can reveal the key, so that it must not be published.
        """
        signature = self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        try:
            self._key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise IdentityUnusable("firma_defectuosa") from None
        return signature

    @property
    def signature_size(self) -> int:
        """Bytes of every signature this key makes."""
        return self._key.key_size // 8

    def ensure_usable(self, at: datetime) -> None:
        """Raise IdentityUnusable unless the certificate is valid at `at` and may sign (nonRepudiation, RFC 5280)."""
        if at < self.valid_from:
            raise IdentityUnusable("aun_no_vigente", self.valid_from.isoformat())
        if at > self.valid_until:
            raise IdentityUnusable("vencido", self.valid_until.isoformat())
        usage = self.certificate.key_usage_value
        if usage is None or "non_repudiation" not in usage.native:
            raise IdentityUnusable("sin_no_repudio", self.serial)

    def __repr__(self) -> str:
        return f"<SealIdentity {self.serial}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a seal identity never leaves its process")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IdentityUnusable("archivo_ilegible", f"{path}: {error.strerror}") from None


def _password_or_file(error: Exception) -> str:
    """Which of the two is wrong: `cryptography` tells only in its words, so the file is blamed when in doubt."""
    return "contrasena_incorrecta" if "password" in str(error).lower() else "archivo_ilegible"


def _certificate(der: bytes) -> x509.Certificate:
    """Parsed now rather than at first use, so that a certificate nobody can read is refused when the process starts."""
    try:
        certificate = x509.Certificate.load(der, strict=True)
        for fact in CERTIFICATE_FACTS:
            getattr(certificate, fact)
        return certificate
    except ValueError as error:
        raise IdentityUnusable("archivo_ilegible", str(error)) from None


def _pem_certificates(path: Path) -> list[x509.Certificate]:
    try:
        blocks: Iterable[tuple[str, dict[str, str], bytes]] = pem.unarmor(_read(path), multiple=True)
        certificates = [_certificate(der) for kind, _, der in blocks if kind == "CERTIFICATE"]
    except ValueError as error:
        raise IdentityUnusable("archivo_ilegible", f"{path}: {error}") from None
    if not certificates:
        raise IdentityUnusable("sin_certificado", str(path))
    return certificates


def _rsa(key: object) -> rsa.RSAPrivateKey:
    if key is None:
        raise IdentityUnusable("sin_clave")
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < MINIMUM_KEY_BITS:
        raise IdentityUnusable("clave_no_admitida", type(key).__name__)
    return key


def _require_pair(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
    public = key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if public != certificate.public_key.dump():
        raise IdentityUnusable("clave_no_corresponde", _serial(certificate))


def _serial(certificate: x509.Certificate) -> str:
    """Hexadecimal, upper case, whole bytes: as `openssl x509 -serial` prints it."""
    digits = f"{certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)
