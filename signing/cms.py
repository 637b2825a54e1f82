"""The signature itself: a CMS with PAdES attributes (ETSI EN 319 142-1) over a digest that was computed here.

Level B-B has content type, message digest and signing-certificate-v2, and no signing time (that is the /M of the
dictionary). A time-stamp over the signature value makes it B-T; it is unsigned, so it can be missing without harm.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from asn1crypto import cms
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.errors import TimestampUnavailable
from signing.identity import SealIdentity

if TYPE_CHECKING:  # what talks HTTP takes 8 MB, and only who asks for time stamps needs it
    from signing.timestamp import Timestamper, TimestampToken

Level = Literal["b_b", "b_t"]

FRAME = 1024
"""Bytes for everything in the CMS but certificates, signature and token; attributes and headers take about 400."""


@dataclass(frozen=True)
class Signature:
    """A finished signature; `token` is None at level B-B."""

    der: bytes
    token: "TimestampToken | None"

    @property
    def level(self) -> Level:
        """PAdES baseline level reached."""
        return "b_t" if self.token else "b_b"

    @property
    def time(self) -> datetime | None:
        """When the authority saw the signature."""
        return self.token.gen_time if self.token else None


class _Blank(Signer):
    """pyHanko's signer without a key: its signatures are blank, and all else is as in every signature of ours."""

    def __init__(self, identity: SealIdentity) -> None:
        issuers = SimpleCertificateStore.from_certs(identity.chain)
        # Whoever verifies has the root already; one taken from the document proves nothing.
        super().__init__(signing_cert=identity.certificate, cert_registry=issuers, embed_roots=False)
        self.blank = os.urandom(identity.signature_size)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self.blank


class _Form:
    """A CMS of one identity with two blanks, digest and signature. Nothing else in it differs between documents.

    pyHanko makes it, once: that takes 40 ms, and filling it in none. DER orders a SET by the encodings of its members,
    which differ before the digest, so that the order too is the same for every digest.
    """

    def __init__(self, identity: SealIdentity) -> None:
        signer, self._digest = _Blank(identity), os.urandom(sha256().digest_size)
        settings = PdfCMSSignedAttributes(signing_time=None)
        signed = asyncio.run(signer.async_sign(self._digest, "sha256", use_pades=True, signed_attr_settings=settings))
        self._signature = signer.blank
        self._attributes = signed["content"]["signer_infos"][0]["signed_attrs"].untag().dump()
        self._whole = signed.dump()
        self._identity = identity

    def fill(self, digest: bytes) -> tuple[bytes, bytes]:
        """The CMS (DER) over a SHA-256 `digest`, and the signature value in it."""
        signature = self._identity.sign(_filled(self._attributes, self._digest, digest))
        whole = _filled(self._whole, self._digest, digest)
        return _filled(whole, self._signature, signature), signature


def _filled(form: bytes, blank: bytes, value: bytes) -> bytes:
    """`form` with `value` in place of `blank`, which must be as long and stand there just once."""
    if len(value) != len(blank) or form.count(blank) != 1:
        raise ValueError("the value does not fit the form")
    return form.replace(blank, value)


class SignatureMaker:
    """Signs digests with one identity, and has them time-stamped where there is an authority."""

    def __init__(self, identity: SealIdentity, timestamper: "Timestamper | None") -> None:
        self._form = _Form(identity)
        self._timestamper = timestamper
        certificates = (identity.certificate, *identity.chain)
        self._fixed_size = FRAME + identity.signature_size + sum(len(each.dump()) for each in certificates)

    @property
    def size(self) -> int:
        """Bytes to reserve for the next signature. It grows when the authority sends a longer token than before."""
        return self._fixed_size + (self._timestamper.token_size if self._timestamper else 0)

    def sign(self, digest: bytes) -> Signature:
        """Sign the SHA-256 `digest` of a document. Level B-B when the time-stamping authority does not answer."""
        der, value = self._form.fill(digest)
        token = self._token(value)
        return Signature(_with_token(der, token) if token else der, token)

    def _token(self, signature: bytes) -> "TimestampToken | None":
        if self._timestamper is None:
            return None
        try:
            return self._timestamper.stamp(signature)
        except TimestampUnavailable:
            return None


def add_token(signature_der: bytes, timestamper: "Timestamper") -> Signature:
    """A finished signature at level B-B made B-T: its time stamp is unsigned, so nothing else of it changes.

    `signature_der` may have zeros behind it, as in a PDF's gap. Raises TimestampUnavailable, and ValueError when it is
    no CMS signature or has a time stamp already.
    """
    signer_info = cms.ContentInfo.load(signature_der)["content"]["signer_infos"][0]
    if len(signer_info["unsigned_attrs"]):
        raise ValueError("the signature has its time stamp")
    token = timestamper.stamp(signer_info["signature"].native)
    return Signature(_with_token(signature_der, token), token)


def _with_token(signature_der: bytes, token: "TimestampToken") -> bytes:
    signed = cms.ContentInfo.load(signature_der)
    stamp = simple_cms_attribute("signature_time_stamp_token", cms.ContentInfo.load(token.token_der))
    signed["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([stamp])
    return bytes(signed.dump())
