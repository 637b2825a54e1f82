"""Receiving a filing: from the last byte uploaded to the folio.

The steps, in the order that makes the promise safe (the blocks below carry their numbers):

1. The same form sent twice: the folio it already has, or a 409 for another body.
2. Every file is inspected in the sandbox; only the closed list of refusals stops a filing.
3. A main document typed in the page, or photographed, becomes a PDF.
4. Everything goes to storage, is read back and compared.
5. One transaction: folio, filing, documents, event, ledger leaf ``ingreso``, outbox jobs.
6. The receipt is returned; only now may the folio be shown.

If the power goes before the commit of 5 there are orphan objects and no promise; after it, everything needed to finish
is on disk.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from oficialia.domain.documents import Support
from oficialia.runtime import Runtime


@dataclass(frozen=True)
class Upload:
    """A file received to the spool: hashed on the way, its display name already cleaned of paths and control
    characters."""

    path: Path
    sha256: str
    size: int
    filename: str


@dataclass(frozen=True)
class Anexo:
    """An attachment with what the citizen said of it."""

    upload: Upload
    title: str
    kind: str = ""  # clave of a DocumentKind, or empty
    support: Support = Support.DIGITISED
    reserved: bool = False


@dataclass(frozen=True)
class Person:
    """Who files or is represented; everything but the name is optional and then empty."""

    kind: Literal["fisica", "juridica"]
    name: str
    curp: str = ""
    rfc: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Submission:
    """One complete form, checked in shape. Exactly one of ``main_pdf``, ``photos`` and a typed ``petition`` makes the
    main document:
    with a PDF or photographs ``petition`` is what is asked in a few words, and may be empty."""

    applicant: Person
    representative: Person | None
    area: str  # clave; ignored where a tramite is chosen, which has its own
    tramite: str  # clave, or empty for an escrito libre
    asunto: str
    petition: str
    previous_folio: str
    main_pdf: Upload | None
    photos: tuple[Upload, ...]
    anexos: tuple[Anexo, ...]
    buzon_consent: bool
    privacy_version: str
    privacy_sha256: str
    received_at: datetime
    session_id: str
    idempotency_key: str
    warnings: tuple[str, ...] = field(default=())  # e.g. a CURP whose check digit fails: noted, never a refusal


@dataclass(frozen=True)
class Receipt:
    """What the promovente is shown at once."""

    filing_id: UUID
    folio: str
    repeated: bool  # the same form had already been received


def receive(runtime: Runtime, submission: Submission) -> Receipt:
    """Receives one filing and returns its folio, durable from then on.

    Raises SubmissionRefused (a document or datum, with its sentence), KeyReused, Unavailable (nothing was promised).
    """
    raise NotImplementedError
