"""Is this document one of ours, and what are its signatures worth? By code, or by the file. Nothing of it is kept.

The file, in this order:

1. The register is asked for its digest, and for every seal certificate that the office ever used. Where the register is
   away the signatures are judged all the same.
2. Byte for byte what we issued, in any edition: that is what it is.
3. The verdict on its signatures is taken in the sandbox.
4. A seal of ours in another file: what of it we issued, if its first part is; else a seal that does not fit.
5. No seal of ours: does it speak as if it were ours?
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from oficialia.db import DatabaseUnavailable
from oficialia.domain import codes
from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import Estado, NivelSello
from oficialia.domain.folio import Folio
from oficialia.errors import NotFound, Unavailable
from oficialia.models import Document, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import proof_words, tracking_desk
from oficialia.services.certificates import ever_used
from oficialia.services.register_words import ANNULLED, EXACT, LATER_EDITION, Known
from oficialia.services.words import Words
from signing.errors import SandboxUnavailable
from signing.mentions import Mentions, mentions
from signing.reason import Integrity, Reason
from signing.revision_pages import RevisionPages, revision_pages
from signing.verdict import DocumentVerdict
from signing.verify import verify

# What the seal of a document carries, for who has to rely on it later.
LEVEL_WORDS = {
    NivelSello.B_B: "Firma del municipio, aún sin hora certificada (PAdES B-B)",
    NivelSello.B_T: "Firma del municipio con hora certificada (PAdES B-T)",
    NivelSello.B_LT: "Con hora certificada y las pruebas de que su certificado estaba vigente (PAdES B-LT)",
    NivelSello.B_LTA: (
        "Con hora certificada, las pruebas de que su certificado estaba vigente y un sello de tiempo sobre todo ello: "
        "se puede comprobar dentro de muchos años (PAdES B-LTA)"
    ),
}
FOLIO = r"\bOP\s?[-‐-―−]\s?\d{4}\s?[-‐-―−]\s?\d{6,12}\s?[-‐-―−]\s?[0-9A-Z]\b"
_EXACT = {
    Purpose.SEALED: Known.EXACT_SEALED,
    Purpose.ACUSE: Known.EXACT_ACUSE,
    Purpose.SEALED_ANSWER: Known.EXACT_ANSWER,
    Purpose.REPORT: Known.EXACT_REPORT,
    Purpose.NOTICE: Known.EXACT_NOTICE,
}
# Of these a filing can have several, of which none is a later edition of another.
_SEVERAL = frozenset({Purpose.REPORT, Purpose.NOTICE})
_UNREAD = frozenset({Reason.DOCUMENT_UNREADABLE, Reason.TOO_HEAVY})
MOST_REVISIONS = 2
_BLOCK = 1 << 20


@dataclass(frozen=True)
class CodeView:
    """What a código de verificación shows: that the document is authentic, and nothing of its content nor of who
    filed."""

    folio: str
    received_at: datetime
    registered_at: datetime
    effective_date: date
    sealed_sha256: tuple[str, ...]  # of every edition of the sealed copy
    acuse_sha256: tuple[str, ...]  # of every edition of the acuse
    main_sha256: str
    level: str  # of the sealed copy's seal, in words; empty while there is none
    answer_sha256: tuple[str, ...] = ()  # of every edition of the sealed answer
    annulled_at: datetime | None = None


@dataclass(frozen=True)
class Issued:
    """A document that we issued, as the register has it. `newest`: no later edition of it exists."""

    known: Known
    folio: str
    at: datetime
    edition: int
    newest: bool
    level: str
    annulled: bool


@dataclass(frozen=True)
class FileView:
    """The answer for a file. `issued` is what the file is, or what its first part is; `claimed` are folios that it
    names without being ours. `verdict` is None only for one that we issued while the sandbox is away."""

    known: Known
    sha256: str
    verdict: DocumentVerdict | None
    issued: Issued | None = None
    claimed: tuple[str, ...] = ()


def by_code(runtime: Runtime, code: str) -> CodeView:
    """The filing of a código de verificación. Raises NotFound."""
    with runtime.database.reading() as session:
        query = select(Filing).where(Filing.verification_hash == codes.digest(code))
        filing = session.scalars(query).one_or_none()
        if filing is None:
            raise NotFound("No encontramos ese código. Revise que esté completo: son 16 letras y números.")
        objects = session.scalars(select(StoredObject).where(StoredObject.filing_id == filing.id)).all()
        main = session.scalars(
            select(Document.sha256).where(Document.filing_id == filing.id, Document.role == Role.PRINCIPAL)
        ).one()
        return CodeView(
            folio=filing.folio,
            received_at=filing.received_at,
            registered_at=filing.registered_at,
            effective_date=filing.effective_date,
            sealed_sha256=_digests(objects, Purpose.SEALED),
            acuse_sha256=_digests(objects, Purpose.ACUSE),
            main_sha256=main,
            level=LEVEL_WORDS.get(NivelSello(filing.nivel_sello), ""),
            answer_sha256=_digests(objects, Purpose.SEALED_ANSWER),
            annulled_at=annulled.at if (annulled := tracking_desk.annulment(session, filing)) else None,
        )


def _digests(objects: Iterable[StoredObject], purpose: Purpose) -> tuple[str, ...]:
    return tuple(item.sha256 for item in objects if item.purpose == purpose)


def by_file(runtime: Runtime, path: Path, sha256: str) -> FileView:
    """What the register and the seals say of a file. Raises Unavailable when it cannot be examined now."""
    try:  # 1
        issued = by_digest(runtime, sha256)
        ours = frozenset(certificate.sha256 for certificate in ever_used(runtime.database))
    except DatabaseUnavailable:
        return FileView(Known.UNASKED, sha256, _verdict(runtime, path, frozenset()))
    if issued:  # 2
        return FileView(issued.known, sha256, _verdict_if_any(runtime, path, ours), issued)
    verdict = _verdict(runtime, path, ours)  # 3
    sealed = [each for each in verdict.signatures if each.certificate_sha256 in ours]
    if sealed:  # 4
        return _with_our_seal(runtime, path, verdict, whole=all(each.ours for each in sealed))
    return _without_our_seal(runtime, path, verdict)  # 5


def by_digest(runtime: Runtime, *digests: str) -> Issued | None:
    """What we issued with one of those digests, the first of them that is known. Raises DatabaseUnavailable.

    A bare original is never looked up: whoever has a copy of somebody's paper must not learn from us that it was filed.
    """
    with runtime.database.reading() as session:
        query = select(StoredObject).where(StoredObject.sha256.in_(digests), StoredObject.purpose.in_(_EXACT))
        items = sorted(session.scalars(query), key=lambda item: (digests.index(item.sha256), -item.id))
        if not items:
            return None
        item = items[0]
        later = (
            (StoredObject.filing_id == item.filing_id)
            & (StoredObject.purpose == item.purpose)
            & (StoredObject.edition > item.edition)
        )
        filing = session.get_one(Filing, item.filing_id)
        return Issued(
            known=_EXACT[Purpose(item.purpose)],
            folio=filing.folio,
            at=item.stored_at,
            edition=item.edition,
            newest=item.purpose in _SEVERAL or session.scalar(select(StoredObject.id).where(later).limit(1)) is None,
            level=LEVEL_WORDS[NivelSello(item.seal_level)],
            annulled=filing.estado == Estado.ANULADO_CON_TRAZA,
        )


def _verdict(runtime: Runtime, path: Path, ours: frozenset[str]) -> DocumentVerdict:
    try:
        return verify(
            runtime.sandbox,
            path,
            anchors=runtime.anchors,
            at=runtime.clock(),
            ours=ours,
            revocation=runtime.revocation,
        )
    except SandboxUnavailable as error:
        raise Unavailable("En este momento no podemos examinar archivos. Intente de nuevo en unos minutos.") from error


def _verdict_if_any(runtime: Runtime, path: Path, ours: frozenset[str]) -> DocumentVerdict | None:
    """That a file is ours by its digest stands without its verdict."""
    try:
        return _verdict(runtime, path, ours)
    except Unavailable:
        return None


def _with_our_seal(runtime: Runtime, path: Path, verdict: DocumentVerdict, *, whole: bool) -> FileView:
    """Step 4. `whole`: each seal in our name fits what it covers."""
    ends = [each.revision_end for each in verdict.signatures if each.revision_end]
    issued = by_digest(runtime, *reversed(_prefixes(path, ends))) if whole and ends else None
    if not whole:
        known = Known.OUR_SEAL_BROKEN
    elif verdict.integrity is not Integrity.INTEGRO:
        known = Known.OUR_SEAL_CHANGED
    else:
        known = Known.OUR_SEAL_EXTENDED if issued else Known.OUR_SEAL_UNREGISTERED
    return FileView(known, verdict.sha256, verdict, issued)


def notes(view: FileView) -> tuple[Words, ...]:
    """What else is to be known of a document that we issued."""
    if view.issued is None:
        return ()
    annulled = (ANNULLED,) if view.issued.annulled else ()
    return annulled if view.issued.newest or view.known not in EXACT else (*annulled, LATER_EDITION)


def revision_ends(runtime: Runtime, path: Path) -> frozenset[int]:
    """The lengths of the file's signed revisions. Raises Unavailable."""
    verdict = _verdict(replace(runtime, revocation=None), path, frozenset())
    return frozenset(each.revision_end for each in verdict.signatures if each.revision_end)


def proofs(runtime: Runtime, path: Path, verdict: DocumentVerdict | None) -> tuple[Words, ...]:
    """What an acuse proves by the public ledger; nothing of any other file."""
    return proof_words.words(proof_words.proofs_of(runtime.sandbox, path, verdict, runtime.ledger_policy))


def revisions(runtime: Runtime, path: Path, verdict: DocumentVerdict) -> Mapping[int, RevisionPages]:
    """Pictures of what was signed, by the length of the revision, where the document changed afterwards; the newest."""
    ends = {each.revision_end for each in verdict.signatures if each.integrity is Integrity.CAMBIO}
    newest = sorted((end for end in ends if end), reverse=True)[:MOST_REVISIONS]
    try:
        drawn = {end: revision_pages(runtime.sandbox, path, end) for end in newest}
    except SandboxUnavailable:
        return {}
    return {end: pages for end, pages in drawn.items() if pages}


def _prefixes(path: Path, ends: Iterable[int]) -> list[str]:
    """The SHA-256 of the first bytes of the file up to each of `ends`, the shortest first, in one pass."""
    digest, at, found = hashlib.sha256(), 0, list[str]()
    with path.open("rb") as file:
        for end in sorted(set(ends)):
            while at < end and (block := file.read(min(_BLOCK, end - at))):
                digest.update(block)
                at += len(block)
            found.append(digest.hexdigest())
    return found


def _without_our_seal(runtime: Runtime, path: Path, verdict: DocumentVerdict) -> FileView:
    """Step 5. Folios that it names are never looked up: that would tell whether they exist."""
    if verdict.media_type.startswith("image/"):
        return FileView(Known.IMAGE, verdict.sha256, verdict)
    if _UNREAD & set(verdict.reasons):
        return FileView(Known.UNREADABLE, verdict.sha256, verdict)
    named = _named(runtime, path)
    shown, attached = _folios(named.shown), _folios(named.attached)
    if attached or verdict.acuse:
        known = Known.CLAIMS_OURS
    elif shown:
        known = Known.NAMES_FOLIO
    else:
        known = Known.FOREIGN_SEAL if verdict.signatures else Known.UNKNOWN
    return FileView(known, verdict.sha256, verdict, claimed=tuple(dict.fromkeys((*attached, *shown))))


def _named(runtime: Runtime, path: Path) -> Mentions:
    try:
        return mentions(runtime.sandbox, path, FOLIO)
    except SandboxUnavailable:  # gone since the verdict was taken; without it less is said, and nothing wrong
        return Mentions()


def _folios(texts: Iterable[str]) -> list[str]:
    """Those whose check character is right, in their one form."""
    return [str(folio) for text in texts if (folio := Folio.parse(text))]
