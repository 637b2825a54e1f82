"""A filing as the desk sees it: everything that the register has of it, but its secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import FOLLOWED_BY, Acto, Estado, Etapa, NivelFirma, Pendiente
from oficialia.domain.folio import Folio
from oficialia.domain.parties import Parte
from oficialia.domain.plazos import ZONE, Termino
from oficialia.domain.staff import Actor, StaffAct, may
from oficialia.errors import NotFound
from oficialia.models import Area, Deadline, Event, Filing, FollowUp, LedgerLeaf, Party
from oficialia.runtime import Runtime
from oficialia.services import acts, desk_documents, desk_words, expediente, looks
from oficialia.services.desk import seen_by
from oficialia.services.desk_documents import DocumentView, FileView
from oficialia.services.desk_verdicts import Mark, worst
from oficialia.services.desk_words import ACTO_WORDS, Due
from oficialia.services.expediente import Part
from oficialia.services.level_words import REGISTERED
from oficialia.services.looks import Look
from oficialia.services.party_words import PAGE_WORDS, presenters, told
from oficialia.services.plazo_words import TERM_NAMES, how_computed, how_counted


@dataclass(frozen=True)
class PartyView:
    """Who files, or for whom."""

    role: str
    name: str
    data: tuple[tuple[str, str], ...]  # what they gave of themselves, each with its name


@dataclass(frozen=True)
class TermView:
    """A term that runs."""

    name: str
    due: Due | None
    day: date
    how: str
    provisional: bool


@dataclass(frozen=True)
class Step:
    """Something that happened: who did it, what, and why."""

    at: datetime
    who: str
    what: str
    reason: str


@dataclass(frozen=True)
class Leaf:
    """What of it stands in the ledger."""

    index: int
    what: str
    at: datetime
    hash: str


@dataclass(frozen=True)
class PartOfDesk:
    """A filing of the expediente with the documents that came in with it; ``here``: it is the one that is looked at."""

    part: Part
    files: tuple[FileView, ...]
    here: bool


@dataclass(frozen=True)
class DeskFiling:
    """Everything that its page shows."""

    filing_id: UUID
    seen: int  # `acts.mark` as of this view
    allowed: frozenset[StaffAct]  # what the viewer may do to it now
    folio: str
    asunto: str
    petition: str
    estado: Estado
    pendiente: Pendiente
    standing: str  # both, in words
    stage: str  # where the machine is, in words, while it is not done
    held_reason: str
    received_at: datetime
    registered_at: datetime
    effective_date: date
    addressed_to: str
    attends: str  # the area it was turned to, "" for none
    tramite: str
    previous_folio: str
    followed_by: tuple[str, ...]  # folios of the filings that name this one as their previous folio
    expediente: tuple[PartOfDesk, ...]  # the filings that belong together; nothing where it is alone
    signed: str  # how, by its level
    consented: bool  # to be notified in the buzón
    annulment: str  # why somebody asks to annul it, while that waits for a decision
    due: Due | None
    mark: Mark
    applicant: str  # who files, in a few words
    parties: tuple[PartyView, ...]
    listed: tuple[str, ...]  # the names of many others who file
    terms: tuple[TermView, ...]
    documents: tuple[DocumentView, ...]
    files: tuple[FileView, ...]
    steps: tuple[Step, ...]
    looks: tuple[Look, ...]
    leaves: tuple[Leaf, ...]


def find(runtime: Runtime, actor: Actor, folio: str) -> UUID:
    """The id of a filing that ``actor`` sees. Raises NotFound, the same for absent and for not theirs."""
    with runtime.database.reading() as session:
        query = select(Filing.id).where(Filing.folio == str(Folio.parse(folio)), seen_by(actor))
        found = session.scalars(query).one_or_none()
    if found is None or not may(actor.role, StaffAct.VER):
        raise NotFound
    return found


def ensure(runtime: Runtime, actor: Actor, filing_id: UUID, act: StaffAct) -> None:
    """Raises NotFound where the act is not the actor's, Conflict where the filing does not admit it now."""
    with runtime.database.reading() as session:
        acts.check(session, session.get_one(Filing, filing_id), actor, act, None)


def view(runtime: Runtime, actor: Actor, filing_id: UUID) -> DeskFiling:
    """The filing of `find` in full."""
    today = runtime.clock().astimezone(ZONE).date()
    with runtime.database.reading() as session:
        return _view(session, session.get_one(Filing, filing_id), actor, today)


def _view(session: Session, filing: Filing, actor: Actor, today: date) -> DeskFiling:
    documents = desk_documents.documents(session, filing.id)
    estado, pendiente = Estado(filing.estado), Pendiente(filing.pendiente)
    people = told(filing.parties)
    answer = [row.due for row in filing.deadlines if row.term == Termino.RESPUESTA]
    return DeskFiling(
        filing_id=filing.id,
        seen=acts.mark(session, filing.id),
        allowed=acts.possible(session, filing, actor),
        folio=filing.folio,
        asunto=filing.asunto,
        petition=filing.petition,
        estado=estado,
        pendiente=pendiente,
        standing=desk_words.standing(estado, pendiente),
        stage=desk_words.ETAPA_WORDS[Etapa(filing.etapa)],
        held_reason=filing.held_reason,
        received_at=filing.received_at,
        registered_at=filing.registered_at,
        effective_date=filing.effective_date,
        addressed_to=filing.area.nombre,
        attends=filing.attending.nombre if filing.attending else "",
        tramite=filing.tramite.nombre if filing.tramite else "",
        previous_folio=filing.previous_folio,
        followed_by=_followed_by(session, filing, actor),
        expediente=_expediente(session, filing),
        signed=REGISTERED[NivelFirma(filing.nivel_firma)],
        consented=filing.buzon_consent,
        annulment=_annulment(session, filing),
        due=desk_words.due(max(answer, default=None), estado, today),
        mark=worst(document.mark for document in documents),
        applicant=presenters(filing.parties),
        parties=tuple(map(_party, people.people)),
        listed=people.listed,
        terms=tuple(_term(filing, row, estado, today) for row in filing.deadlines),
        documents=documents,
        files=desk_documents.files(session, filing),
        steps=_steps(session, filing.events),
        looks=looks.of(session, filing.events),
        leaves=_leaves(session, filing.id),
    )


def _followed_by(session: Session, filing: Filing, actor: Actor) -> tuple[str, ...]:
    """Those that merely name it; what belongs to its expediente is told there."""
    linked = select(FollowUp.filing_id).where(FollowUp.follows_id == filing.id)
    query = select(Filing.folio).where(Filing.previous_folio == filing.folio, Filing.id.not_in(linked), seen_by(actor))
    return tuple(session.scalars(query.order_by(Filing.year, Filing.sequence)))


def _expediente(session: Session, filing: Filing) -> tuple[PartOfDesk, ...]:
    return tuple(
        PartOfDesk(each, _handed_in(session, each), here=each.filing_id == filing.id)
        for each in expediente.parts(session, filing)
    )


def _handed_in(session: Session, part: Part) -> tuple[FileView, ...]:
    files = desk_documents.files(session, session.get_one(Filing, part.filing_id))
    return tuple(each for each in files if each.purpose == Purpose.ORIGINAL)


def _annulment(session: Session, filing: Filing) -> str:
    if filing.pendiente != Pendiente.ANULACION:
        return ""
    asked = acts.last(session, filing.id, Acto.ANULACION_PEDIDA)
    return asked.reason if asked else ""


def _party(party: Party) -> PartyView:
    given = (
        ("CURP", party.curp),
        ("RFC", party.rfc),
        ("Correo", party.email),
        ("Teléfono", party.phone),
        ("Domicilio", party.address),
    )
    return PartyView(PAGE_WORDS[Parte(party.role)], party.name, tuple((name, value) for name, value in given if value))


def _term(filing: Filing, row: Deadline, estado: Estado, today: date) -> TermView:
    counted = (
        how_counted(row.days, row.counted_from) if row.counted_from else how_computed(row.days, filing.effective_date)
    )
    due = desk_words.due(row.due, estado, today) if _runs(filing, row) else None
    name = TERM_NAMES[row.term] if _runs(filing, row) else f"{TERM_NAMES[row.term]} (ya no corre)"
    return TermView(name, due, row.due, f"{counted}. {row.fundamento}.", row.provisional)


def _runs(filing: Filing, row: Deadline) -> bool:
    """Whether it still counts: the last of its kind, and that of a prevención while it is asked."""
    if row.term == Termino.PREVENCION and filing.estado != Estado.PREVENIDO:
        return False
    return row is [each for each in filing.deadlines if each.term == row.term][-1]


def _steps(session: Session, events: Sequence[Event]) -> tuple[Step, ...]:
    """Its history without the looks, which have a list of their own."""
    told = [event for event in events if event.act != Acto.CONSULTA]
    known = looks.names(session, told)
    areas = dict(session.execute(select(Area.clave, Area.nombre)).all())
    return tuple(Step(each.at, looks.who(each, known), _what(each, areas), each.reason) for each in told)


def _what(event: Event, areas: Mapping[str, str]) -> str:
    words = ACTO_WORDS[Acto(event.act)]
    if event.act in FOLLOWED_BY:
        return f"{words}: {event.data['escrito']}"
    return f"{words} a {areas.get(event.data['a'], event.data['a'])}" if event.act == Acto.TURNO else words


def _leaves(session: Session, filing_id: UUID) -> tuple[Leaf, ...]:
    query = select(LedgerLeaf).where(LedgerLeaf.filing_id == filing_id).order_by(LedgerLeaf.index)
    return tuple(
        Leaf(row.index, ACTO_WORDS[Acto(row.act)], row.registered_at, row.hash) for row in session.scalars(query)
    )
