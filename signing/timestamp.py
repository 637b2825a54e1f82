"""Time-stamp tokens (RFC 3161) from an authority over HTTP: asked, checked against the anchors, handed over whole.

What comes back is not believed: the token must be over our digest, carry our nonce, and be signed by a certificate for
time stamping (extended key usage, RFC 3161 2.3) that leads to one of the anchors given. The Timestamper keeps its
connection, so use one for each process.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from asn1crypto import algos, cms, tsp
from pyhanko.sign.general import SigningError as PdfSigningError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator.errors import PathError, ValidationError

from signing.bounded_http import Bounds, FetchFailed, exchange, open_session
from signing.efirma import printed_name
from signing.errors import TimestampUnavailable
from signing.trust import TrustAnchors, validation_context

RESPONSE_CAP = 1 << 20
"""Bytes. A token with its chain and revocation lists stays below 64 KiB; more than this is no token."""

FIRST_TOKEN_SIZE = 8192
"""Bytes to reserve for a token before the first one is seen: tokens with their chain take 2 to 7 KiB."""

COOL_DOWN_SECONDS = 15.0
"""After a failure nobody is asked for so long: who waits for a seal does not wait for a dead authority each time."""

GRANTED = ("granted", "granted_with_mods")


@dataclass(frozen=True)
class TimestampToken:
    """A token that passed every check of this module."""

    response_der: bytes
    """The whole TimeStampResp: the content of a `.tsr` file, which `openssl ts -verify` reads."""
    token_der: bytes
    """The token alone (CMS ContentInfo), as it is embedded in a signature."""
    gen_time: datetime
    tsa: str
    """Subject of the authority's certificate, for people."""
    valid_until: datetime
    """When the first certificate of its chain ends: from then on the token needs a later one to vouch for it."""


class Timestamper:
    """Asks one authority for tokens. Every failure, of the network or of the token, is TimestampUnavailable."""

    def __init__(
        self,
        url: str,
        anchors: TrustAnchors,
        *,
        timeout_seconds: float = 5,
        cool_down_seconds: float = COOL_DOWN_SECONDS,
        username: str = "",
        password: str = "",
    ) -> None:
        self._url = url
        self._cool_down = cool_down_seconds
        self._anchors = anchors
        self._bounds = Bounds(timeout_seconds, RESPONSE_CAP)
        self._session = open_session()
        if username:
            self._session.auth = (username, password)
        self._largest_token = FIRST_TOKEN_SIZE
        self._rest_until = 0.0

    @property
    def token_size(self) -> int:
        """Bytes to reserve for the next token: the largest seen so far, and some room for a longer serial or time."""
        return self._largest_token + 256

    def stamp(self, message: bytes) -> TimestampToken:
        """A token over the SHA-256 of `message`."""
        return self.stamp_digest(sha256(message).digest())

    def stamp_digest(self, digest: bytes) -> TimestampToken:
        """A token over `digest`, a SHA-256 that the caller has computed."""
        if time.monotonic() < self._rest_until:
            raise TimestampUnavailable("the authority failed a moment ago")
        try:
            token = self._ask(digest)
        except TimestampUnavailable:
            self._rest_until = time.monotonic() + self._cool_down
            raise
        self._largest_token = max(self._largest_token, len(token.token_der))
        return token

    def _ask(self, digest: bytes) -> TimestampToken:
        nonce = secrets.randbits(63) | 1 << 62
        return _checked(self._post(_request(digest, nonce)), digest, nonce, self._anchors)

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            return exchange(self._session, "POST", self._url, self._bounds, body=body, headers=headers)
        except FetchFailed as fault:
            raise TimestampUnavailable(str(fault)) from fault


def _request(digest: bytes, nonce: int) -> bytes:
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    return bytes(request.dump())


def read_token(response_der: bytes, message: bytes, anchors: TrustAnchors) -> TimestampToken:
    """The token of a `.tsr` file, checked against the message and the anchors as when it was given. Raises
    TimestampUnavailable."""
    return _checked(response_der, sha256(message).digest(), None, anchors)


def said_time(response_der: bytes, message: bytes) -> datetime | None:
    """When a `.tsr` file says that it saw the message; None where it is over another one. Its signature is not checked:
    only for what we published ourselves."""
    try:
        token = tsp.TimeStampResp.load(response_der, strict=True)["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        mine = info["message_imprint"]["hashed_message"].native == sha256(message).digest()
        return info["gen_time"].native if mine else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _checked(response_der: bytes, digest: bytes, nonce: int | None, anchors: TrustAnchors) -> TimestampToken:
    try:
        response = tsp.TimeStampResp.load(response_der, strict=True)
        status = response["status"]["status"].native
        if status not in GRANTED:
            raise TimestampUnavailable(f"the authority answered {status}")
        token = response["time_stamp_token"]
        info: tsp.TSTInfo = token["content"]["encap_content_info"]["content"].parsed
        if nonce is not None and info["nonce"].native != nonce:
            raise TimestampUnavailable("the nonce is not ours")
        verified = _verify(token, digest, anchors)
        return TimestampToken(
            response_der,
            token.dump(),
            verified.timestamp,
            printed_name(verified.signing_cert),
            min(each.not_valid_after for each in verified.validation_path or (verified.signing_cert,)),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # asn1crypto parses lazily: what is malformed shows only when it is used.
        raise TimestampUnavailable("the response cannot be read") from error


def _verify(token: cms.ContentInfo, digest: bytes, anchors: TrustAnchors) -> TimestampSignatureStatus:
    """Signature, imprint, purpose and chain, at the time that the token itself asserts."""
    info = token["content"]["encap_content_info"]["content"].parsed
    if info["message_imprint"]["hash_algorithm"]["algorithm"].native != "sha256":
        raise TimestampUnavailable("the imprint has another algorithm")
    context = validation_context(anchors, at=info["gen_time"].native)
    try:
        facts = asyncio.run(validate_tst_signed_data(token["content"], context, lambda _algorithm: digest))
    except (PdfSigningError, PathError, ValidationError) as error:
        raise TimestampUnavailable(str(error)) from error
    status = TimestampSignatureStatus(**facts)
    if not (status.valid and status.intact and status.trusted):
        raise TimestampUnavailable("the token does not verify against the anchors")
    return status
