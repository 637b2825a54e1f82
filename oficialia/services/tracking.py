"""What who holds the key of a filing may see of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from oficialia.domain.filing import Estado, Etapa
from oficialia.runtime import Runtime


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
    held: bool  # en espera: a person is looking at it
    asunto: str
    applicant: str
    area: str
    tramite: str  # name, or "" for an escrito libre
    terms: tuple[TermView, ...]
    acuse: DocumentView | None
    sealed: DocumentView | None
    others: tuple[DocumentView, ...]  # originals and anexos
    events: tuple[EventView, ...]
    email: EmailView | None


def open_with_key(runtime: Runtime, folio: str, tracking_key: str) -> UUID:
    """The id of the filing that ``folio`` and its clave de seguimiento open; NotFound for anything else, all alike."""
    raise NotImplementedError


def view(runtime: Runtime, filing_id: UUID) -> FilingView:
    """The filing as its promovente sees it. Raises NotFound."""
    raise NotImplementedError


def download(
    runtime: Runtime, filing_id: UUID, object_id: int
) -> tuple[DocumentView, AbstractContextManager[Iterator[bytes]]]:
    """An object of that filing and its bytes as a stream to be entered. Raises NotFound, Unavailable."""
    raise NotImplementedError
