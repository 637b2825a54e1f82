"""Whether a certificate leads to somebody we believe, and whether it may sign documents.

Apart from whether the chain was in force: an expired e.firma is still one of SAT's, and whoever reads the verdict is
told both. Revocation is judged elsewhere (`signing.evidence`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import DisallowedAlgorithmError, PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from signing.immediate import immediate
from signing.trust import TrustAnchors, validation_context

A_MOMENT = timedelta(seconds=1)
# RFC 5280, 4.2.1.3: for signatures, and for those that bind whoever made them.
FOR_SIGNING = frozenset({"digital_signature", "non_repudiation"})
# Purposes under which people's and institutions' documents are signed; SAT grants the first two.
FOR_DOCUMENTS = frozenset({
    "email_protection",
    "client_auth",
    "any_extended_key_usage",
    "document_signing",
    "microsoft_document_signing",
    "adobe_authentic_documents_trust",
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12",
    "1.2.840.113583.1.1.5",
})  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """`path` leads from an anchor to the certificate; None where none does. `in_force`: all of it was, at that moment.

    `weak`: there is one, and an algorithm in it is not on the list. `detail` is for the log.
    """

    path: ValidationPath | None
    in_force: bool
    weak: bool = False
    detail: str = ""

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """From the certificate to the anchor."""
        return tuple(reversed(list(self.path))) if self.path else ()


def chain_of(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], anchors: TrustAnchors, moment: datetime
) -> Chain:
    """The chain of `certificate` to an anchor, with the help of `others`, and whether it was in force at `moment`."""
    detail = ""
    for number, at in enumerate(_moments(certificate, moment)):
        try:
            return Chain(_path(certificate, others, anchors, at), in_force=number == 0)
        except DisallowedAlgorithmError as fault:
            return Chain(None, in_force=False, weak=True, detail=str(fault))
        except (PathError, ValidationError, ValueError, TypeError, KeyError, AttributeError) as fault:
            detail = detail or f"{type(fault).__name__}: {fault}"
    return Chain(None, in_force=False, detail=detail)


def may_sign_documents(certificate: x509.Certificate) -> bool:
    """Whether key usage and extended key usage, where there are such, allow it."""
    usage, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
    if usage is not None and not FOR_SIGNING & set(usage.native):
        return False
    return purposes is None or bool(FOR_DOCUMENTS & set(purposes.native))


def _moments(certificate: x509.Certificate, moment: datetime) -> Iterable[datetime]:
    """The moment that counts; and, to know whose a certificate is that was not in force then, its last and first."""
    return moment, certificate.not_valid_after - A_MOMENT, certificate.not_valid_before + A_MOMENT


def _path(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], anchors: TrustAnchors, at: datetime
) -> ValidationPath:
    context = validation_context(anchors, at=at, other_certs=others)
    validator = CertificateValidator(certificate, validation_context=context)
    path: ValidationPath = immediate(validator.async_validate_usage(set()))
    return path
