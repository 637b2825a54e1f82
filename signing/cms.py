"""The signature itself: a CMS with PAdES attributes (ETSI EN 319 142-1) over a digest that was computed here.

Level B-B has content type, message digest and signing-certificate-v2, and no signing time (that is the /M of the
dictionary). A time-stamp over the signature value makes it B-T; it is unsigned, so it can be missing without harm.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import cms
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.errors import TimestampUnavailable
from signing.identity import SealIdentity
from signing.timestamp import Timestamper, TimestampToken

Level = Literal["b_b", "b_t"]

FRAME = 1024
"""Bytes for everything in the CMS but certificates, signature and token; attributes and headers take about 400."""


@dataclass(frozen=True)
class Signature:
    """A finished signature; `token` is None at level B-B."""

    der: bytes
    token: TimestampToken | None

    @property
    def level(self) -> Level:
        """PAdES baseline level reached."""
        return "b_t" if self.token else "b_b"

    @property
    def time(self) -> datetime | None:
        """When the authority saw the signature."""
        return self.token.gen_time if self.token else None


class _LoadedSigner(Signer):
    """pyHanko's signer over a key that stays loaded: its own one parses the key twice a document."""

    def __init__(self, identity: SealIdentity) -> None:
        issuers = SimpleCertificateStore.from_certs(identity.chain)
        # Whoever verifies has the root already; one taken from the document proves nothing.
        super().__init__(signing_cert=identity.certificate, cert_registry=issuers, embed_roots=False)
        self._identity = identity

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return bytes(self._identity.signature_size) if dry_run else self._identity.sign(data)


class SignatureMaker:
    """Signs digests with one identity, and has them time-stamped where there is an authority."""

    def __init__(self, identity: SealIdentity, timestamper: Timestamper | None) -> None:
        self._signer = _LoadedSigner(identity)
        self._timestamper = timestamper
        certificates = (identity.certificate, *identity.chain)
        self._fixed_size = FRAME + identity.signature_size + sum(len(each.dump()) for each in certificates)

    @property
    def size(self) -> int:
        """Bytes to reserve for the next signature. It grows when the authority sends a longer token than before."""
        return self._fixed_size + (self._timestamper.token_size if self._timestamper else 0)

    def sign(self, digest: bytes) -> Signature:
        """Sign the SHA-256 `digest` of a document. Level B-B when the time-stamping authority does not answer."""
        signed = asyncio.run(
            self._signer.async_sign(
                digest, "sha256", use_pades=True, signed_attr_settings=PdfCMSSignedAttributes(signing_time=None)
            )
        )
        signer_info = signed["content"]["signer_infos"][0]
        token = self._token(signer_info["signature"].native)
        if token:
            _attach(signer_info, token)
        return Signature(signed.dump(), token)

    def _token(self, signature: bytes) -> TimestampToken | None:
        if self._timestamper is None:
            return None
        try:
            return self._timestamper.stamp(signature)
        except TimestampUnavailable:
            return None


def add_token(signature_der: bytes, timestamper: Timestamper) -> Signature:
    """A finished signature at level B-B made B-T: its time stamp is unsigned, so nothing else of it changes.

    `signature_der` may have zeros behind it, as in a PDF's gap. Raises TimestampUnavailable, and ValueError when it is
    no CMS signature or has a time stamp already.
    """
    signed = cms.ContentInfo.load(signature_der)
    signer_info = signed["content"]["signer_infos"][0]
    if len(signer_info["unsigned_attrs"]):
        raise ValueError("the signature has its time stamp")
    token = timestamper.stamp(signer_info["signature"].native)
    _attach(signer_info, token)
    return Signature(signed.dump(), token)


def _attach(signer_info: cms.SignerInfo, token: TimestampToken) -> None:
    stamp = simple_cms_attribute("signature_time_stamp_token", cms.ContentInfo.load(token.token_der))
    signer_info["unsigned_attrs"] = cms.CMSAttributes([stamp])
