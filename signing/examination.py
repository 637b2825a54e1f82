"""The examination of a PDF's signatures: runs in the sandbox, answers in JSON values, never reaches for the network.

1. Open: strictly; leniently only where that fails. An encrypted document opens with the empty password or not at all.
2. Find the filled signature fields, a bounded number, oldest first. From here on each is guarded by itself.
3. Coverage: which bytes the signature covers, and whether the gap holds the signature and nothing else.
4. Integrity: digest and signature value, whatever the algorithm, with no word about trust.
5. What came later: difference analysis against the signed revision.
6. Trust: certificate chain to the anchors given, usage, algorithms; the signature's own time stamp.
7. Where a trusted time stamp proves when it was signed, the chain is judged as of then.
8. A document time stamp that is trusted proves that all before it existed then: it is judged as of then, not as of now.
   So a chain of them carries the evidence over the end of every certificate in it (ETSI EN 319 142-1, 5.5).
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.errors import DisallowedAlgorithmError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import SignatureStatus

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)
from signing.efirma import holder, readable
from signing.examine import Modification, SignatureFinding, unexamined
from signing.touched import foreign_changes
from signing.trust import TrustAnchors, validation_context

T = TypeVar("T")
# Real documents bear a handful; each costs a difference analysis against every later revision.
MOST_SIGNATURES = 50
WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
WHITESPACE = b"\x00\t\n\x0c\r "

UNREADABLE_DOCUMENT = "no se pudieron leer las firmas de este archivo"
UNREADABLE_SIGNATURE = "no se pudo leer esta firma"
NO_CERTIFICATE = "la firma no trae el certificado de quien firma"
WEAK_ALGORITHM = "usa un algoritmo que ya no se considera seguro"
UNKNOWN_ALGORITHM = "usa un algoritmo que no se examina"
UNKNOWN_FORMAT = "usa un formato de firma que no se examina"
TOO_MANY = f"el archivo tiene más de {MOST_SIGNATURES} firmas; las demás no se examinaron"
REVOCATION = "la revocación del certificado"
TIME = "la hora de la firma"


def examine_in_child(path: str, anchors: list[str], at: str) -> list[dict[str, Any]]:
    """Steps 1 to 7 for every signature of the PDF at `path`; the values are those of `SignatureFinding`."""
    with open(path, "rb") as file:  # noqa: PTH123
        return _examined_all(file, _reader(file), anchors, at)


def reopen_in_child(path: str, anchors: list[str], at: str) -> dict[str, Any]:
    """The same for a file that we sealed, as `findings`; and in `foreign` what our increment changed beyond its own."""
    with open(path, "rb") as file:  # noqa: PTH123
        reader = _reader(file)
        foreign = _quietly(lambda: foreign_changes(reader)) if reader else None
        found = _examined_all(file, reader, anchors, at)
    return {"findings": found, "foreign": ["it cannot be compared"] if foreign is None else foreign}


def _examined_all(file: Any, reader: PdfFileReader | None, anchors: list[str], at: str) -> list[dict[str, Any]]:
    found = _findings(file, reader, TrustAnchors(tuple(anchors)), datetime.fromisoformat(at))
    return [_to_json(finding) for finding in found]


def _to_json(finding: SignatureFinding) -> dict[str, Any]:
    claimed, proven = finding.claimed_time, finding.proven_time
    return asdict(finding) | {
        "claimed_time": claimed.isoformat() if claimed else None,
        "proven_time": proven.isoformat() if proven else None,
    }


def _reader(file: Any) -> PdfFileReader | None:
    return _quietly(lambda: opened(file, strict=True)) or _quietly(lambda: opened(file, strict=False))


def _findings(
    file: Any, reader: PdfFileReader | None, anchors: TrustAnchors, at: datetime
) -> Iterator[SignatureFinding]:
    fields = _quietly(lambda: _filled_fields(reader)) if reader else None
    if reader is None or fields is None:
        yield unexamined("", UNREADABLE_DOCUMENT)
        return
    newest_first = []
    for name, field in reversed(fields[:MOST_SIGNATURES]):
        finding = _examined(reader, name, field, anchors, at)
        if reader.strict and finding.modified_after == "desconocido":
            # Honest software leaves references to nothing, which end a strict comparison before its result.
            lenient = _quietly(lambda: opened(file, strict=False))
            finding = _examined(lenient, name, _same_field(lenient, name), anchors, at) if lenient else finding
        newest_first.append(finding)
        if finding.is_timestamp and finding.trusted and finding.proven_time:
            at = min(at, finding.proven_time)  # 8
    yield from reversed(newest_first)
    if len(fields) > MOST_SIGNATURES:
        yield unexamined("", TOO_MANY)


def _quietly(step: Callable[[], T]) -> T | None:
    """What a step gives, or None however it failed: the parsers raise nine kinds of exceptions on broken input."""
    try:
        return step()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return None


def opened(file: Any, *, strict: bool) -> PdfFileReader:
    """Step 1. A hybrid file opens strictly but may not be examined so; the lenient reader may."""
    reader = PdfFileReader(file, strict=strict)
    if reader.encrypted:
        reader.decrypt(b"")
    if strict and reader.xrefs.hybrid_xrefs_present:
        raise ValueError("hybrid cross-references")
    _ = reader.root["/Pages"]
    return reader


def _filled_fields(reader: PdfFileReader) -> list[tuple[str, Any]]:
    """Step 2. One more than the bound, to know that there are more."""
    found = islice(enumerate_sig_fields(reader, filled_status=True), MOST_SIGNATURES + 1)
    named = [(str(name), field) for name, _, field in found]
    return sorted(named, key=lambda pair: _quietly(lambda: _revision(reader, pair[1])) or 0)


def _same_field(reader: PdfFileReader, name: str) -> Any:
    """The field of that name as another reader sees it; None when it does not."""
    return next((field for other, field in _quietly(lambda: _filled_fields(reader)) or [] if other == name), None)


def _revision(reader: PdfFileReader, field: Any) -> int:
    return int(reader.xrefs.get_last_change(field.get_object().raw_get("/V").reference))


def _examined(reader: PdfFileReader, name: str, field: Any, anchors: TrustAnchors, at: datetime) -> SignatureFinding:
    """Steps 3 to 7 for one signature; whatever fails leaves its part of the finding at its worst value."""
    shown = readable(name)
    signature = _quietly(lambda: EmbeddedPdfSignature(reader, field, name))
    if signature is None:
        return unexamined(shown, UNREADABLE_SIGNATURE)
    certificate = _quietly(lambda: signature.signer_cert)
    if certificate is None:
        return unexamined(shown, NO_CERTIFICATE)
    rest = _quietly(lambda: _uncovered(signature))
    finding = replace(
        unexamined(shown, ""),
        holder=holder(certificate),
        certificate_sha256=certificate.sha256.hex(),
        is_timestamp=signature.sig_object_type == "/DocTimeStamp",
        claimed_time=_aware(_quietly(lambda: signature.self_reported_timestamp)),
        docmdp=_quietly(lambda: signature.docmdp_level.value if signature.docmdp_level else None),
        covers_whole_file=rest == b"",
        intact=bool(_quietly(lambda: _integrity(signature, certificate))) and rest is not None,
        modified_after=_quietly(lambda: _later(signature, rest)) or "desconocido",
        unchecked=(REVOCATION, TIME),
    )
    return _with_trust(finding, signature, anchors, at)


def _uncovered(signature: EmbeddedPdfSignature) -> bytes | None:
    """Step 3. What follows the covered bytes (its first 64 KiB), or None where the coverage is not the standard one.

    ISO 32000-2, 12.8.1: two ranges from the first byte on, and between them the signature's hexadecimal string alone.
    """
    start, before, after, length = (int(number) for number in signature.byte_range)
    stream = signature.reader.stream
    stream.seek(before)
    gap = stream.read(max(0, after - before))
    digits = gap[1:-1]
    exact = gap[:1] == b"<" and gap[-1:] == b">" and bytes.fromhex(digits.decode("ascii")) == signature.pkcs7_content
    if start != 0 or min(before, length) < 0 or not exact or len(digits) != 2 * len(signature.pkcs7_content):
        return None
    stream.seek(after + length)
    return bytes(stream.read(1 << 16))


def _integrity(signature: EmbeddedPdfSignature, certificate: x509.Certificate) -> bool:
    """Step 4."""
    content = signature.signed_data["encap_content_info"]
    kind = content["content_type"].native
    if kind == "tst_info":
        stamped = content["content"].parsed["message_imprint"]["hashed_message"].native
        if stamped != signature.compute_digest():
            return False
        digest = hashlib.new(signature.md_algorithm, bytes(content["content"])).digest()
    else:
        digest = signature.compute_digest()
    fits, signed = validate_sig_integrity(signature.signer_info, certificate, kind, digest)
    return fits and signed


def _later(signature: EmbeddedPdfSignature, rest: bytes | None) -> Modification:
    """Step 5. Bytes that belong to no revision count as unknown, unless they are blank."""
    if rest is None:
        return "desconocido"
    if rest == b"":
        return "nada"
    signature.compute_integrity_info()
    found, allowed = signature.diff_result, signature.summarise_integrity_info()["docmdp_ok"]
    if not isinstance(found, DiffResult) or not allowed:
        return "cambios"
    if found.modification_level == ModificationLevel.NONE:
        return "desconocido" if rest.strip(WHITESPACE) else "nada"
    fields = {str(name) for name, _, _ in enumerate_sig_fields(signature.reader)}
    return "solo_firmas" if found.changed_form_fields <= fields else "cambios_permitidos"


def _with_trust(
    finding: SignatureFinding, signature: EmbeddedPdfSignature, anchors: TrustAnchors, at: datetime
) -> SignatureFinding:
    """Steps 6 and 7."""
    if not _known_algorithm(signature):
        return replace(finding, intact=False, problem=UNKNOWN_ALGORITHM)
    if signature.md_algorithm in WEAK_DIGESTS:
        return replace(finding, problem=WEAK_ALGORITHM)
    try:
        status, proven = _status(signature, anchors, at, at)
        if proven and not status.trusted:
            status, proven = _status(signature, anchors, proven, at)
    except MemoryError:
        raise
    except DisallowedAlgorithmError:
        return replace(finding, problem=WEAK_ALGORITHM)
    except Exception:  # noqa: BLE001  (as above; the signature then counts for nothing)
        return replace(finding, problem=UNKNOWN_FORMAT)
    trusted = bool(finding.intact and status.intact and status.valid and status.trusted)
    return replace(
        finding,
        intact=bool(finding.intact and status.intact and status.valid),
        trusted=trusted,
        proven_time=proven if finding.intact else None,
        unchecked=(REVOCATION,) if proven else (REVOCATION, TIME),
    )


def _known_algorithm(signature: EmbeddedPdfSignature) -> bool:
    """asn1crypto gives the object identifier in digits where it has no name for it."""
    return not str(signature.signer_info["signature_algorithm"]["algorithm"].native)[:1].isdigit()


def _status(
    signature: EmbeddedPdfSignature, anchors: TrustAnchors, moment: datetime, at: datetime
) -> tuple[SignatureStatus, datetime | None]:
    """pyHanko's verdict with the chain as of `moment` and time stamps as of `at`; and the time that is proven."""
    context = validation_context(anchors, at=moment)
    if signature.sig_object_type == "/DocTimeStamp":
        stamp = asyncio.run(async_validate_pdf_timestamp(signature, context, skip_diff=True))
        return stamp, _proven(stamp)
    stamps = validation_context(anchors, at=at)
    status = asyncio.run(async_validate_pdf_signature(signature, context, stamps, skip_diff=True))
    return status, _proven(status.timestamp_validity)


def _proven(stamp: Any) -> datetime | None:
    """The time of a time stamp that is intact and whose authority is trusted."""
    return _aware(stamp.timestamp) if stamp is not None and stamp.intact and stamp.valid and stamp.trusted else None


def _aware(instant: datetime | None) -> datetime | None:
    """An instant with its offset; without one it says nothing."""
    return instant if instant is not None and instant.utcoffset() is not None else None
