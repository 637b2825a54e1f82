"""Is this document one of ours? By code, by digest, and by its seal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select

from oficialia.domain import codes
from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import NivelSello
from oficialia.errors import NotFound, Unavailable
from oficialia.models import Document, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import tracking_desk
from oficialia.services.certificates import ever_used
from oficialia.services.findings import time_words, to_json, verdict
from signing.errors import DocumentRefused, SandboxFailure, SandboxUnavailable
from signing.finding import SignatureFinding
from signing.inspect import MediaType, inspect

_KINDS = {
    "efirma": "e.firma",
    "csd": "Sello digital de facturas (no es firma personal)",
    "institucional": "Sello institucional",
}
STAMP = "Sello de tiempo de una autoridad, sobre todo el archivo"


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


class Known(StrEnum):
    """What the register says of a file."""

    EXACT_SEALED = "sellado"  # exactly a document that we sealed
    EXACT_ACUSE = "acuse"  # exactly an acuse that we issued
    EXACT_ANSWER = "respuesta"  # exactly an answer that we sealed
    OUR_SEAL_CHANGED = (
        "sello_con_cambios"  # carries our seal intact over its signed part, but is not byte for byte what we issued
    )
    OUR_SEAL_BROKEN = "sello_roto"  # carries a seal in our name that does not verify
    FOREIGN_SEAL = "otro_sello"  # signatures, none of them ours
    UNKNOWN = "desconocido"  # no signature, not in the register
    IMAGE = "imagen"  # a picture: no seal can be in it
    UNREADABLE = "ilegible"


@dataclass(frozen=True)
class SignatureView:
    """One signature found, in plain words that never say more than was checked."""

    who: str
    kind: str
    time: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class FileView:
    """The answer for an uploaded file."""

    known: Known
    sha256: str
    folio: str  # of the exact match, else ""
    at: datetime | None  # when we sealed or issued it
    signatures: tuple[SignatureView, ...]
    level: str = ""  # of the seal of an exact match, in words


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


def by_file(runtime: Runtime, path: Path, sha256: str, filename: str) -> FileView:
    """What the register and the seals say of an uploaded file; keeps nothing. Raises Unavailable."""
    known = by_digest(runtime, sha256)
    try:
        seen = inspect(
            runtime.sandbox,
            path,
            max_pages=runtime.limits.pages,
            anchors=runtime.anchors,
            at=runtime.clock(),
            filename=filename,
        )
    except DocumentRefused:
        return known or FileView(Known.UNREADABLE, sha256, "", None, ())
    except (SandboxFailure, SandboxUnavailable) as error:
        raise Unavailable from error
    if seen.media_type is not MediaType.PDF:
        return known or FileView(Known.IMAGE, sha256, "", None, ())
    signatures = tuple(_signature(to_json(finding)) for finding in seen.findings)
    if known:
        return replace(known, signatures=signatures)
    ours = frozenset(certificate.sha256 for certificate in ever_used(runtime.database))
    return FileView(_by_seal(seen.findings, ours), sha256, "", None, signatures)


_EXACT = {
    Purpose.SEALED: Known.EXACT_SEALED,
    Purpose.ACUSE: Known.EXACT_ACUSE,
    Purpose.SEALED_ANSWER: Known.EXACT_ANSWER,
}


def by_digest(runtime: Runtime, sha256: str) -> FileView | None:
    """The exact match among what we issued, if any. A bare original is never looked up: whoever has a copy of
    somebody's paper must not learn from us that it was filed."""
    with runtime.database.reading() as session:
        items = session.scalars(select(StoredObject).where(StoredObject.sha256 == sha256)).all()
        for purpose, known in _EXACT.items():
            for item in items:
                if item.purpose == purpose:
                    folio = session.get_one(Filing, item.filing_id).folio
                    level = LEVEL_WORDS[NivelSello(item.seal_level)]
                    return FileView(known, sha256, folio, item.stored_at, (), level)
    return None


def _by_seal(found: Sequence[SignatureFinding], ours: frozenset[str]) -> Known:
    """What the signatures say of a file that is not byte for byte ours."""
    if not found:
        return Known.UNKNOWN
    sealed = [finding for finding in found if finding.certificate_sha256 in ours]
    if not sealed:
        return Known.FOREIGN_SEAL
    whole = all(finding.intact and finding.trusted and not finding.problem for finding in sealed)
    return Known.OUR_SEAL_CHANGED if whole else Known.OUR_SEAL_BROKEN


def _signature(finding: Mapping[str, Any]) -> SignatureView:
    holder = finding["holder"] or {}
    unchecked = [f"No se comprobó: {what}." for what in finding["unchecked"]]
    return SignatureView(
        who=holder.get("name") or "No se pudo leer quién firma",
        kind=STAMP if finding["is_timestamp"] else _KINDS.get(holder.get("kind", ""), "Firma electrónica"),
        time=time_words(finding),
        findings=(verdict(finding).capitalize() + ".", *unchecked),
    )
