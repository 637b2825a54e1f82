"""The examination of a document's signatures, as the sealing engine asks for it: facts before and after its own work.

It runs in the sandbox (`signing.examination`, with its numbered steps), fetches nothing, and trusts the anchors that it
is given. Whoever wants a verdict asks `signing.verify`.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from signing.errors import SandboxFailure
from signing.finding import DocumentFinding, SignatureFinding
from signing.reason import Reason
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors


def examine_document(
    sandbox: Sandbox, path: Path, *, anchors: TrustAnchors, at: datetime, attached: bool
) -> DocumentFinding:
    """What the PDF at `path` bears, as of `at` (aware), and with `attached` what is in it. Raises SandboxFailure and
    SandboxUnavailable."""
    arguments = _arguments(path, anchors, at) | {"attached": attached}
    reply = sandbox.call("signing.examination:examine_in_child", reads=[path], **arguments)
    return DocumentFinding.from_json(reply.value)


def examine(sandbox: Sandbox, path: Path, *, anchors: TrustAnchors, at: datetime) -> tuple[SignatureFinding, ...]:
    """Every signature in the PDF at `path`, oldest first, judged as of `at` (aware). None gives an empty tuple.

    Never raises for what the document holds: a signature that cannot be examined, or a document whose signatures
    cannot, gives a finding that says so. Raises `SandboxUnavailable`.
    """
    try:
        found = examine_document(sandbox, path, anchors=anchors, at=at, attached=False)
    except SandboxFailure:
        return (SignatureFinding("", problem=Reason.TOO_HEAVY),)
    unknown = found.problem if found.problem is not Reason.HIDDEN_SIGNATURE else None
    return (*found.signatures, SignatureFinding("", problem=unknown)) if unknown else found.signatures


def reopen(
    sandbox: Sandbox, path: Path, *, anchors: TrustAnchors, at: datetime
) -> tuple[tuple[SignatureFinding, ...], tuple[str, ...]]:
    """The findings of a file that was just sealed, and what the seal's increment changed beyond its own field.

    Raises SandboxFailure and SandboxUnavailable: what cannot be examined is not fit to be recorded.
    """
    reply = sandbox.call("signing.examination:reopen_in_child", reads=[path], **_arguments(path, anchors, at))
    findings = tuple(SignatureFinding.from_json(value) for value in reply.value["findings"])
    return findings, tuple(reply.value["foreign"])


def _arguments(path: Path, anchors: TrustAnchors, at: datetime) -> dict[str, Any]:
    return {"path": str(path.resolve()), "anchors": list(anchors.pem), "at": at.isoformat()}
