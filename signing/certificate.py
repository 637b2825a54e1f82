"""What a certificate says of itself, read without judging it; files of certificates, read for whoever needs them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509

from signing.efirma import printed_name
from signing.errors import IdentityUnusable

# asn1crypto parses when asked: what nobody can read is refused when a file is opened, not at the first use.
_FACTS = ("subject", "issuer", "not_valid_before", "not_valid_after", "public_key")


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate's public facts: serial as `openssl x509 -serial` prints it, names in one line, aware instants."""

    serial: str
    sha256: str
    subject: str
    issuer: str
    valid_from: datetime
    valid_until: datetime


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """What the certificate says."""
    return CertificateFacts(
        serial(certificate),
        certificate.sha256.hex(),
        printed_name(certificate),
        ", ".join(str(value) for value in reversed(certificate.issuer.native.values())),
        certificate.not_valid_before,
        certificate.not_valid_after,
    )


def serial(certificate: x509.Certificate) -> str:
    """Hexadecimal, upper case, whole bytes: as `openssl x509 -serial` prints it."""
    digits = f"{certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)


def parse(der: bytes) -> x509.Certificate:
    """The certificate in `der`, parsed whole. Raises IdentityUnusable (`archivo_ilegible`)."""
    try:
        certificate = x509.Certificate.load(der, strict=True)
        for fact in _FACTS:
            getattr(certificate, fact)
        return certificate
    except (ValueError, TypeError) as error:
        raise IdentityUnusable("archivo_ilegible", str(error)) from None


def to_pem(certificate: x509.Certificate) -> str:
    """The certificate as PEM text."""
    return str(pem.armor("CERTIFICATE", certificate.dump()).decode("ascii"))


def from_pem(text: str) -> x509.Certificate:
    """The certificate of a PEM text of ours."""
    return parse(to_der(text))


def to_der(text: str) -> bytes:
    """The bytes of a PEM text of ours."""
    return bytes(pem.unarmor(text.encode("ascii"))[2])


def read_file(path: Path) -> bytes:
    """The bytes of a file of the seal. Raises IdentityUnusable (`archivo_ilegible`)."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise IdentityUnusable("archivo_ilegible", f"{path}: {error.strerror}") from None


def read_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a file in PEM (several) or DER (one), in its order. Raises IdentityUnusable."""
    data = read_file(path)
    try:
        if not pem.detect(data):
            return [parse(data)]
        blocks: Iterable[tuple[str, dict[str, str], bytes]] = pem.unarmor(data, multiple=True)
        certificates = [parse(der) for kind, _, der in blocks if kind == "CERTIFICATE"]
    except (ValueError, IdentityUnusable):
        raise IdentityUnusable("archivo_ilegible", f"{path} no es un certificado en PEM ni en DER") from None
    if not certificates:
        raise IdentityUnusable("sin_certificado", str(path))
    return certificates
