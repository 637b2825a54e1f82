"""A draft that follows a filing: what is already known of it, so that the promovente is asked only for the rest."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from oficialia.domain.filing import OPEN, Relacion
from oficialia.domain.parties import PROMOVENTES, Parte, Way
from oficialia.errors import Conflict, NotFound
from oficialia.models import Filing, Party
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, follow_ups, tracking_desk
from oficialia.services.submission import Follows

OVER = "Este expediente ya terminó. Presente otro escrito y mencione su folio."


def prefilled(runtime: Runtime, filing_id: UUID, meant: Relacion) -> Mapping[str, Mapping[str, Any]]:
    """The answers of a draft that follows that filing, by step: what it follows (``sigue``), and what is known.

    Raises NotFound, and Conflict where the expediente is over.
    """
    with runtime.database.reading() as session:
        filing = session.get(Filing, follow_ups.root_of(session, filing_id))
        if filing is None:
            raise NotFound
        if filing.estado not in OPEN:
            raise Conflict(OVER)
        return {
            "sigue": _follows(session, filing, meant),
            "que": _what(filing),
            "quien": _who(filing),
            "escrito": {"asunto": filing.asunto, "folio_previo": filing.folio},
            "aviso": _notices(session, filing),
        }


def follows(answers: Mapping[str, Mapping[str, Any]]) -> Follows | None:
    """What a draft follows, as its submission says it."""
    sigue = answers.get("sigue")
    return Follows(UUID(sigue["filing_id"]), Relacion(sigue["relacion"])) if sigue else None


def _follows(session: Session, filing: Filing, meant: Relacion) -> Mapping[str, Any]:
    relation = follow_ups.relation_of(filing, meant)
    asked = tracking_desk.request(session, filing) if relation is Relacion.DESAHOGO else None
    return {
        "filing_id": str(filing.id),
        "folio": filing.folio,
        "relacion": relation.value,
        "pedido": list(asked.asked) if asked else [],
        "requisitos": list(asked.requirements) if asked else [],
        "motivo": asked.reason if asked else "",
    }


def _what(filing: Filing) -> Mapping[str, Any]:
    return {"destino": f"tramite:{filing.tramite_clave}" if filing.tramite_clave else f"area:{filing.area_clave}"}


def _who(filing: Filing) -> Mapping[str, Any]:
    first = filing.parties[0]
    return {"persona": first.kind, **_person(first), **_with_whom(filing.parties)}


def _with_whom(parties: Sequence[Party]) -> Mapping[str, str]:
    """Who filed for the first promovente, or with them."""
    by_role = {party.role: party for party in parties}
    if represents := by_role.get(Parte.REPRESENTANTE):
        return {"como": Way.REPRESENTED, **{f"rep_{name}": value for name, value in _person(represents).items()}}
    if signs := by_role.get(Parte.A_RUEGO):
        return {"como": Way.UNABLE, "ruego_nombre": signs.name}
    names = [party.name for party in parties if party.role in PROMOVENTES]
    speaks = by_role.get(Parte.REPRESENTANTE_COMUN, parties[0])
    alone = len(names) == 1
    return {"como": Way.ALONE} if alone else {"como": Way.SEVERAL, "otros": "\n".join(names[1:]), "comun": speaks.name}


def _person(party: Party) -> dict[str, str]:
    return {"nombre": party.name, "curp": party.curp, "rfc": party.rfc}


def _notices(session: Session, filing: Filing) -> Mapping[str, Any]:
    """An address that nobody confirmed may be somebody else's: it is asked for again."""
    first, confirmed = filing.parties[0], email_confirmation.is_confirmed(session, filing.id)
    contact = {"correo": first.email if confirmed else "", "telefono": first.phone, "domicilio": first.address}
    return {**contact, "buzon": filing.buzon_consent}
