"""The files attached to a PDF, taken out in the sandbox: what storage gives back is ours only once that is proven."""

from base64 import b64decode, b64encode
from pathlib import Path

import pikepdf

from signing.errors import SandboxFailure
from signing.sandbox import Sandbox

# An acuse carries a cadena, a sello, a token and proofs: some 10 KiB. More than this is none of ours.
MOST_BYTES = 1 << 20


def attached(sandbox: Sandbox, path: Path) -> dict[str, bytes] | None:
    """The attached files by name; None when the document cannot be read within the limits, or carries too much.

    Raises SandboxUnavailable.
    """
    try:
        reply = sandbox.call("signing.attached:attached_in_child", reads=[path], path=str(path.resolve()))
    except SandboxFailure:
        return None
    return {name: b64decode(content) for name, content in reply.value.items()}


def attached_in_child(path: str) -> dict[str, str]:
    """The files in base64, by name; any fault of the document ends the child."""
    found, size = {}, 0
    with pikepdf.open(path) as document:
        for name, spec in document.attachments.items():
            content = spec.get_file().read_bytes()
            size += len(content)
            if size > MOST_BYTES:
                raise ValueError("more is attached than an acuse carries")
            found[name] = b64encode(content).decode("ascii")
    return found
