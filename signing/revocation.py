"""Whether a certificate was revoked, as its own authority says it: OCSP (RFC 6960) and lists (CRL, RFC 5280).

Who is asked stands in the operator's configuration alone. The addresses in certificates and documents are the choice
of whoever made them, and are never looked at.

1. The certificate leads to one of the anchors given; otherwise nobody is asked.
2. What is known already and still holds is used.
3. The OCSP responders, then the lists, each in the order of the configuration. A responder that failed rests a while.
4. An answer counts when the certificate's issuer, or whom that issuer entitled, signed it, it is about this
   certificate, and it is in force.

Keep one for each process: answers are kept until they end, and so are the connections.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from asn1crypto import crl, x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.authority import Authority
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.fetchers.common_utils import format_ocsp_request, process_ocsp_response_data
from pyhanko_certvalidator.path import ValidationPath

from signing.answers import CLOCK_SKEW, UNUSABLE, Answer, Question, list_answer, ocsp_answer, span
from signing.bounded_http import Bounds, FetchFailed, exchange, open_session
from signing.errors import RevocationUnavailable
from signing.immediate import immediate
from signing.trust import TrustAnchors, load_anchors, validation_context

RESPONSE_CAP = 1 << 20
"""Bytes. An OCSP response takes some 2 KB; a list of 25,000 revoked certificates fits."""
COOL_DOWN_SECONDS = 15.0
"""As for time stamps: a dead responder is not waited for again with every document."""
MOST_KEPT = 2000
"""Answers; some 4 MB. When there are more, all are forgotten and asked for again as needed."""


NOBODY_ELSE = TrustAnchors()


@dataclass(frozen=True)
class Responders:
    """Whom to ask, by address: every one may know any of the authorities that are trusted.

    `signers`: certificates of responders that their authority did not entitle in the certificate itself, and that the
    operator believes all the same (RFC 6960, 4.2.2.2, 1). SAT's responder is such a one.
    """

    ocsp: tuple[str, ...] = ()
    crl: tuple[str, ...] = ()
    signers: TrustAnchors = NOBODY_ELSE

    @classmethod
    def parse(cls, ocsp: str, crl: str, signers: Path | None) -> Self:
        """From addresses parted by blanks, and a file or folder of certificates. Raises TrustUnusable."""
        return cls(tuple(ocsp.split()), tuple(crl.split()), load_anchors(signers) if signers else NOBODY_ELSE)

    def __bool__(self) -> bool:
        return bool(self.ocsp or self.crl)


class RevocationClient:
    """Asks for the state of certificates of trusted authorities."""

    def __init__(
        self,
        responders: Responders,
        anchors: TrustAnchors,
        *,
        timeout_seconds: float = 3,
        cool_down_seconds: float = COOL_DOWN_SECONDS,
    ) -> None:
        self._responders = responders
        self._anchors = anchors
        self._bounds = Bounds(timeout_seconds, RESPONSE_CAP)
        self._cool_down = cool_down_seconds
        self._session = open_session()
        self._rest_until: dict[str, float] = {}
        self._answers: dict[object, Answer] = {}
        self._lists: dict[str, bytes] = {}

    def answers(
        self,
        certificate: x509.Certificate,
        others: Iterable[x509.Certificate] = (),
        *,
        in_force: datetime,
        at: datetime,
        since: datetime | None = None,
    ) -> tuple[Answer, ...]:
        """What is said of `certificate`, and then of each authority between it and its anchor, in this order.

        `others` are certificates that may lead to the anchor. The chain is judged as of `in_force`, the answers as of
        `at` (both aware). What was said of `certificate` before `since` is asked for anew; where its authority has no
        newer answer, the old one is given. Authorities publish the state of other authorities once in months.

        A certificate that is an anchor itself has nobody to ask: no answers.

        Raises RevocationUnavailable when the chain leads to no anchor, or nobody answers acceptably.
        """
        path = self._path(certificate, others, in_force)  # 1
        _anchor, *below = path
        if not below:
            return ()
        *authorities, leaf = below
        above = (self._answer(each, path, at, None) for each in reversed(authorities))
        return (self._answer(leaf, path, at, since), *above)

    def answer(self, certificate: x509.Certificate, others: Iterable[x509.Certificate], *, at: datetime) -> Answer:
        """What is said of `certificate` alone, as of `at`, when its chain must be in force. Raises as `answers`."""
        return self._answer(certificate, self._path(certificate, others, at), at, None)

    def _path(self, certificate: x509.Certificate, others: Iterable[x509.Certificate], at: datetime) -> ValidationPath:
        known = list(others)
        context = validation_context(self._anchors, at=at, other_certs=known)
        validator = CertificateValidator(certificate, known, validation_context=context)
        try:
            path: ValidationPath = immediate(validator.async_validate_usage(set()))
        except (PathError, ValidationError, ValueError, TypeError) as fault:
            raise RevocationUnavailable(f"no trusted chain: {fault}") from fault
        return path

    def _answer(
        self, certificate: x509.Certificate, path: ValidationPath, at: datetime, since: datetime | None
    ) -> Answer:
        issuer = path.find_issuing_authority(certificate)
        key = (issuer.hashable, certificate.serial_number)
        known = self._answers.get(key)
        if known and _holds(known, at) and (since is None or known.made_at >= since):  # 2
            return known
        found = self._asked(certificate, path, issuer, at, since)
        if len(self._answers) >= MOST_KEPT:
            self._answers.clear()
        self._answers[key] = found
        return found

    def _asked(
        self,
        certificate: x509.Certificate,
        path: ValidationPath,
        issuer: Authority,
        at: datetime,
        since: datetime | None,
    ) -> Answer:
        """Steps 3 and 4: the first answer that is new enough, else the newest of all."""
        responders = self._responders
        asking: list[tuple[str, Callable[[], Answer]]] = [
            *((url, partial(self._ask_ocsp, url, certificate, path, issuer, at)) for url in responders.ocsp),
            *((url, partial(self._ask_list, url, certificate, path, at, since)) for url in responders.crl),
        ]
        found: list[Answer] = []
        faults: list[str] = []
        for url, ask in asking:
            try:
                found.append(ask())
            except (FetchFailed, *UNUSABLE) as fault:
                faults.append(f"{url}: {type(fault).__name__}: {fault}"[:200])
            else:
                if since is None or found[-1].made_at >= since:
                    break
        if not found:
            raise RevocationUnavailable("; ".join(faults) or "no responder is configured")
        return max(found, key=lambda answer: answer.made_at)

    def _ask_ocsp(
        self, url: str, certificate: x509.Certificate, path: ValidationPath, issuer: Authority, at: datetime
    ) -> Answer:
        # SHA-1 names the issuer here, as every responder knows it (RFC 5019, 2.1.1); nothing relies on its strength.
        request = format_ocsp_request(certificate, issuer, certid_hash_algo="sha1", request_nonces=True)
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        der = self._fetch("POST", url, body=request.dump(), headers=headers)
        response = process_ocsp_response_data(der, ocsp_request=request, ocsp_url=url)
        signers = self._responders.signers.certificates()
        question = Question(certificate, path, self._anchors, at)
        return ocsp_answer(response, der, question, signers=signers)

    def _ask_list(
        self, url: str, certificate: x509.Certificate, path: ValidationPath, at: datetime, since: datetime | None
    ) -> Answer:
        der = self._lists.get(url)
        if der is None or not _list_holds(der, at, since):
            der = self._fetch("GET", url, headers={"Accept": "application/pkix-crl"})
        answer = list_answer(der, Question(certificate, path, self._anchors, at))
        self._lists[url] = der
        return answer

    def _fetch(self, method: str, url: str, *, headers: dict[str, str], body: bytes | None = None) -> bytes:
        if time.monotonic() < self._rest_until.get(url, 0.0):
            raise FetchFailed("it failed a moment ago")
        try:
            return exchange(self._session, method, url, self._bounds, body=body, headers=headers)
        except FetchFailed:
            self._rest_until[url] = time.monotonic() + self._cool_down
            raise


def _holds(answer: Answer, at: datetime) -> bool:
    return answer.ends_at is not None and answer.made_at - CLOCK_SKEW <= at <= answer.ends_at


def _list_holds(der: bytes, at: datetime, since: datetime | None) -> bool:
    made_at, ends_at = span(crl.CertificateList.load(der))
    return ends_at is not None and at <= ends_at and (since is None or made_at >= since)
