"""What an authority said of a certificate, verified: OCSP responses (RFC 6960) and lists (CRL, RFC 5280).

It counts when the certificate's issuer, or whom that issuer entitled, signed it, and it is about this certificate.
Nothing is fetched here: the document brought it, or `signing.revocation` asked for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import (
    CRLValidationError,
    OCSPValidationError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from signing.finding import Told
from signing.immediate import immediate
from signing.reason import Revocation
from signing.trust import TrustAnchors

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of an authority may be ahead of ours."""
UNDATED = timedelta(minutes=30)
"""How long a response without an end counts: its authority has newer ones at any time (RFC 6960, 4.2.2.1)."""

# What the verifiers raise for an answer that cannot be used; asn1crypto parses lazily, and raises when asked.
UNUSABLE = (
    CRLValidationError,
    OCSPValidationError,
    ValidationError,
    PathError,
    InvalidSignature,
    AssertionError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
)


@dataclass(frozen=True)
class Answer:
    """What an authority said of one certificate, verified. `revoked_at` is None for one that it has not revoked.

    It holds from `made_at` to `ends_at`; without `ends_at` for the moment only. `der` is the response or the list.
    """

    kind: Literal["ocsp", "crl"]
    der: bytes
    revoked_at: datetime | None
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class Question:
    """About whom: a certificate, its chain to one of the anchors, and the moment as of which answers are judged."""

    certificate: x509.Certificate
    path: ValidationPath
    anchors: TrustAnchors
    at: datetime


def ocsp_answer(
    response: ocsp.OCSPResponse, der: bytes, asked: Question, *, signers: Sequence[x509.Certificate] = ()
) -> Answer:
    """What `response`, whose encoding is `der`, says to the question.

    `signers` are certificates that the operator configured as those of responders (RFC 6960, 4.2.2.2, 1): SAT signs
    with one that its authority did not entitle in the certificate itself. Raises one of UNUSABLE.
    """
    [said] = response.basic_ocsp_response["tbs_response_data"]["responses"]
    made_at, ends_at = said["this_update"].native, said["next_update"].native
    if _signed_by(response, signers, made_at):
        revoked_at = _said_by_signer(said, asked)
    else:
        context = _judging(asked, ocsps=[response])
        try:
            immediate(verify_ocsp_response(asked.certificate, asked.path, context))
            revoked_at = None
        except RevokedError as told:
            revoked_at = told.revocation_dt
    return Answer("ocsp", der, revoked_at, made_at, ends_at)


def list_answer(der: bytes, asked: Question) -> Answer:
    """What the list in `der` says, likewise. Raises one of UNUSABLE."""
    revoked_list = crl.CertificateList.load(der, strict=True)
    context = _judging(asked, crls=[revoked_list])
    try:
        immediate(verify_crl(asked.certificate, asked.path, context))
        revoked_at = None
    except RevokedError as told:
        revoked_at = told.revocation_dt
    made_at, ends_at = span(revoked_list)
    return Answer("crl", der, revoked_at, made_at, ends_at)


def span(revoked_list: crl.CertificateList) -> tuple[datetime, datetime | None]:
    """When a list was made, and when it ends."""
    listed = revoked_list["tbs_cert_list"]
    return listed["this_update"].native, listed["next_update"].native


def summed_up(
    said: Iterable[tuple[x509.Certificate, Iterable[Answer]]], moment: datetime, by: Literal["documento", "autoridad"]
) -> Told:
    """What `said` of a chain, from its first certificate to the one below the anchor, tells about `moment`.

    A revocation is for ever, whenever it was said. That there was none counts when it was said after `moment`, while
    the certificate was in force (authorities forget the expired), or just before, and still held at it.
    """
    revoked: list[Answer] = []
    good: list[datetime | None] = []
    for certificate, answers in said:
        told = list(answers)
        revoked += [answer for answer in told if answer.revoked_at]
        good.append(max((each.made_at for each in told if _clears(each, certificate, moment)), default=None))
    if revoked:
        first = min(revoked, key=lambda answer: answer.revoked_at or answer.made_at)
        return Told(Revocation.REVOKED, first.revoked_at, first.made_at, by)
    known = [instant for instant in good if instant]
    return Told(Revocation.GOOD, None, min(known, default=None), by) if len(known) == len(good) else Told()


def _clears(answer: Answer, certificate: x509.Certificate, moment: datetime) -> bool:
    if answer.revoked_at:
        return False
    ends = answer.ends_at or answer.made_at + UNDATED
    if answer.made_at - CLOCK_SKEW <= moment <= ends + CLOCK_SKEW:
        return True
    return bool(moment < answer.made_at <= certificate.not_valid_after)


def _judging(
    asked: Question, *, ocsps: Iterable[ocsp.OCSPResponse] = (), crls: Iterable[crl.CertificateList] = ()
) -> ValidationContext:
    return ValidationContext(
        trust_roots=asked.anchors.certificates(),
        other_certs=list(asked.path),
        moment=asked.at,
        ocsps=list(ocsps),
        crls=list(crls),
        allow_fetching=False,
        revocation_mode="soft-fail",
        time_tolerance=CLOCK_SKEW,
    )


def _signed_by(response: ocsp.OCSPResponse, signers: Iterable[x509.Certificate], made_at: datetime) -> bool:
    """Whether one of `signers`, in force then, signed the response."""
    basic = response.basic_ocsp_response
    for signer in signers:
        if not signer.not_valid_before <= made_at <= signer.not_valid_after:
            continue
        try:
            DefaultSignatureValidator().validate_signature(
                basic["signature"].native,
                basic["tbs_response_data"].dump(),
                signer.public_key,
                basic["signature_algorithm"],
            )
        except UNUSABLE:
            continue
        return True
    return False


def _said_by_signer(said: ocsp.SingleResponse, asked: Question) -> datetime | None:
    """When it was revoked, None where it was not. Raises OCSPValidationError where this answers another question."""
    named, certificate = said["cert_id"], asked.certificate
    digest, key = named["hash_algorithm"]["algorithm"].native, asked.path.find_issuing_authority(certificate).public_key
    about = (certificate.serial_number, getattr(certificate.issuer, digest), getattr(key, digest))
    if about != (named["serial_number"].native, named["issuer_name_hash"].native, named["issuer_key_hash"].native):
        raise OCSPValidationError("the response is about another certificate")
    made_at = said["this_update"].native
    if not made_at - CLOCK_SKEW <= asked.at <= (said["next_update"].native or made_at + UNDATED) + CLOCK_SKEW:
        raise OCSPValidationError("the response is not in force")
    status = said["cert_status"]
    if status.name == "revoked":
        revoked_at: datetime = status.chosen["revocation_time"].native
        return revoked_at
    if status.name != "good":
        raise OCSPValidationError("the responder does not know the certificate")
    return None
