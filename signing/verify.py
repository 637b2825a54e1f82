"""What a document's signatures are worth: one verdict for each, and one for the document.

Nothing here says that a signature is valid in law; it says what was examined, and every reason against it.
"""

from datetime import datetime
from pathlib import Path

from signing.revocation import RevocationClient
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict


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
    raise NotImplementedError
