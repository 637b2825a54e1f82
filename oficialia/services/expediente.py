"""The expediente as a whole: a filing, and what its promovente added to it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Relacion
from oficialia.models import Filing, FollowUp

RELATION_WORDS = {
    Relacion.DESAHOGO: "Entrega lo que se pidió",
    Relacion.ALCANCE: "Agrega al escrito",
    Relacion.POSTERIOR: "Posterior: se atiende por separado",
}


@dataclass(frozen=True)
class Part:
    """A filing of an expediente; ``relation`` in words is empty for the one with which it began."""

    filing_id: UUID
    folio: str
    relation: str
    asunto: str
    received_at: datetime


def parts(session: Session, filing: Filing) -> tuple[Part, ...]:
    """All of it, the first one first, whichever of them ``filing`` is; nothing where it is alone."""
    own = session.get(FollowUp, filing.id)
    root = session.get_one(Filing, own.follows_id) if own else filing
    query = (
        select(Filing, FollowUp.relation)
        .join(FollowUp, FollowUp.filing_id == Filing.id)
        .where(FollowUp.follows_id == root.id)
        .order_by(Filing.year, Filing.sequence)
    )
    followers = [_part(each, RELATION_WORDS[Relacion(relation)]) for each, relation in session.execute(query)]
    return (_part(root, ""), *followers) if followers else ()


def _part(filing: Filing, relation: str) -> Part:
    return Part(filing.id, filing.folio, relation, filing.asunto, filing.received_at)
