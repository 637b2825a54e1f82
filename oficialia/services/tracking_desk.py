"""What the desk did with a filing, as who holds its key sees it: where it stands, what is asked, an annulment."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto, Estado
from oficialia.domain.plazos import Termino
from oficialia.models import Filing
from oficialia.services import buzon, catalog, follow_ups
from oficialia.services.acts import last
from oficialia.services.plazo_words import how_counted
from oficialia.services.tracking_words import ESTADOS


@dataclass(frozen=True)
class StandingView:
    """The legal word, and what it means where it stands; ``root`` is the folio of the expediente to which it was
    joined, "" for one that stands by itself."""

    word: str
    meaning: str
    root: str


@dataclass(frozen=True)
class RequestView:
    """What the promovente is asked to complete, and until when."""

    at: datetime
    requirements: tuple[str, ...]  # of the frozen cédula, as it has them; none for a writing without a tramite
    asked: tuple[str, ...]  # the same in words
    reason: str
    due: date
    how: str
    provisional: bool


@dataclass(frozen=True)
class AnnulmentView:
    """When and why a filing was annulled, in the words of the person who asked and of the one who confirmed."""

    at: datetime
    reason: str
    confirmed: str


@dataclass(frozen=True)
class MessageView:
    """Something in the buzón: what it is, when it was published, and when it was opened; ``due`` is the day until which
    what a prevención asks can be handed in."""

    number: int
    title: str
    published_at: datetime
    opened_at: datetime | None
    due: date | None


_MESSAGES = {"prevencion": "Le pedimos completar su escrito", "respuesta": "La autoridad le respondió"}


def standing(session: Session, filing: Filing) -> StandingView:
    """Where the filing stands."""
    word, meaning = ESTADOS[Estado(filing.estado)]
    joined = filing.estado == Estado.ACUMULADO
    root = session.get_one(Filing, follow_ups.root_of(session, filing.id)).folio if joined else ""
    area = filing.attending.nombre if filing.attending else ""
    return StandingView(word, meaning.format(area=area, root=root), root)


def inbox(filing: Filing) -> tuple[MessageView, ...]:
    """What is in the buzón of the filing, the newest first."""
    due = {event.id: event.data.get("vence") for event in filing.events}
    return tuple(
        MessageView(
            each.number,
            _MESSAGES[each.what],
            each.published_at,
            each.opened_at,
            date.fromisoformat(day) if (day := due[each.number]) else None,
        )
        for each in buzon.messages(filing)
    )


def request(session: Session, filing: Filing) -> RequestView | None:
    """What is asked, while it is asked and, where it came by the buzón, once it was opened."""
    asked = filing.estado == Estado.PREVENIDO and "prevencion" not in buzon.sealed_up(filing)
    event = last(session, filing.id, Acto.PREVENCION) if asked else None
    term = next((row for row in reversed(filing.deadlines) if row.term == Termino.PREVENCION), None)
    if event is None or term is None or term.counted_from is None:
        return None
    names = catalog.requirements(session, filing.cedula)
    return RequestView(
        at=event.at,
        requirements=tuple(event.data["requisitos"]),
        asked=tuple(names[text] for text in event.data["requisitos"]),
        reason=event.reason,
        due=term.due,
        how=f"{how_counted(term.days, term.counted_from)}. {term.fundamento}.",
        provisional=term.provisional,
    )


def annulment(session: Session, filing: Filing) -> AnnulmentView | None:
    """The annulment of a filing that was annulled."""
    if filing.estado != Estado.ANULADO_CON_TRAZA:
        return None
    event = last(session, filing.id, Acto.ANULACION)
    return AnnulmentView(event.at, event.data["motivo"], event.reason) if event else None
