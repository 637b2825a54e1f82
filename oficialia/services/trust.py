"""The authorities in which this office trusts, as anybody may see them."""

from signing.certificate import CertificateFacts, facts
from signing.trust import TrustAnchors


def published(anchors: TrustAnchors) -> tuple[CertificateFacts, ...]:
    """Every anchor, by name."""
    return tuple(sorted(map(facts, anchors.certificates()), key=lambda each: (each.subject, each.valid_from)))


def pem_of(anchors: TrustAnchors, sha256: str) -> str | None:
    """The anchor of that digest in PEM."""
    pairs = zip(anchors.pem, anchors.certificates(), strict=True)
    return next((text for text, certificate in pairs if certificate.sha256.hex() == sha256), None)
