"""Whether the authority has taken a seal certificate back: certificate revocation lists (RFC 5280) that somebody keeps.

Nothing is fetched here. A list counts for a certificate when the key of the certificate's issuer signed it. One that is
past its time still tells who was revoked, because a revocation is for ever; it no longer tells that nobody else was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.certificate import read_file
from signing.errors import IdentityUnusable
from signing.identity import SealIdentity


@dataclass(frozen=True)
class Lists:
    """The lists that were read."""

    lists: tuple[x509.CertificateRevocationList, ...] = ()

    @classmethod
    def read(cls, place: Path) -> "Lists":
        """A list, or the lists (`.crl`) in a folder, PEM or DER. Raises IdentityUnusable (`revocacion_ilegible`)."""
        files = sorted(place.glob("*.crl")) if place.is_dir() else [place]
        return cls(tuple(_read(file) for file in files))

    def ensure_not_revoked(self, identity: SealIdentity, issuers: Iterable[asn1_x509.Certificate]) -> None:
        """Raise IdentityUnusable (`revocado`, with the date) when a list of its issuer names the seal's certificate.

        `issuers` are candidates besides those that come with the identity.
        """
        for each in self.of(identity, issuers):
            entry = each.get_revoked_certificate_by_serial_number(identity.certificate.serial_number)
            if entry is not None:
                raise IdentityUnusable("revocado", entry.revocation_date_utc.isoformat())

    def fresh_until(self, identity: SealIdentity, issuers: Iterable[asn1_x509.Certificate]) -> datetime | None:
        """When the newest list about this certificate ends; None without one, or where it never does."""
        ends = [each.next_update_utc for each in self.of(identity, issuers)]
        return max(filter(None, ends), default=None)

    def of(
        self, identity: SealIdentity, issuers: Iterable[asn1_x509.Certificate]
    ) -> list[x509.CertificateRevocationList]:
        """The lists that the issuer of the seal's certificate signed."""
        wanted = identity.certificate.issuer
        keys = [each.public_key.dump() for each in (*identity.chain, *issuers) if each.subject == wanted]
        return [each for each in self.lists if any(_signed_by(each, key) for key in keys)]


def _read(file: Path) -> x509.CertificateRevocationList:
    try:
        data = read_file(file)
        der = pem.unarmor(data)[2] if pem.detect(data) else data
        return x509.load_der_x509_crl(der)
    except (ValueError, TypeError, IdentityUnusable) as fault:
        raise IdentityUnusable("revocacion_ilegible", f"{file}: {fault}") from None


def _signed_by(crl: x509.CertificateRevocationList, public_der: bytes) -> bool:
    try:
        key = serialization.load_der_public_key(public_der)
        return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
