"""The municipality's seal: a certificate, its issuers, and the part that signs with its key.

A key in a file is opened a single time, because parsing it costs 40 to 500 ms (RSA 2048 to 4096) and a seal itself only
a few. A key in a token never leaves it (`signing.token`). Neither a key nor its password ever appears in a message, a
`repr` or a pickle.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn, Protocol, Self

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from signing.certificate import facts, parse, read_certificates, read_file, to_pem
from signing.efirma import holder
from signing.errors import IdentityUnusable

DER = serialization.Encoding.DER

MINIMUM_KEY_BITS, MAXIMUM_KEY_BITS = 2048, 4096
"""Shorter RSA keys are no longer accepted by ETSI TS 119 312 nor by the verifiers in use; nobody issues
longer ones, and a seal would take many times longer."""


class SigningKey(Protocol):
    """The part that signs: in memory or in a token."""

    @property
    def modulus(self) -> int:
        """Of its RSA key."""

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `message`. Raises IdentityUnusable when the key is out of reach."""

    def ensure_reachable(self) -> None:
        """Raise IdentityUnusable when the key cannot be used now; cheap, and signs nothing."""


class SealIdentity:
    """What seals. Raises IdentityUnusable unless `key` is that of `certificate`, RSA of 2048 to 4096 bits."""

    def __init__(self, key: SigningKey, certificate: x509.Certificate, chain: Sequence[x509.Certificate]) -> None:
        said = facts(certificate)
        self._key = key
        self._public = _public(certificate)
        if key.modulus != self._public.public_numbers().n:
            raise IdentityUnusable("clave_no_corresponde", said.serial)
        self.certificate = certificate
        self.chain = tuple(chain)
        self.serial = said.serial
        self.sha256: str = said.sha256
        self.subject = said.subject
        self.organization: str = holder(certificate).organization
        self.valid_from: datetime = said.valid_from
        self.valid_until: datetime = said.valid_until
        self.certificate_pem = to_pem(certificate)
        self._faulty = False

    @classmethod
    def from_pkcs12(cls, path: Path, password: str) -> Self:
        """Open a PKCS#12 file (RFC 7292) with the seal's key, certificate and, when it has them, its issuers."""
        data = read_file(path)
        try:
            bundle = pkcs12.load_pkcs12(data, password.encode() if password else None)
        except (ValueError, TypeError) as error:
            raise IdentityUnusable(_password_or_file(error), str(path)) from None
        if bundle.cert is None:
            raise IdentityUnusable("sin_certificado", str(path))
        own, *chain = [parse(each.certificate.public_bytes(DER)) for each in (bundle.cert, *bundle.additional_certs)]
        return cls(MemoryKey(bundle.key), own, chain)

    @classmethod
    def from_pem(cls, certificate_path: Path, key_path: Path, password: str) -> Self:
        """Open a certificate (its issuers may follow it in the same PEM file) and a PEM or DER PKCS#8 key."""
        own, *chain = read_certificates(certificate_path)
        return cls(MemoryKey.from_file(key_path, password), own, chain)

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `message` (RFC 8017, 8.2), checked against the certificate's key.

        Raises IdentityUnusable: `firma_defectuosa` when the result does not verify, because a faulty computation of an
        RSA signature can reveal the key, so that it must not be published; others when a token is out of reach.
        """
        signature = self._key.sign(message)
        try:
            self._public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            self._faulty = True
            raise IdentityUnusable("firma_defectuosa") from None
        return signature

    @property
    def signature_size(self) -> int:
        """Bytes of every signature this key makes."""
        return self._public.key_size // 8

    def ensure_usable(self, at: datetime) -> None:
        """Raise IdentityUnusable unless the certificate is valid at `at`, may sign (nonRepudiation, RFC 5280), and its
        key can be reached and never made a signature that does not verify."""
        if self._faulty:
            raise IdentityUnusable("firma_defectuosa")
        if at < self.valid_from:
            raise IdentityUnusable("aun_no_vigente", self.valid_from.isoformat())
        if at > self.valid_until:
            raise IdentityUnusable("vencido", self.valid_until.isoformat())
        usage = self.certificate.key_usage_value
        if usage is None or "non_repudiation" not in usage.native:
            raise IdentityUnusable("sin_no_repudio", self.serial)
        self._key.ensure_reachable()

    def __repr__(self) -> str:
        return f"<SealIdentity {self.serial}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a seal identity never leaves its process")


class MemoryKey:
    """An RSA key in this process's memory. Raises IdentityUnusable for any other kind or size."""

    def __init__(self, key: object) -> None:
        if key is None:
            raise IdentityUnusable("sin_clave")
        if not isinstance(key, rsa.RSAPrivateKey):
            raise IdentityUnusable("clave_no_admitida", type(key).__name__)
        _require_size(key.key_size)
        self._key = key
        self.modulus = key.public_key().public_numbers().n

    @classmethod
    def from_file(cls, path: Path, password: str) -> Self:
        """Open a PEM or DER PKCS#8 key."""
        data = read_file(path)
        load = serialization.load_pem_private_key if b"-----BEGIN" in data else serialization.load_der_private_key
        try:
            return cls(load(data, password.encode() if password else None))
        except (ValueError, TypeError) as error:
            raise IdentityUnusable(_password_or_file(error), str(path)) from None

    def sign(self, message: bytes) -> bytes:
        """As SigningKey has it."""
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def ensure_reachable(self) -> None:
        """It always is."""


def _password_or_file(error: Exception) -> str:
    """Which of the two is wrong: `cryptography` tells only in its words, so the file is blamed when in doubt."""
    return "contrasena_incorrecta" if "password" in str(error).lower() else "archivo_ilegible"


def _public(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(certificate.public_key.dump())
    except ValueError as error:
        raise IdentityUnusable("clave_no_admitida", str(error)) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise IdentityUnusable("clave_no_admitida", type(key).__name__)
    _require_size(key.key_size)
    return key


def _require_size(bits: int) -> None:
    if not MINIMUM_KEY_BITS <= bits <= MAXIMUM_KEY_BITS:
        raise IdentityUnusable("clave_no_admitida", f"RSA {bits}")
