"""The examination of a PDF's signatures: runs in the sandbox, answers in JSON values, never reaches for the network.

1. Open: strictly; leniently only where that fails. An encrypted document opens with the empty password or not at all.
2. Find the filled signature fields, a bounded number, oldest first. From here on each is guarded by itself.
3. Coverage: which bytes the signature covers, and whether the gap holds the signature and nothing else.
4. Integrity: digest and signature value, whatever the algorithm, with no word about trust.
5. What came later: difference analysis against the signed revision, and in which parts.
6. Time: the signature's own time stamp, if its authority is trusted; else that of the document time stamp over it.
   A document time stamp that is trusted proves that all before it existed then: it is judged as of then, not as of now.
   So a chain of them carries the evidence over the end of every certificate in it (ETSI EN 319 142-1, 5.5).
7. Identity: the certificate, its chain to the anchors given, usage, algorithms; whether it was in force at that time.
8. Revocation, as far as the document itself brings it.
9. What is attached: the original in a carátula is examined likewise, the proofs of an acuse are computed again.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

import signing.efirma
import signing.hex_strings  # noqa: F401  (teaches pyHanko)
from signing.algorithms import described, signature_holds
from signing.attachments import acuse_proofs, originals
from signing.chain import chain_of, may_sign_documents
from signing.changes import later
from signing.coverage import coverage, fits
from signing.efirma import holder, readable
from signing.evidence import Evidence, in_document, told
from signing.finding import AcuseFinding, DocumentFinding, SignatureFinding
from signing.proven_time import Stamp, stamp, stamps_of, stamps_time
from signing.reason import Reason
from signing.touched import foreign_changes
from signing.trust import TrustAnchors

T = TypeVar("T")
# Real documents bear a handful; each costs a difference analysis against every later revision.
MOST_SIGNATURES = 50
CHUNK = 1 << 16
BYTE_RANGE = b"/ByteRange"


def examine_in_child(path: str, anchors: list[str], at: str, attached: bool) -> dict[str, Any]:
    """Steps 1 to 8 for the PDF at `path`, and with `attached` step 9; the values are those of `DocumentFinding`."""
    with open(path, "rb") as file:  # noqa: PTH123
        return _Examination(file, anchors, at).document(attached=attached).to_json()


def reopen_in_child(path: str, anchors: list[str], at: str) -> dict[str, Any]:
    """Steps 1 to 8 for a file that we sealed, as `findings`; in `foreign` what our increment changed beyond its own."""
    with open(path, "rb") as file:  # noqa: PTH123
        examination = _Examination(file, anchors, at)
        reader = examination.reader
        foreign = _quietly(lambda: foreign_changes(reader)) if reader else None
        found = [finding.to_json() for finding in examination.signatures()]
    return {"findings": found, "foreign": ["it cannot be compared"] if foreign is None else foreign}


def opened(file: Any, *, strict: bool) -> PdfFileReader:
    """Step 1. A hybrid file opens strictly but may not be examined so; the lenient reader may."""
    reader = PdfFileReader(file, strict=strict)
    if reader.encrypted:
        reader.decrypt(b"")
    if strict and reader.xrefs.hybrid_xrefs_present:
        raise ValueError("hybrid cross-references")
    _ = reader.root["/Pages"]
    return reader


def _quietly(step: Callable[[], T]) -> T | None:
    """What a step gives, or None however it failed: the parsers raise nine kinds of exceptions on broken input."""
    try:
        return step()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return None


@dataclass(frozen=True)
class _Proof:
    """What proves when all before it existed: nothing yet but the hour of the examination, or a time stamp's."""

    at: datetime
    stamp: Stamp | None = None


class _Examination:
    """One document, opened."""

    def __init__(self, file: BinaryIO, anchors: list[str], at: str) -> None:
        self._file, self._anchors, self._at = file, TrustAnchors(tuple(anchors)), datetime.fromisoformat(at)
        self.reader = _quietly(lambda: opened(file, strict=True)) or _quietly(lambda: opened(file, strict=False))
        self._problem: Reason | None = None
        self._signers: dict[str, x509.Certificate] = {}
        self._evidence = Evidence()
        self._proof = _Proof(self._at)

    def document(self, *, attached: bool) -> DocumentFinding:
        """All nine steps."""
        digest, size = _digested(self._file)
        found = DocumentFinding(digest, size, None, tuple(self.signatures()))
        found = replace(found, problem=self._problem)
        reader = self.reader if attached else None
        if reader is None:
            return found
        embedded = [self._original(content) for content in _quietly(lambda: originals(reader)) or ()]
        return replace(found, embedded=tuple(embedded), acuse=_quietly(lambda: self._acuse(reader, found.signatures)))

    def signatures(self) -> list[SignatureFinding]:
        """Steps 2 to 8, oldest first."""
        reader = self.reader
        fields = _quietly(lambda: _filled_fields(reader)) if reader else None
        if reader is None or fields is None:
            self._problem = Reason.DOCUMENT_UNREADABLE
            return []
        if len(fields) > MOST_SIGNATURES:
            self._problem = Reason.TOO_MANY_SIGNATURES
        elif not fields and _hides_a_signature(self._file):
            self._problem = Reason.HIDDEN_SIGNATURE
        if fields:
            self._evidence = _quietly(lambda: in_document(reader)) or Evidence()
        return list(reversed(list(self._newest_first(reader, fields[:MOST_SIGNATURES]))))

    def _newest_first(self, reader: PdfFileReader, fields: list[tuple[str, Any]]) -> Iterator[SignatureFinding]:
        for name, field in reversed(fields):
            finding, given = self._examined(reader, name, field)
            if reader.strict and finding.modified_after == "desconocido":
                # Honest software leaves references to nothing, which end a strict comparison before its result.
                lenient = _quietly(lambda: opened(self._file, strict=False))
                if lenient and (same := _same_field(lenient, name)):
                    finding, given = self._examined(lenient, name, same)
            yield finding
            if given and finding.trusted and given.time <= self._proof.at:
                self._proof = _Proof(given.time, given)  # 6

    def _examined(self, reader: PdfFileReader, name: str, field: Any) -> tuple[SignatureFinding, Stamp | None]:
        """Steps 3 to 8 for one signature, and its proof if it is a document time stamp; what fails leaves the worst."""
        finding = SignatureFinding(readable(name))
        signature = _quietly(lambda: EmbeddedPdfSignature(reader, field, name))
        if signature is None:
            return replace(finding, problem=Reason.SIGNATURE_UNREADABLE), None
        finding = _bytes(finding, signature)
        if finding.problem:
            return finding, None
        self._signers[finding.certificate_sha256] = signature.signer_cert
        if finding.is_timestamp:
            given = _quietly(lambda: self._document_stamp(signature))
            finding = _timed(finding, given if given and given.believed else self._proof.stamp, broken=given is None)
        else:
            given = None
            finding = self._signature_time(finding, signature)
        return _quietly(lambda: self._identity(finding, signature)) or finding, given

    def _document_stamp(self, signature: EmbeddedPdfSignature) -> Stamp:
        return stamp(signature.signed_data, signature.compute_digest, self._evidence, self._anchors, self._proof.at)

    def _signature_time(self, finding: SignatureFinding, signature: EmbeddedPdfSignature) -> SignatureFinding:
        """Step 6 for a signature: its own time stamp is the earlier one."""
        signer = signature.signer_info
        found = _quietly(lambda: list(stamps_of(signer, self._evidence, self._anchors, self._proof.at)))
        broken = found is None or not all(each.fits for each in found)
        believed = [each for each in found or () if each.believed]
        finding = replace(finding, timestamp_untrusted=bool(found) and not broken and not believed)
        return _timed(finding, min(believed, key=lambda each: each.time, default=self._proof.stamp), broken=broken)

    def _identity(self, finding: SignatureFinding, signature: EmbeddedPdfSignature) -> SignatureFinding:
        """Steps 7 and 8. A document time stamp is judged by what proves its own existence."""
        certificate, signer = signature.signer_cert, signature.signer_info
        evidence = self._evidence.with_signature(signer)
        moment = self._proof.at if finding.is_timestamp else finding.proven_time or self._proof.at
        others = [*signature.other_embedded_certs, *evidence.certificates]
        chain = chain_of(certificate, others, self._anchors, moment)
        return replace(
            finding,
            chain=tuple(each.dump().hex() for each in chain.certificates),
            in_force=chain.in_force,
            usage=stamps_time(certificate) if finding.is_timestamp else may_sign_documents(certificate),
            weak=chain.weak or not signature_holds(signer, certificate),
            told=told(chain, evidence, self._anchors, moment),
            detail=chain.detail,
        )

    def _acuse(self, reader: PdfFileReader, signatures: tuple[SignatureFinding, ...]) -> AcuseFinding | None:
        made = [(each.stated, self._signers[each.certificate_sha256]) for each in signatures if each.intact]
        return acuse_proofs(reader, made, self._evidence, self._anchors, self._proof.at)

    def _original(self, content: bytes) -> DocumentFinding:
        """Step 9, once: what is attached to an original is not looked at."""
        inner = _Examination(BytesIO(content), list(self._anchors.pem), self._at.isoformat())
        signatures = tuple(inner.signatures())
        return DocumentFinding(hashlib.sha256(content).hexdigest(), len(content), inner._problem, signatures)


def _digested(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 in hexadecimal, and the size."""
    digest = hashlib.sha256()
    file.seek(0)
    while part := file.read(CHUNK):
        digest.update(part)
    return digest.hexdigest(), file.tell()


def _timed(finding: SignatureFinding, proof: Stamp | None, *, broken: bool) -> SignatureFinding:
    """Only a signature that is whole gets the time: one that is broken may have been put together later."""
    if proof is None or not finding.intact:
        return replace(finding, timestamp_broken=broken)
    return replace(finding, proven_time=proof.time, tsa=proof.tsa, timestamp_broken=broken)


def _bytes(finding: SignatureFinding, signature: EmbeddedPdfSignature) -> SignatureFinding:
    """Steps 3 to 5, and what the certificate says of itself."""
    certificate = _quietly(lambda: signature.signer_cert)
    if certificate is None:
        return replace(finding, problem=Reason.NO_CERTIFICATE)
    covered = _quietly(lambda: coverage(signature))
    digest_fits, value_fits = _quietly(lambda: fits(signature, certificate)) or (False, False)
    modified_after, changes = _quietly(lambda: later(signature, covered)) or ("desconocido", ())
    return replace(
        finding,
        problem=None if _known_algorithm(signature) else Reason.UNKNOWN_ALGORITHM,
        holder=holder(certificate),
        certificate_sha256=certificate.sha256.hex(),
        is_timestamp=signature.sig_object_type == "/DocTimeStamp",
        covers=covered is not None,
        covers_whole_file=covered is not None and covered.end == covered.size,
        revision_end=covered.end if covered else None,
        digest_fits=digest_fits,
        value_fits=value_fits,
        modified_after=modified_after,
        changes=changes,
        docmdp=_quietly(lambda: signature.docmdp_level.value if signature.docmdp_level else None),
        algorithms=_quietly(lambda: described(signature.signer_info, certificate)) or "",
        valid_from=_quietly(lambda: certificate.not_valid_before),
        valid_until=_quietly(lambda: certificate.not_valid_after),
        stated=_quietly(lambda: readable(str(signature.sig_object["/Reason"]))) or "",
        claimed_time=_aware(_quietly(lambda: signature.self_reported_timestamp)),
    )


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


def _hides_a_signature(file: BinaryIO) -> bool:
    """Whether there are data of a signature that no field names. They cannot be compressed, or nobody could sign."""
    file.seek(0)
    kept = b""
    while part := file.read(CHUNK):
        if BYTE_RANGE in kept + part:
            return True
        kept = part[-len(BYTE_RANGE) :]
    return False


def _known_algorithm(signature: EmbeddedPdfSignature) -> bool:
    """asn1crypto gives the object identifier in digits where it has no name for it."""
    return not str(signature.signer_info["signature_algorithm"]["algorithm"].native)[:1].isdigit()


def _aware(instant: datetime | None) -> datetime | None:
    """An instant with its offset; without one it says nothing."""
    return instant if instant is not None and instant.utcoffset() is not None else None
