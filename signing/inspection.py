"""The part of inspection that opens the file: runs in the sandbox, answers in JSON values.

1. A PDF is opened by qpdf, which repairs, and by pyHanko, strictly, as it will be when it is sealed.
2. One that asks for a password is refused; the empty password is none.
3. One that neither opens, or that has no pages, is unreadable; one with more pages than the limit is refused.
4. Its objects are walked for active content and signatures (`signing.active_content`).
5. An image is identified by its own type only, dimensions and scans are held to a limit, and it is decoded once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pikepdf
from PIL import Image
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.reader import PdfFileReader

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)
from signing.active_content import Walk
from signing.errors import DocumentRefused, RefusalCode
from signing.inspect import Flag

T = TypeVar("T")
# 80 megapixels decode to at most 320 MB; cameras of citizens' phones give 12 to 50.
MOST_PIXELS = 80_000_000
# For each scan the decoder walks over the whole picture: cameras write one, programs about ten, attackers thousands.
MOST_SCANS = 60
START_OF_SCAN = b"\xff\xda"
TAIL = 1 << 20
HEADER_WINDOW = 1024
# What qpdf says when it gave up on the cross-references and searched the file for objects.
RECONSTRUCTION = ("reconstruct", "damaged", "xref not found", "can't find startxref", "EOF")

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)


@dataclass
class _Seen:
    """What the two parsers tell of one PDF."""

    pages: int = 0
    encrypted: bool = False
    signatures: int = 0
    flags: set[Flag] = field(default_factory=set)


def inspect_pdf(path: str, max_pages: int) -> dict[str, Any]:
    """Steps 1 to 4. Raises `DocumentRefused`."""
    by_qpdf = _attempt(lambda: _with_qpdf(path, max_pages))
    strict = _attempt(lambda: _with_pyhanko(path, strict=True))
    seen = by_qpdf or strict or _attempt(lambda: _with_pyhanko(path, strict=False))
    if seen is None or seen.pages < 1:
        raise DocumentRefused(RefusalCode.UNREADABLE)
    if seen.pages > max_pages:
        raise DocumentRefused(RefusalCode.TOO_MANY_PAGES, str(seen.pages))
    flags = seen.flags | (strict.flags if strict else set()) | _around(Path(path))
    if by_qpdf is None:
        flags |= {Flag.DAMAGED_XREF, Flag.PARTLY_EXAMINED}
    return {
        "pages": seen.pages,
        "flags": [flag.value for flag in Flag if flag in flags],
        "signature_count": seen.signatures,
        "encrypted": seen.encrypted,
        "needs_repair": strict is None,
    }


def _attempt(parse: Callable[[], T]) -> T | None:
    """What a parser tells, or None when it cannot open the file, however it says so."""
    try:
        return parse()
    except (DocumentRefused, MemoryError):
        raise
    except Exception:  # noqa: BLE001  (parsers of broken files raise anything; measured: nine kinds)
        return None


def _with_qpdf(path: str, max_pages: int) -> _Seen:
    try:
        document = pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError as fault:
        raise DocumentRefused(RefusalCode.PASSWORD_PROTECTED) from fault
    with document:
        seen = _Seen(pages=len(document.pages), encrypted=document.is_encrypted)
        if seen.pages > max_pages:
            return seen
        walk = _attempt(lambda: Walk(document))
        if walk is None:
            seen.flags.add(Flag.PARTLY_EXAMINED)
        else:
            seen.flags, seen.signatures = walk.flags, walk.signatures
        seen.flags |= _attempt(lambda: _catalogue(document)) or set()
        if seen.encrypted:
            seen.flags.add(Flag.ENCRYPTED_EMPTY_PASSWORD)
        if any(sign in str(warning) for warning in document.get_warnings() for sign in RECONSTRUCTION):
            seen.flags.add(Flag.DAMAGED_XREF)
    return seen


def _catalogue(document: pikepdf.Pdf) -> set[Flag]:
    """What the catalogue says of the form and of certification."""
    flags = set()
    form = document.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and bool(form.get("/NeedAppearances", False)):
        flags.add(Flag.NEED_APPEARANCES)
    permissions = document.Root.get("/Perms")
    if isinstance(permissions, pikepdf.Dictionary) and "/DocMDP" in permissions:
        flags.add(Flag.CERTIFIED)
    return flags


def _with_pyhanko(path: str, *, strict: bool) -> _Seen:
    """Open as sealing will: cross-references, catalogue, first page."""
    with open(path, "rb") as file:  # noqa: PTH123
        reader = PdfFileReader(file, strict=strict)
        seen = _Seen(encrypted=bool(reader.encrypted))
        if seen.encrypted:
            _unlock(reader)
        seen.pages = int(reader.root["/Pages"]["/Count"])
        reader.find_page_for_modification(0)
        seen.signatures = _attempt(lambda: len(reader.embedded_signatures)) or 0
        if reader.xrefs.hybrid_xrefs_present:
            seen.flags.add(Flag.HYBRID_XREF)
    return seen


def _unlock(reader: PdfFileReader) -> None:
    """The empty password, or none of ours: what is encrypted for certificates asks for more than a password."""
    if not isinstance(reader.security_handler, StandardSecurityHandler):
        raise DocumentRefused(RefusalCode.PASSWORD_PROTECTED)
    if reader.decrypt(b"").status == AuthStatus.FAILED:
        raise DocumentRefused(RefusalCode.PASSWORD_PROTECTED)


def _around(path: Path) -> set[Flag]:
    """Whether there are bytes before the header or after the last end-of-file mark."""
    flags = set()
    with path.open("rb") as file:
        if not file.read(HEADER_WINDOW).startswith(b"%PDF-"):
            flags.add(Flag.LEADING_DATA)
        file.seek(max(0, path.stat().st_size - TAIL))
        _, mark, rest = file.read().rpartition(b"%%EOF")
    if mark and rest.strip(b"\x00\t\n\x0c\r "):
        flags.add(Flag.TRAILING_DATA)
    return flags


def inspect_image(path: str, kind: str) -> dict[str, Any]:
    """Step 5. Raises `DocumentRefused`."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and exact
    try:
        with Image.open(path, formats=[kind]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise DocumentRefused(RefusalCode.IMAGE_TOO_LARGE, f"{image.width} x {image.height}")
            if kind == "JPEG" and (scans := Path(path).read_bytes().count(START_OF_SCAN)) > MOST_SCANS:
                raise DocumentRefused(RefusalCode.IMAGE_TOO_LARGE, f"{scans} scans")
            image.load()
    except DocumentRefused:
        raise
    except MemoryError as fault:
        raise DocumentRefused(RefusalCode.IMAGE_TOO_LARGE) from fault
    except Exception as fault:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error, zlib.error, …
        raise DocumentRefused(RefusalCode.IMAGE_UNREADABLE, str(fault)) from fault
    return {"pages": 1, "flags": [], "signature_count": 0, "encrypted": False, "needs_repair": False}
