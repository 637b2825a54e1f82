"""What a signed revision shows, beside what the file shows now: pictures of pages, made in the sandbox.

Pages that look different come first, because they are what whoever doubts a document wants to see; where none does, the
first pages of the revision are shown.
"""

import io
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

from signing.errors import SandboxFailure
from signing.likeness import CONTRAST, LONGEST_RASTER
from signing.sandbox import Limits, Sandbox

SHOWN_PIXELS = 1000
"""Of the longer side: letters of 8 points can be read, and a page of text takes some 50 KB."""
MOST_SHOWN = 3
MOST_SECONDS = 3.0
"""CPU time to look for differences: some 70 pages."""
LIMITS = Limits(cpu_seconds=6, wall_seconds=8)
"""Somebody waits, and the verdict has been waited for already."""
MEDIA_TYPE = "image/webp"


@dataclass(frozen=True)
class PagePair:
    """One page, numbered from 1: as signed, and as it is now. Either is empty where it has no such page (WebP)."""

    number: int
    signed: bytes
    now: bytes


@dataclass(frozen=True)
class RevisionPages:
    """`pages` of the signed revision. `different` are the pages that look different, as far as they were compared:
    `compared` is how many, from the first on."""

    pages: int
    compared: int
    different: tuple[int, ...]
    shown: tuple[PagePair, ...]


def revision_pages(sandbox: Sandbox, path: Path, end: int) -> RevisionPages | None:
    """The revision in the first `end` bytes of the PDF at `path`; None when it cannot be drawn within the limits.

    Raises SandboxUnavailable.
    """
    place = str(path.resolve())
    try:
        reply = sandbox.call(
            "signing.revision_pages:revision_pages_in_child", limits=LIMITS, reads=[path], path=place, end=end
        )
    except SandboxFailure:
        return None
    return _from_json(reply.value)


def _from_json(value: Mapping[str, Any]) -> RevisionPages:
    shown = (PagePair(each["number"], b64decode(each["signed"]), b64decode(each["now"])) for each in value["shown"])
    return RevisionPages(value["pages"], value["compared"], tuple(value["different"]), tuple(shown))


def revision_pages_in_child(path: str, end: int) -> dict[str, Any]:
    """The same as JSON values; any fault of the document ends the child."""
    content = Path(path).read_bytes()
    with closing(pypdfium2.PdfDocument(content[:end])) as signed, closing(pypdfium2.PdfDocument(content)) as now:
        signed.init_forms()
        now.init_forms()
        compared, different = _differences(signed, now)
        numbers = different[:MOST_SHOWN] or list(range(min(len(signed), MOST_SHOWN)))
        shown = [
            {"number": number + 1, "signed": _shown(signed, number), "now": _shown(now, number) if different else ""}
            for number in numbers
        ]
        return {
            "pages": len(signed),
            "compared": compared,
            "different": [number + 1 for number in different],
            "shown": shown,
        }


def _differences(signed: pypdfium2.PdfDocument, now: pypdfium2.PdfDocument) -> tuple[int, list[int]]:
    """How many pages were compared, and those that differ; one that only one of them has differs."""
    until = time.process_time() + MOST_SECONDS
    different: list[int] = []
    longer = max(len(signed), len(now))
    for number in range(longer):
        if time.process_time() > until:
            return number, different
        pictures = [_picture(document, number, LONGEST_RASTER) for document in (signed, now)]
        if not _alike(*pictures):
            different.append(number)
    return longer, different


def _alike(one: Image.Image | None, other: Image.Image | None) -> bool:
    if one is None or other is None or one.size != other.size:
        return False
    strongest = ImageChops.difference(one.convert("L"), other.convert("L")).getextrema()[1]
    return int(strongest) < CONTRAST  # type: ignore[arg-type]


def _picture(document: pypdfium2.PdfDocument, number: int, pixels: int) -> Image.Image | None:
    if number >= len(document):
        return None
    with closing(document[number]) as page:
        picture: Image.Image = page.render(scale=pixels / max(page.get_size()), may_draw_forms=True).to_pil()
        return picture


def _shown(document: pypdfium2.PdfDocument, number: int) -> str:
    picture = _picture(document, number, SHOWN_PIXELS)
    if picture is None:
        return ""
    file = io.BytesIO()
    picture.convert("RGB").save(file, "WEBP", quality=60, method=2)
    return b64encode(file.getvalue()).decode("ascii")
