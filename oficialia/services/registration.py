"""The rows of a new filing and the record that its leaf commits to: step 5 of intake, without the transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from oficialia.domain import codes, names
from oficialia.domain.acuse import identity_commitment
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Estado, Etapa, NivelFirma, NivelSello, Pendiente, Relacion
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import SALT_BYTES, Record
from oficialia.domain.parties import MOST_PROMOVENTES, Parte
from oficialia.domain.wording import iso_local
from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.models import Deadline, Document, Filing, Party, PartyWord
from oficialia.services import catalog, objects, policies
from oficialia.services.efirma_level import is_signed_by
from oficialia.services.follow_ups import Followed, terms_anew
from oficialia.services.pieces import Piece, Source
from oficialia.services.submission import Person, Submission
from signing.reason import Colour
from storage.bucket import Stored

OFFICIAL_ID = "identificacion_oficial"  # the kind of document that makes a signed scan level N1


@dataclass(frozen=True)
class StoredPiece:
    """A document of the submission and where its bytes now lie."""

    piece: Piece
    original: Stored
    sources: tuple[tuple[Source, Stored], ...]


def make_filing(
    session: Session,
    secret: codes.Codes,
    submission: Submission,
    *,
    filing_id: UUID,
    folio: Folio,
    registered_at: datetime,
    stored: Sequence[StoredPiece],
    followed: Followed | None = None,
) -> Filing:
    """Adds the filing with its parties, terms, documents and objects. Raises SubmissionRefused for an unknown
    destination, and for parties that do not fit together."""
    tramite, area = catalog.destination(session, submission.tramite, submission.area)
    plazos = policies.plazos(session, submission.received_at, tramite)
    terms = plazos.terms
    if followed and followed.relation is Relacion.DESAHOGO:  # what its acuse says is what runs for the whole
        terms = terms_anew(session, followed.root, plazos.effective)
    filing = Filing(
        id=filing_id,
        folio=str(folio),
        year=folio.year,
        sequence=folio.sequence,
        received_at=submission.received_at,
        registered_at=registered_at,
        effective_date=plazos.effective,
        estado=Estado.ACUMULADO if followed and followed.joined else Estado.PRESENTADO,
        etapa=Etapa.RECIBIDA,
        nivel_sello=NivelSello.SIN_SELLO,
        nivel_firma=signature_level(submission, stored),
        pendiente=Pendiente.NADA,
        area=area,
        tramite=tramite,
        cedula=tramite.cedulas[-1] if tramite else None,
        policy_id=plazos.policy_id,
        corte=plazos.corte,
        asunto=submission.asunto,
        petition=submission.petition,
        previous_folio=submission.previous_folio,
        buzon_consent=submission.buzon_consent,
        privacy_version=submission.privacy_version,
        privacy_sha256=submission.privacy_sha256,
        identity_salt=secrets.token_bytes(SALT_BYTES),
        verification_hash=codes.digest(secret.verification(filing_id)),
        tracking_hash=codes.digest(secret.tracking(filing_id)),
        idempotency_hash=submission.key_hash(),
        body_digest=submission.body_digest(),
        request_id=submission.request_id,
        held_reason="",
        parties=_parties(submission),
        deadlines=[
            Deadline(term=t.term, days=t.days, due=t.due, fundamento=t.fundamento, provisional=t.provisional)
            for t in terms
        ],
    )
    session.add(filing)
    session.flush()
    session.add_all(PartyWord(word=word, filing_id=filing.id) for word in searched(filing.parties))
    for number, item in enumerate(stored):
        session.add(_document(filing, number, item))
    session.flush()
    return filing


def record(
    filing: Filing, submission: Submission, stored: Sequence[StoredPiece], followed: Followed | None = None
) -> Record:
    """What the ``ingreso`` leaf commits to (docs/formatos.md)."""
    follows = {"sigue": followed.root.folio, "relacion": followed.relation} if followed else {}
    return follows | {
        "acto": "ingreso",
        "folio": filing.folio,
        "expediente": str(filing.id),
        "recibido_en": iso_local(filing.received_at),
        "registrado_en": iso_local(filing.registered_at),
        "efectos": filing.effective_date.isoformat(),
        "politica": filing.policy_id,
        "area": filing.area_clave,
        "tramite": filing.tramite_clave or "",
        "cedula": filing.cedula.sha256 if filing.cedula else "",
        "asunto": filing.asunto,
        "identidad": identity_commitment(filing.identity_salt, identifier(filing.parties[0])),
        "documentos": [item.original.sha256 for item in stored],
        "formulario": submission.body_digest(),
    }


def identifier(party: Party) -> str:
    """The CURP or, without one, the RFC; empty when neither was given."""
    return party.curp or party.rfc


def signature_level(submission: Submission, stored: Sequence[StoredPiece]) -> NivelFirma:
    """How the promovente signed: N3 with their e.firma in our page, N2 a PDF signed with a certificate, N1 a scan with
    an official identification, else N0. What was signed here is N3 only while the bytes themselves say so."""
    principal, *anexos = (item.piece for item in stored)
    typed = any(source.extension == "txt" for source in principal.sources)
    signed = principal.verdict.colour is not Colour.NONE
    who = submission.applicant, submission.representative
    if submission.signed_here and is_signed_by(principal.verdict, *who):
        return NivelFirma.N3
    return level_of(signed=signed, typed=typed, kinds=[anexo.kind for anexo in anexos])


def level_of(*, signed: bool, typed: bool, kinds: Sequence[str]) -> NivelFirma:
    """The same from what the rows tell; ``kinds`` are those of the anexos."""
    if signed:
        return NivelFirma.N2
    return NivelFirma.N1 if OFFICIAL_ID in kinds and not typed else NivelFirma.N0


def searched(parties: Sequence[Party]) -> set[str]:
    """The words under which the desk finds a filing."""
    return {word for party in parties for word in names.words(party.name)}


def _parties(submission: Submission) -> list[Party]:
    people = [(Parte.PROMOVENTE, person) for person in submission.promoventes]
    if len(people) > MOST_PROMOVENTES:
        words = f"Nombre a {MOST_PROMOVENTES} personas o menos. Las demás van en la lista de firmas."
        raise SubmissionRefused(FieldFault("promoventes", words))
    if submission.common_representative:
        place = _place(submission)
        people[place] = (Parte.REPRESENTANTE_COMUN, people[place][1])
    if submission.representative:
        people.append((Parte.REPRESENTANTE, submission.representative))
    if submission.signed_for:
        people.append((Parte.A_RUEGO, submission.signed_for))
    return [_party(position, role, person) for position, (role, person) in enumerate(people)]


def _place(submission: Submission) -> int:
    """Of the common representative among the promoventes; of two with one name, the first."""
    names = [person.name for person in submission.promoventes]
    if submission.common_representative not in names:
        words = "Elija como representante común a una de las personas que presentan."
        raise SubmissionRefused(FieldFault("representante_comun", words))
    return names.index(submission.common_representative)


def _party(position: int, role: str, person: Person) -> Party:
    return Party(
        position=position,
        role=role,
        kind=person.kind,
        name=person.name,
        curp=person.curp,
        rfc=person.rfc,
        email=person.email,
        phone=person.phone,
        address=person.address,
    )


def _document(filing: Filing, number: int, item: StoredPiece) -> Document:
    piece, seen = item.piece, item.piece.inspection
    document = Document(
        filing_id=filing.id,
        number=number,
        role=piece.role,
        title=piece.title,
        kind=piece.kind,
        support=piece.support,
        reserved=piece.reserved,
        filename=piece.upload.filename,
        media_type=seen.media_type,
        pages=seen.pages,
        size=item.original.size,
        sha256=item.original.sha256,
        flags=[flag.value for flag in seen.flags],
        findings=[],
        verdict=piece.verdict.to_json(),
    )
    rows = [(Purpose.ORIGINAL, 1, item.original, seen.media_type.value, seen.pages)]
    rows += [
        (Purpose.SOURCE, edition, stored, source.media_type, 0)
        for edition, (source, stored) in enumerate(item.sources, start=1)
    ]
    document.objects = [
        objects.handed_in(
            filing.id,
            purpose=purpose,
            edition=edition,
            stored=stored,
            media_type=media_type,
            pages=pages,
            at=filing.registered_at,
        )
        for purpose, edition, stored, media_type, pages in rows
    ]
    return document
