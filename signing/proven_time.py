"""What a time stamp (RFC 3161) proves: that what it is over existed then, if we believe its authority.

Runs in the sandbox. The chain of the authority is judged as of `at`: a later document time stamp moves that back.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_tst_data_iter,
    validate_sig_integrity,
)

from signing.algorithms import DIGESTS, digest_holds, signature_holds
from signing.chain import Chain, chain_of
from signing.efirma import printed_name
from signing.evidence import Evidence, told
from signing.trust import TrustAnchors

# Enough to tell a token over something else from one that cannot be read.
IMPRINTS = DIGESTS | {"sha1", "sha224", "md5"}


@dataclass(frozen=True)
class Stamp:
    """A time stamp: its authority and time; whether it `fits` what it should be over, and whether it is believed."""

    certificate: x509.Certificate
    chain: Chain
    time: datetime
    fits: bool
    believed: bool

    @property
    def tsa(self) -> str:
        """The authority, for people."""
        return printed_name(self.certificate)


def stamps_of(signer: cms.SignerInfo, evidence: Evidence, anchors: TrustAnchors, at: datetime) -> Iterator[Stamp]:
    """The time stamps over a signature, in the signature. Raises what parsers raise where one cannot be read."""
    for token in extract_tst_data_iter(signer, signed=False):
        yield stamp(token, lambda name: hashlib.new(name, signer["signature"].native).digest(), evidence, anchors, at)


def stamp(
    token: cms.SignedData, digest: Callable[[str], bytes], evidence: Evidence, anchors: TrustAnchors, at: datetime
) -> Stamp:
    """The time stamp in `token`, over what `digest` gives for an algorithm. Raises what parsers raise."""
    content = token["encap_content_info"]["content"]
    info, signer, found = content.parsed, extract_signer_info(token), extract_certs_for_validation(token)
    certificate = found.signer_cert
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    own = hashlib.new(signer["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
    same, made = validate_sig_integrity(signer, certificate, "tst_info", own)
    fits = same and made and name in IMPRINTS and digest(name) == imprint["hashed_message"].native
    chain = chain_of(certificate, [*found.other_certs, *evidence.certificates], anchors, at)
    time = info["gen_time"].native
    able = digest_holds(name) and signature_holds(signer, certificate) and stamps_time(certificate)
    able = able and certificate.not_valid_before <= time <= certificate.not_valid_after
    believed = fits and able and chain.path is not None and chain.in_force
    if believed:
        revoked_at = told(chain, evidence, anchors, time).revoked_at
        believed = revoked_at is None or revoked_at > time
    return Stamp(certificate, chain, time, fits, believed)


def stamps_time(certificate: x509.Certificate) -> bool:
    """Whether that is what the certificate is for (RFC 3161, 2.3)."""
    purposes = certificate.extended_key_usage_value
    return purposes is not None and "time_stamping" in purposes.native
