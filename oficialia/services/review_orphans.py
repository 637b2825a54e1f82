"""Rows that belong to a filing which the register does not have: what is left when somebody deletes a filing's row."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import String, cast, func, select

from oficialia.db import Database
from oficialia.models import (
    Acuse,
    Base,
    Deadline,
    Document,
    EmailConfirmation,
    Event,
    Filing,
    FollowUp,
    Job,
    LedgerLeaf,
    Party,
    StoredObject,
)
from oficialia.services.review_findings import Code, Finding

_WORDS: dict[type[Base], str] = {
    Document: "documentos",
    StoredObject: "objetos",
    Acuse: "acuses",
    LedgerLeaf: "hojas del libro",
    Job: "trabajos",
    Party: "personas",
    Deadline: "plazos",
    Event: "pasos de su historia",
    EmailConfirmation: "correos por confirmar",
    FollowUp: "ligas con otro expediente",
}


def rows_without_filing(database: Database) -> Iterator[Finding]:
    """One finding for each filing that is gone, with its folio where a leaf tells it, and what is left of it."""
    left: dict[str, list[str]] = defaultdict(list)
    folios: dict[str, str] = {}
    known = select(Filing.id)
    with database.reading() as session:
        for model, words in _WORDS.items():
            column = model.__table__.c.filing_id
            # As text: an id that cannot be read is without its filing all the same.
            name = cast(column, String)
            query = select(name, func.count()).where(column.is_not(None), column.not_in(known)).group_by(column)
            for filing, count in session.execute(query):
                left[filing].append(f"{count} {words}")
        if left:
            owner = cast(LedgerLeaf.filing_id, String)
            told = select(owner, LedgerLeaf.folio).where(LedgerLeaf.filing_id.not_in(known)).distinct()
            folios = dict(session.execute(told).all())
    for filing, parts in sorted(left.items()):
        folio = f", folio {folios[filing]}" if filing in folios else ""
        yield Finding(
            Code.ROWS_ORPHAN,
            f"expediente {_name(filing)}{folio}",
            f"El registro ya no tiene este expediente, y sí lo que era de él: {', '.join(parts)}.",
        )


def _name(text: str) -> str:
    """The id as objects and logs write it; what is none, as it is."""
    try:
        return str(UUID(text))
    except ValueError:
        return text
