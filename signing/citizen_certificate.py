"""Whether somebody may sign here with a certificate: the checks that stand before anything is prepared for it.

1. It is a certificate, and SAT's e.firma by its profile: no CSD, nothing else.
2. It is in force. This is told before who issued it, because "vencida" is what its holder can mend.
3. Its key is RSA, of a length that still counts.
4. It leads to one of the operator's anchors, and may sign documents.
5. The configured responders are asked whether it was revoked. Where nobody answers that stays unknown, and signing goes
   on: an authority that is away keeps no citizen from filing, and the verdict says that it is unknown.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from signing.algorithms import key_holds
from signing.certificate import parse
from signing.chain import chain_of, may_sign_documents
from signing.efirma import CertificateHolder, holder
from signing.errors import CitizenFault, CitizenSignatureRefused, IdentityUnusable, RevocationUnavailable
from signing.revocation import RevocationClient
from signing.trust import TrustAnchors

LONGEST = 16_384
"""Bytes. SAT's have 1,500; nobody reads on."""


@dataclass(frozen=True)
class CitizenCertificate:
    """An e.firma that may sign: itself, who holds it, and what leads from it to its anchor, without the anchor."""

    certificate: x509.Certificate
    holder: CertificateHolder
    issuers: tuple[x509.Certificate, ...]

    @property
    def der(self) -> bytes:
        """Its bytes, as they came."""
        return bytes(self.certificate.dump())


def usable(
    der: bytes, *, anchors: TrustAnchors, at: datetime, revocation: RevocationClient | None
) -> CitizenCertificate:
    """The e.firma in `der`, which may sign at `at` (aware). Raises CitizenSignatureRefused."""
    certificate, found = _efirma(der)  # 1
    _require_in_force(certificate, at)  # 2
    if certificate.public_key.algorithm != "rsa" or not key_holds(certificate.public_key):  # 3
        raise CitizenSignatureRefused(CitizenFault.WEAK_KEY)
    chain = chain_of(certificate, anchors.issuing(), anchors, at)  # 4
    if not chain.in_force or not may_sign_documents(certificate):
        raise CitizenSignatureRefused(CitizenFault.UNKNOWN_ISSUER, chain.detail)
    if revocation is not None:  # 5
        _require_not_revoked(revocation, certificate, chain.certificates[1:], at)
    return CitizenCertificate(certificate, found, chain.certificates[1:-1])


def _efirma(der: bytes) -> tuple[x509.Certificate, CertificateHolder]:
    try:
        if len(der) > LONGEST:
            raise CitizenSignatureRefused(CitizenFault.UNREADABLE, "too long")
        certificate = parse(der)
    except IdentityUnusable as fault:
        raise CitizenSignatureRefused(CitizenFault.UNREADABLE, fault.detail) from fault
    found = holder(certificate)
    if found.kind != "efirma":
        raise CitizenSignatureRefused(CitizenFault.CSD if found.kind == "csd" else CitizenFault.NO_EFIRMA)
    return certificate, found


def _require_in_force(certificate: x509.Certificate, at: datetime) -> None:
    starts, ends = certificate.not_valid_before, certificate.not_valid_after
    if at > ends:
        raise CitizenSignatureRefused(CitizenFault.EXPIRED, ends.isoformat())
    if at < starts:
        raise CitizenSignatureRefused(CitizenFault.NOT_YET_VALID, starts.isoformat())


def _require_not_revoked(
    client: RevocationClient, certificate: x509.Certificate, issuers: tuple[x509.Certificate, ...], at: datetime
) -> None:
    with suppress(RevocationUnavailable):
        answer = client.answer(certificate, issuers, at=at)
        if answer.revoked_at is not None and answer.revoked_at <= at:
            raise CitizenSignatureRefused(CitizenFault.REVOKED, answer.revoked_at.isoformat())
