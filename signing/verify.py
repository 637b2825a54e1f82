"""What a document's signatures are worth: one verdict for each, and one for the document.

Nothing here says that a signature is valid in law; it says what was examined, and every reason against it.

1. What is it? By its first bytes. A picture bears no signature; what is no PDF cannot be read.
2. Examine it in the sandbox: bytes, changes, time, chain, and what it brings about revocation (`signing.examination`).
3. Ask the authorities about the certificates that lead to one of the anchors, and about no other. Who is asked stands
   in the operator's configuration; addresses in documents and certificates are never looked at.
4. Judge: reasons, colour, integrity, and the indication of ETSI EN 319 102-1 (`signing.judgement`).
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from asn1crypto import x509

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)
from signing.answers import summed_up
from signing.digest import sha256_of
from signing.errors import RevocationUnavailable, SandboxFailure
from signing.examine import examine_document
from signing.finding import DocumentFinding, SignatureFinding, Told
from signing.inspect import MediaType, sniffed
from signing.judgement import judge, nobody
from signing.reason import Colour, Integrity, Reason
from signing.revocation import RevocationClient
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict

# Signatures whose authorities are asked: each may take seconds when they do not answer.
MOST_ASKED = 10
"""Each authority that does not answer rests for a while, so that a document costs its patience once."""


def verify(
    sandbox: Sandbox,
    path: Path,
    *,
    anchors: TrustAnchors,
    at: datetime,
    ours: frozenset[str] = frozenset(),
    revocation: RevocationClient | None = None,
) -> DocumentVerdict:
    """The verdict on the file at `path`, judged as of `at` (aware).

    `ours` are the SHA-256 of every seal certificate that the office ever used, in lower-case hexadecimal. `revocation`
    asks the configured responders; without it only what the document brings is known.

    Never raises for what the file holds: what cannot be examined is in the verdict. Raises `SandboxUnavailable`.
    """
    kind = sniffed(path)  # 1
    if kind is not MediaType.PDF:
        return _not_a_pdf(path, kind)
    found = _examined(sandbox, path, anchors, at)  # 2
    ask = _Asking(revocation, at) if revocation else nobody  # 3
    return judge(found, at=at, ours=ours, ask=ask)  # 4


def _examined(sandbox: Sandbox, path: Path, anchors: TrustAnchors, at: datetime) -> DocumentFinding:
    """Step 2. What is attached may be too large for a child's memory; the document itself is judged all the same."""
    try:
        return examine_document(sandbox, path, anchors=anchors, at=at, attached=True)
    except SandboxFailure as failure:
        reason = Reason.DOCUMENT_UNREADABLE if failure.reason == "crash" else Reason.TOO_HEAVY
        if failure.reason == "memory":
            with suppress(SandboxFailure):
                return examine_document(sandbox, path, anchors=anchors, at=at, attached=False)
    return DocumentFinding(sha256_of(path), path.stat().st_size, reason, ())


def _not_a_pdf(path: Path, kind: MediaType | None) -> DocumentVerdict:
    picture = kind is not None
    return DocumentVerdict(
        sha256=sha256_of(path),
        size=path.stat().st_size,
        media_type=kind.value if kind else "application/octet-stream",
        colour=Colour.NONE if picture else Colour.RED,
        integrity=None if picture else Integrity.ILEGIBLE,
        reasons=() if picture else (Reason.DOCUMENT_UNREADABLE,),
        signatures=(),
        embedded=(),
        acuse=None,
    )


class _Asking:
    """Step 3, for the signatures of one document and of the originals in it."""

    def __init__(self, client: RevocationClient, at: datetime) -> None:
        self._client, self._at, self._left = client, at, MOST_ASKED

    def __call__(self, found: SignatureFinding) -> Told | None:
        """What the authorities say of who signed, and of the authorities below the anchor."""
        # Of a document that tells of a revocation, is not whole, or leads to nobody, nothing more is to be known.
        if len(found.chain) < 2 or not found.intact or found.told.revoked_at or self._left == 0:
            return None
        self._left -= 1
        moment = found.proven_time or self._at
        certificate, *others = [x509.Certificate.load(bytes.fromhex(der)) for der in found.chain]
        in_force = min(max(moment, certificate.not_valid_before), certificate.not_valid_after)
        try:
            answers = self._client.answers(certificate, others, in_force=in_force, at=self._at)
        except RevocationUnavailable:
            return None
        below = [certificate, *others][:-1]
        return summed_up(((each, [said]) for each, said in zip(below, answers, strict=True)), moment, "autoridad")
