"""What a file handed in is, before anybody relies on it: type, pages, health, active content, signatures.

The file is opened in the sandbox only (`signing.inspection`), never in the process that calls this. Software refuses
what no repair can open, what asks for a password, and what exceeds a published limit; everything else is received, with
flags that tell a person what was observed.

1. Empty, or neither PDF, JPEG nor PNG by its first bytes: refused. The
   extension decides nothing; a wrong one is a flag.
2. In the sandbox: pages and health of a PDF, by two parsers; dimensions and a trial decoding of an image.
3. The signatures of a PDF are examined in a second child: that they are too heavy is no reason to refuse the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any

from signing.errors import DocumentRefused, RefusalCode, SandboxFailure
from signing.examine import examine
from signing.finding import SignatureFinding
from signing.reason import Reason
from signing.sandbox import Reply, Sandbox
from signing.trust import TrustAnchors


class MediaType(StrEnum):
    """What can be handed in."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


class Flag(StrEnum):
    """What was observed of a document that is received all the same. A closed list: each has its words for people."""

    JAVASCRIPT = "javascript"
    LAUNCH = "launch"
    SUBMIT_FORM = "submit_form"
    IMPORT_DATA = "import_data"
    GOTO_REMOTE = "goto_remote"
    RICH_MEDIA = "rich_media"
    EXTERNAL_CONTENT = "external_content"
    AUTOMATIC_ACTION = "automatic_action"
    XFA = "xfa"
    EMBEDDED_FILES = "embedded_files"
    ENCRYPTED_EMPTY_PASSWORD = "encrypted_empty_password"  # noqa: S105  (a flag, not a password)
    HYBRID_XREF = "hybrid_xref"
    DAMAGED_XREF = "damaged_xref"
    NEED_APPEARANCES = "need_appearances"
    CERTIFIED = "certified"
    LEADING_DATA = "leading_data"
    TRAILING_DATA = "trailing_data"
    EXTENSION_MISMATCH = "extension_mismatch"
    PARTLY_EXAMINED = "partly_examined"
    UNDRAWN_TEXT = "undrawn_text"
    """Set by who typesets, not by inspection: of typed text some characters stand as boxes in the PDF made of it."""


@dataclass(frozen=True)
class Inspection:
    """What was found. `pages` of an image is 1. `encrypted` opens without a password all the same.

    `needs_repair`: a strict parser cannot open it as it stands. `peak_mib` is what the child
    of step 2 took.
    """

    media_type: MediaType
    pages: int
    flags: tuple[Flag, ...]
    signature_count: int
    encrypted: bool
    needs_repair: bool
    peak_mib: float
    findings: tuple[SignatureFinding, ...]


# Readers accept the header of a PDF anywhere in its first kilobyte (ISO 32000-1, annex H, note 13).
HEADER_WINDOW = 1024
EXTENSIONS = {
    MediaType.PDF: frozenset({".pdf"}),
    MediaType.JPEG: frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}),
    MediaType.PNG: frozenset({".png"}),
}


def inspect(
    sandbox: Sandbox, path: Path, *, max_pages: int, anchors: TrustAnchors, at: datetime, filename: str
) -> Inspection:
    """Inspect the file at `path`; `filename` is what the sender called it, `at` (aware) when signatures are judged.

    Raises `DocumentRefused` with its code, and `SandboxUnavailable` where nothing can be opened safely.
    """
    media_type = _admitted(path)
    found = _opened(sandbox, path, media_type, max_pages)
    flags = [Flag(name) for name in found.value["flags"]]
    if PurePath(filename).suffix.lower() not in EXTENSIONS[media_type]:
        flags.append(Flag.EXTENSION_MISMATCH)
    inspection = _inspection(media_type, flags, found.value, found.peak_mib)
    if inspection.signature_count == 0:
        return inspection
    # Signatures that no form field names are never passed over in silence.
    findings = examine(sandbox, path, anchors=anchors, at=at) or (
        SignatureFinding("", problem=Reason.HIDDEN_SIGNATURE),
    )
    return replace(inspection, findings=findings)


def sniffed(path: Path) -> MediaType | None:
    """The type that the first bytes announce; None when they announce none of these, or there are none."""
    with path.open("rb") as file:
        head = file.read(HEADER_WINDOW)
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    return MediaType.PDF if b"%PDF-" in head else None


def _admitted(path: Path) -> MediaType:
    """Step 1."""
    if path.stat().st_size == 0:
        raise DocumentRefused(RefusalCode.EMPTY)
    if media_type := sniffed(path):
        return media_type
    raise DocumentRefused(RefusalCode.TYPE_NOT_ALLOWED)


def _opened(sandbox: Sandbox, path: Path, media_type: MediaType, max_pages: int) -> Reply:
    """Step 2; a child that met a limit or died tells as much of the document as a refusal does."""
    place = str(path.resolve())
    try:
        if media_type is MediaType.PDF:
            return sandbox.call("signing.inspection:inspect_pdf", reads=[path], path=place, max_pages=max_pages)
        return sandbox.call("signing.inspection:inspect_image", reads=[path], path=place, kind=media_type.name)
    except SandboxFailure as failure:
        raise DocumentRefused(
            _REFUSALS[media_type is MediaType.PDF, failure.reason == "crash"], str(failure)
        ) from failure


_REFUSALS = {
    (True, True): RefusalCode.UNREADABLE,
    (True, False): RefusalCode.TAKES_TOO_LONG,
    (False, True): RefusalCode.IMAGE_UNREADABLE,
    (False, False): RefusalCode.IMAGE_TOO_LARGE,
}


def _inspection(media_type: MediaType, flags: list[Flag], value: Mapping[str, Any], peak_mib: float) -> Inspection:
    return Inspection(
        media_type=media_type,
        pages=int(value["pages"]),
        flags=tuple(flags),
        signature_count=int(value["signature_count"]),
        encrypted=bool(value["encrypted"]),
        needs_repair=bool(value["needs_repair"]),
        peak_mib=peak_mib,
        findings=(),
    )
