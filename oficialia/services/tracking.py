"""What who holds the key of a filing may see of it."""

import hmac
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain import codes
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import OPEN, Acto, Estado, Etapa
from oficialia.domain.folio import Folio
from oficialia.domain.plazos import Termino
from oficialia.domain.wording import mask_email
from oficialia.errors import NotFound, Unavailable
from oficialia.models import Area, Deadline, Document, EmailConfirmation, Filing, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import buzon, expediente, looks, observations, tracking_desk
from oficialia.services.email_confirmation import MAX_CODES
from oficialia.services.expediente import Part
from oficialia.services.looks import Look
from oficialia.services.party_words import PersonView, person_view, presenters, told
from oficialia.services.plazo_words import TERM_NAMES, how_computed, how_counted
from oficialia.services.tracking_desk import AnnulmentView, MessageView, RequestView, StandingView
from oficialia.services.tracking_words import download_name, event_text, label
from storage.errors import StorageError


@dataclass(frozen=True)
class DocumentView:
    """A file that can be downloaded."""

    object_id: int
    label: str  # "Acuse de recibo", "Documento sellado", "Anexo 1: Identificación"
    filename: str  # name offered for the download
    media_type: str
    size: int
    pages: int
    sha256: str


@dataclass(frozen=True)
class EventView:
    """A step of the life of a filing in plain words."""

    at: datetime
    text: str


@dataclass(frozen=True)
class TermView:
    """A term that runs, in words, with how it was computed."""

    name: str
    due: date
    how: str
    provisional: bool


@dataclass(frozen=True)
class EmailView:
    """Where the confirmation of the address stands. ``address`` is masked (``ma…@correo.mx``)."""

    address: str
    confirmed: bool
    resendable: bool


@dataclass(frozen=True)
class FilingView:
    """Everything that the confirmation and tracking pages show."""

    filing_id: UUID
    folio: str
    verification_code: str
    tracking_key: str
    received_at: datetime
    registered_at: datetime
    effective_date: date
    estado: Estado
    etapa: Etapa
    held: bool  # en espera: a person is looking at it, or at the seal
    awaits_seal: bool  # held because the office's seal cannot be used now: it goes on by itself
    asunto: str
    applicant: str  # who filed, in a few words
    people: tuple[PersonView, ...]  # who filed and for whom
    listed: tuple[str, ...]  # the names of many others who filed
    area: str  # that attends to it, or to which it is addressed while it was turned to none
    addressed_to: str  # the area to which it is addressed, where another attends to it; else ""
    tramite: str  # name, or "" for an escrito libre
    standing: StandingView
    prevented: bool  # something is asked of the promovente, whether or not it was opened
    open: bool  # it admits more from its promovente
    inbox: tuple[MessageView, ...]  # nothing for who did not consent to the buzón
    expediente: tuple[Part, ...]  # the filings that belong together; nothing where it is alone
    request: RequestView | None
    answer: DocumentView | None
    annulment: AnnulmentView | None
    terms: tuple[TermView, ...]
    notices: tuple[DocumentView, ...]  # acuses de notificación
    acuse: DocumentView | None
    sealed: DocumentView | None
    others: tuple[DocumentView, ...]  # originals and anexos
    observed: tuple[str, ...]  # what was observed on receiving, as the acuse says it
    seal_note: str  # where the sealed copy shows no stamp of its own; else ""
    events: tuple[EventView, ...]
    looks: tuple[Look, ...]  # who of the staff looked at it, the newest first
    email: EmailView | None


NOT_OPENED = "Esta respuesta está en su buzón. Ábrala primero en la página de su escrito."
# What only the desk sees: an answer before it is given, and its reports.
_OF_THE_OFFICE = frozenset({Purpose.ANSWER, Purpose.REPORT})


def open_with_key(runtime: Runtime, folio: str, tracking_key: str) -> UUID:
    """The id of the filing that ``folio`` and its clave de seguimiento open; NotFound for anything else, all alike."""
    parsed = Folio.parse(folio)
    with runtime.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == str(parsed))).one_or_none()
    # The comparison is made in any case, and in constant time: neither answer nor delay tells that a folio exists.
    expected = filing.tracking_hash if filing else codes.digest("")
    if not hmac.compare_digest(codes.digest(tracking_key), expected) or filing is None:
        raise NotFound("El folio y la clave no corresponden. Revise ambos: están en la página que vio al presentar.")
    return filing.id


def view(runtime: Runtime, filing_id: UUID) -> FilingView:
    """The filing as its promovente sees it. Raises NotFound."""
    with runtime.database.reading() as session:
        filing = session.get(Filing, filing_id)
        if filing is None:
            raise NotFound
        return _view(runtime, session, filing)


def download(
    runtime: Runtime, filing_id: UUID, object_id: int
) -> tuple[DocumentView, AbstractContextManager[Iterator[bytes]]]:
    """An object of that filing and its bytes as a stream to be entered. Raises NotFound, Unavailable."""
    with runtime.database.reading() as session:
        item = session.get(StoredObject, object_id)
        if item is None or item.filing_id != filing_id or item.purpose in _OF_THE_OFFICE:
            raise NotFound  # an answer is the authority's word only once it is sealed
        filing = session.get_one(Filing, filing_id)
        if item.purpose == Purpose.SEALED_ANSWER and "respuesta" in buzon.sealed_up(filing):
            raise NotFound(NOT_OPENED)
        shown = _document_view(filing.folio, item, _document_of(session, item))
    return shown, stream(runtime, item)


@contextmanager
def stream(runtime: Runtime, item: StoredObject) -> Iterator[Iterator[bytes]]:
    """The bytes of an object, block by block. Raises Unavailable."""
    try:
        with runtime.bucket.stream(item.key, item.version_id) as blocks:
            yield blocks
    except StorageError as error:
        raise Unavailable(
            "En este momento no podemos entregar el archivo. Intente de nuevo en unos minutos."
        ) from error


def _view(runtime: Runtime, session: Session, filing: Filing) -> FilingView:
    query = select(StoredObject).where(StoredObject.filing_id == filing.id).order_by(StoredObject.id)
    objects = session.scalars(query).all()
    documents = session.scalars(select(Document).where(Document.filing_id == filing.id).order_by(Document.number))
    shown = [
        (Purpose(item.purpose), _document_view(filing.folio, item, _document_of(session, item))) for item in objects
    ]
    people = told(filing.parties)
    newest = dict(shown)  # the last edition of a purpose wins
    attending = filing.attending or filing.area
    areas = {area.clave: area.nombre for area in session.scalars(select(Area))} if filing.attending else {}
    return FilingView(
        filing_id=filing.id,
        folio=filing.folio,
        verification_code=runtime.codes.verification(filing.id),
        tracking_key=runtime.codes.tracking(filing.id),
        received_at=filing.received_at,
        registered_at=filing.registered_at,
        effective_date=filing.effective_date,
        estado=Estado(filing.estado),
        etapa=Etapa(filing.etapa),
        held=filing.etapa == Etapa.EN_ESPERA,
        awaits_seal=filing.etapa == Etapa.EN_ESPERA and not _quarantined(session, filing),
        asunto=filing.asunto,
        applicant=presenters(filing.parties),
        people=tuple(map(person_view, people.people)),
        listed=people.listed,
        area=attending.nombre,
        addressed_to=filing.area.nombre if attending is not filing.area else "",
        tramite=filing.tramite.nombre if filing.tramite else "",
        standing=tracking_desk.standing(session, filing),
        prevented=filing.estado == Estado.PREVENIDO,
        open=filing.estado in OPEN,
        inbox=tracking_desk.inbox(filing),
        expediente=expediente.parts(session, filing),
        request=tracking_desk.request(session, filing),
        answer=None if "respuesta" in buzon.sealed_up(filing) else newest.get(Purpose.SEALED_ANSWER),
        annulment=tracking_desk.annulment(session, filing),
        terms=tuple(_term_view(filing, row) for row in _running(filing)),
        notices=tuple(each for purpose, each in shown if purpose is Purpose.NOTICE),
        acuse=newest.get(Purpose.ACUSE),
        sealed=newest.get(Purpose.SEALED),
        others=tuple(each for purpose, each in shown if purpose in {Purpose.ORIGINAL, Purpose.SOURCE}),
        observed=observations.of(documents),
        seal_note="".join({observations.of_seal(i.seal_strategy) for i in objects if i.purpose == Purpose.SEALED}),
        events=tuple(
            EventView(event.at, event_text(event, areas))
            for event in filing.events
            if event.act != Acto.CONSULTA and (event.act != Acto.RESPUESTA or Purpose.SEALED_ANSWER in newest)
        ),
        looks=looks.of(session, filing.events),
        email=_email_view(session.get(EmailConfirmation, filing.id)),
    )


def _document_of(session: Session, item: StoredObject) -> Document | None:
    return session.get_one(Document, item.document_id) if item.document_id is not None else None


def _document_view(folio: str, item: StoredObject, document: Document | None) -> DocumentView:
    return DocumentView(
        object_id=item.id,
        label=label(item, document),
        filename=download_name(folio, item, document),
        media_type=item.media_type,
        size=item.size,
        pages=item.pages,
        sha256=item.sha256,
    )


def _running(filing: Filing) -> Iterator[Deadline]:
    """The terms as they run now: each as it was set last, that of a prevención while it is asked."""
    last = {row.term: row for row in filing.deadlines}
    yield from (row for row in last.values() if row.term != Termino.PREVENCION or filing.estado == Estado.PREVENIDO)


def _term_view(filing: Filing, row: Deadline) -> TermView:
    counted, anew = how_computed(row.days, filing.effective_date), ""
    if row.counted_from:
        counted = how_counted(row.days, row.counted_from)
        anew = "" if row.term == Termino.PREVENCION else " Empezó de nuevo cuando entregó lo que le pedimos."
    return TermView(TERM_NAMES[row.term], row.due, f"{counted}. {row.fundamento}.{anew}", row.provisional)


def _email_view(confirmation: EmailConfirmation | None) -> EmailView | None:
    if confirmation is None:
        return None
    confirmed = confirmation.confirmed_at is not None
    return EmailView(mask_email(confirmation.address), confirmed, not confirmed and confirmation.serial < MAX_CODES)


def _quarantined(session: Session, filing: Filing) -> bool:
    query = select(Job.id).where(Job.filing_id == filing.id, Job.done_at.is_(None), Job.quarantined_at.is_not(None))
    return session.scalar(query.limit(1)) is not None
