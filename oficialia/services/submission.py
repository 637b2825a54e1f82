"""What the window hands to intake: one complete form, checked in shape."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import rfc8785

from oficialia.domain.documents import Support
from oficialia.domain.filing import Relacion
from oficialia.domain.upload import Upload

__all__ = ["Anexo", "Follows", "Person", "Submission", "Upload"]


@dataclass(frozen=True)
class Anexo:
    """An attachment with what the citizen said of it: one file, or photographs that become one PDF (then ``upload`` is
    None)."""

    upload: Upload | None
    title: str
    kind: str = ""  # clave of a DocumentKind, or empty
    support: Support = Support.DIGITISED
    reserved: bool = False
    photos: tuple[Upload, ...] = ()


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
class Follows:
    """The filing that this one completes or adds to, opened by who sends it; a folio that is merely typed is none."""

    filing_id: UUID
    relation: Relacion  # what it is meant as; what it becomes depends on where that filing stands


@dataclass(frozen=True)
class Submission:
    """One complete form, checked in shape. Exactly one of ``main_pdf``, ``photos`` and a typed ``petition`` makes the
    main document: with a PDF or photographs ``petition`` is what is asked in a few words, and may be empty."""

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
    earlier: tuple[UUID, ...] = ()  # the filings that this session remembers
    # ``main_pdf`` was signed with an e.firma in our page; photos are then what it was made of.
    signed_here: bool = False
    warnings: tuple[str, ...] = field(default=())  # e.g. a CURP whose check digit fails: noted, never a refusal
    request_id: str = ""  # for the log; no part of what was sent
    follows: Follows | None = None  # what was sent of it is ``previous_folio``; the leaf names what it became
    others: tuple[Person, ...] = ()  # who files beside the applicant
    common_representative: str = ""  # the name of the promovente who speaks for all, where there are several
    signed_for: Person | None = None  # firma a ruego: who signs because the applicant cannot

    def key_hash(self) -> str:
        """The idempotency key bound to its session, SHA-256 hex."""
        return hashlib.sha256(f"{self.session_id}\0{self.idempotency_key}".encode()).hexdigest()

    @property
    def promoventes(self) -> tuple[Person, ...]:
        """Everybody who files, the applicant first."""
        return (self.applicant, *self.others)

    def body_digest(self) -> str:
        """SHA-256 (hex) of the RFC 8785 form of everything that was sent, files by their digests."""
        uploads = [self.main_pdf, *self.photos, *(anexo.upload for anexo in self.anexos)]
        body: dict[str, Any] = {
            "promovente": asdict(self.applicant),
            "representante": asdict(self.representative) if self.representative else None,
            "destino": [self.tramite, "" if self.tramite else self.area],
            "asunto": self.asunto,
            "peticion": self.petition,
            "folio_previo": self.previous_folio,
            "archivos": [_told(upload) if upload else None for upload in uploads],
            "anexos": [[a.title, a.kind, a.support.value, a.reserved] for a in self.anexos],
            "buzon": self.buzon_consent,
            "aviso": [self.privacy_version, self.privacy_sha256],
        }
        return hashlib.sha256(rfc8785.dumps(body | self._where_given())).hexdigest()

    def _where_given(self) -> dict[str, Any]:
        """What forms did not always have: without it, one has the digest that it always had."""
        photos = [[_told(photo) for photo in anexo.photos] for anexo in self.anexos]
        later = {
            "firmado_aqui": self.signed_here,
            "otros_promoventes": [asdict(person) for person in self.others],
            "representante_comun": self.common_representative,
            "a_ruego": asdict(self.signed_for) if self.signed_for else None,
            "fotos_de_anexos": photos if any(photos) else None,
        }
        return {key: value for key, value in later.items() if value}


def _told(upload: Upload) -> list[str]:
    return [upload.sha256, upload.filename]
