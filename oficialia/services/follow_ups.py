"""What follows a filing: the answer to a prevención (desahogo), and what is added to it (alcance).

Each is a filing of its own, with folio and acuse, received as any other. In the same transaction the filing that it
follows, the root of the expediente, learns of it:

1. The root's row is locked, after the books: what it becomes depends on where the root stands now.
2. A desahogo lets the root go on from where it was prevenido, and the terms of the root start anew from the fecha de
   efectos of the desahogo. An alcance moves nothing.
3. The root gets an event and a leaf under the same word, and a confirmed address gets mail.

To an expediente that is over nothing is joined: what comes then is a filing like any other, that names the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from oficialia.domain.filing import JOINED, OPEN, Acto, Estado, Relacion
from oficialia.domain.ledger import Record
from oficialia.domain.plazos import Term, Termino, TermRule, term_from
from oficialia.errors import NotFound
from oficialia.models import Deadline, Filing, FollowUp
from oficialia.services import events, ledger, notices, policies
from oficialia.services.acts import standing_of
from oficialia.services.ledger import Turn
from oficialia.services.submission import Follows


@dataclass(frozen=True)
class Followed:
    """The filing that another one follows, locked, and as what."""

    root: Filing
    relation: Relacion

    @property
    def joined(self) -> bool:
        """Whether the one that follows belongs to its expediente."""
        return self.relation in JOINED


def begin(session: Session, follows: Follows | None) -> Followed | None:
    """Step 1; call it under the lock on the books. Raises NotFound."""
    if follows is None:
        return None
    root = session.get(Filing, root_of(session, follows.filing_id), with_for_update=True)
    if root is None:
        raise NotFound
    return Followed(root, relation_of(root, follows.relation))


def root_of(session: Session, filing_id: UUID) -> UUID:
    """The filing to whose expediente that one belongs: itself, or the one that it was joined to."""
    mine = (FollowUp.filing_id == filing_id) & FollowUp.relation.in_(JOINED)
    joined_to = session.scalar(select(FollowUp.follows_id).where(mine))
    return joined_to or filing_id


def relation_of(root: Filing, meant: Relacion) -> Relacion:
    """What a writing that follows ``root`` is, where that stands now."""
    if root.estado not in OPEN:
        return Relacion.POSTERIOR
    answers = meant is Relacion.DESAHOGO and root.estado == Estado.PREVENIDO
    return Relacion.DESAHOGO if answers else Relacion.ALCANCE


def joined_to_those_of(area: str) -> ColumnElement[bool]:
    """The filings that belong to the expediente of a filing that was turned to the area of that clave."""
    root = aliased(Filing)
    mine = FollowUp.follows_id.in_(select(root.id).where(root.turned_to == area)) & FollowUp.relation.in_(JOINED)
    return Filing.id.in_(select(FollowUp.filing_id).where(mine))


def attending(session: Session, filing: Filing) -> str:
    """Clave of the area that attends to it, or to the expediente to which it belongs; "" while none does."""
    root = session.get_one(Filing, root_of(session, filing.id))
    return root.turned_to or ""


def terms_anew(session: Session, root: Filing, effective: date) -> tuple[Term, ...]:
    """The terms that the acuse of ``root`` promised, from that day on."""
    calendar = policies.load_published_calendar(session)
    promised = [row for row in root.deadlines if row.counted_from is None]
    rules = (TermRule(Termino(row.term), row.days, row.fundamento) for row in promised)
    return tuple(term_from(effective, rule, calendar) for rule in rules)


def join(session: Session, turn: Turn, filing: Filing, followed: Followed | None) -> None:
    """Steps 2 and 3, once ``filing`` is registered."""
    if followed is None:
        return
    session.add(FollowUp(filing_id=filing.id, follows_id=followed.root.id, relation=followed.relation))
    if followed.relation is Relacion.DESAHOGO:
        _complete(session, turn, filing, followed)
    elif followed.relation is Relacion.ALCANCE:
        facts = {"escrito": filing.folio, "efectos": filing.effective_date.isoformat()}
        _tell(session, turn, filing, followed, facts)


def _complete(session: Session, turn: Turn, filing: Filing, followed: Followed) -> None:
    root = followed.root
    asked = next((row for row in reversed(root.deadlines) if row.term == Termino.PREVENCION), None)
    terms = terms_anew(session, root, filing.effective_date)
    moved = standing_of(root).completed(turned=root.turned_to is not None)
    if moved is not None:  # `relation_of` says so, under the same lock
        root.estado, root.pendiente = moved.estado, moved.pendiente
    root.deadlines.extend(_deadline(term, filing.effective_date) for term in terms)
    facts: dict[str, str | Sequence[str]] = {
        "escrito": filing.folio,
        "efectos": filing.effective_date.isoformat(),
        "vencia": asked.due.isoformat() if asked else "",
        "plazos": [f"{term.term} {term.days} {term.due.isoformat()}" for term in terms],
    }
    _tell(session, turn, filing, followed, facts)


def _deadline(term: Term, effective: date) -> Deadline:
    return Deadline(
        term=term.term,
        days=term.days,
        due=term.due,
        fundamento=term.fundamento,
        provisional=term.provisional,
        counted_from=effective,
    )


def _tell(session: Session, turn: Turn, filing: Filing, followed: Followed, facts: Record) -> None:
    root, act = followed.root, Acto(followed.relation.value)
    event = events.by_promovente(root.id, turn.registered_at, act, facts, name=filing.parties[0].name)
    session.add(event)
    ledger.append(session, turn, root, act, {"acto": act, "folio": root.folio, **facts})
    notices.announce(session, root, event)
