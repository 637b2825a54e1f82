"""The documents of a filing at the desk: each as it came with what its signatures are worth, and every file of it."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.errors import NotFound
from oficialia.models import Document, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import desk_pages, observations, reports
from oficialia.services.desk_verdicts import Mark, SignatureLine, kept_mark, lines, seen
from oficialia.services.objects import PDF
from oficialia.services.tracking import stream
from oficialia.services.tracking_words import download_name
from oficialia.services.verdict_view import DocumentView as VerdictView


@dataclass(frozen=True)
class FileView:
    """A file of the filing that can be downloaded; ``pages`` of it can be looked at."""

    object_id: int
    purpose: str
    label: str
    filename: str
    media_type: str
    size: int
    pages: int
    sha256: str


@dataclass(frozen=True)
class DocumentView:
    """A document as it came: what its signatures are worth, and what was observed of it."""

    number: int
    name: str
    title: str
    mark: Mark
    verdict: VerdictView | None  # None for what was received before there were verdicts
    signatures: tuple[SignatureLine, ...]  # of such a document
    observed: tuple[str, ...]
    reportable: bool  # a report on it can be asked for
    report_under_way: bool


def documents(session: Session, filing_id: UUID) -> tuple[DocumentView, ...]:
    """The principal, then the anexos."""
    query = select(Document).where(Document.filing_id == filing_id).order_by(Document.number)
    asked = reports.under_way(session, filing_id)
    return tuple(_document(each, asked) for each in session.scalars(query))


def files(session: Session, filing: Filing) -> tuple[FileView, ...]:
    """The last edition of each file, in the order in which they were first stored."""
    query = select(StoredObject).where(StoredObject.filing_id == filing.id).order_by(StoredObject.id)
    newest: dict[tuple[str, int | None, int], StoredObject] = {}
    for each in session.scalars(query):
        # Sources, reports and notices are several files, not editions of one file.
        one_of = each.edition if each.purpose in {Purpose.SOURCE, Purpose.REPORT, Purpose.NOTICE} else 0
        newest[each.purpose, each.document_id, one_of] = each
    return tuple(_file(session, filing.folio, each) for each in newest.values())


def file_of(runtime: Runtime, filing_id: UUID, object_id: int) -> FileView:
    """One file of that filing, in any edition. Raises NotFound."""
    with runtime.database.reading() as session:
        return _file(session, *_found(session, filing_id, object_id))


def download(
    runtime: Runtime, filing_id: UUID, object_id: int
) -> tuple[FileView, AbstractContextManager[Iterator[bytes]]]:
    """One file of that filing and its bytes as a stream to be entered. Raises NotFound, Unavailable."""
    with runtime.database.reading() as session:
        folio, item = _found(session, filing_id, object_id)
        return _file(session, folio, item), stream(runtime, item)


def _found(session: Session, filing_id: UUID, object_id: int) -> tuple[str, StoredObject]:
    item = session.get(StoredObject, object_id)
    if item is None or item.filing_id != filing_id:
        raise NotFound
    return session.get_one(Filing, filing_id).folio, item


def _file(session: Session, folio: str, item: StoredObject) -> FileView:
    document = session.get(Document, item.document_id) if item.document_id else None
    return FileView(
        item.id,
        item.purpose,
        _label(item, document),
        download_name(folio, item, document),
        item.media_type,
        item.size,
        desk_pages.count(item),
        item.sha256,
    )


_LABELS: Mapping[str, str] = {
    Purpose.SEALED: "Documento sellado",
    Purpose.ACUSE: "Acuse de recibo",
    Purpose.ANSWER: "Respuesta, antes de sellarla",
    Purpose.SEALED_ANSWER: "Respuesta sellada",
}


def _label(item: StoredObject, document: Document | None) -> str:
    if item.purpose == Purpose.NOTICE:
        return f"Acuse de notificación {item.edition}"
    if item.purpose in _LABELS or document is None:
        return _LABELS[item.purpose]
    if item.purpose == Purpose.REPORT:
        return f"Dictamen de verificación {item.edition}: {observations.document_name(document).lower()}"
    name = observations.document_name(document)
    if item.purpose == Purpose.SOURCE:
        what = f"Fotografía {item.edition}" if item.media_type.startswith("image/") else "Texto, como lo escribió"
        return f"{name}: {what.lower()}" if document.number else what
    return f"{name}: {document.title}" if document.number else f"{name}, como llegó"


def _document(document: Document, asked: frozenset[int]) -> DocumentView:
    return DocumentView(
        number=document.number,
        name=observations.document_name(document),
        title=document.title if document.number else "",
        mark=kept_mark((document.verdict or {}).get("colour"), document.findings),
        verdict=seen(document),
        signatures=lines(document.findings),
        observed=observations.words(document.flags),
        reportable=document.media_type == PDF,
        report_under_way=document.number in asked,
    )
