"""Thousands of filings at once, as rows alone: for what has to stay fast when there are many."""

import uuid
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from oficialia.db import Database
from oficialia.domain import names
from oficialia.domain.filing import Estado, Etapa, NivelFirma, NivelSello
from oficialia.domain.folio import Folio
from oficialia.domain.plazos import Termino
from oficialia.models import Deadline, Document, Filing, Party, PartyWord

FIRST_NAMES = ("María", "José", "Ángel", "Lucía", "Íñigo", "Sofía", "Raúl", "Elena", "Óscar", "Inés")
SURNAMES = ("Peña", "Núñez", "Güereña", "Ruiz", "López", "Ávila", "Cruz", "Ibáñez", "Ordóñez", "Solís", "Muñoz")
BEGAN = datetime(2025, 1, 2, 15, 0, tzinfo=UTC)


def name_of(number: int) -> str:
    """The name of who filed that one; each is different by its last word."""
    first, second = SURNAMES[number % len(SURNAMES)], SURNAMES[number // 7 % len(SURNAMES)]
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {first} {second} Zeta{number:05d}"


def crowd(database: Database, count: int) -> None:
    """That many filings of 2025: every third is answered, every tenth turned to Obras Públicas, the others open."""
    ids = [uuid.UUID(int=number + 1) for number in range(count)]
    with database.transaction() as session:
        session.execute(insert(Filing), [_filing(number, ids[number]) for number in range(count)])
        session.execute(insert(Party), [_party(number, ids[number]) for number in range(count)])
        session.execute(insert(Deadline), [_deadline(number, ids[number]) for number in range(count)])
        session.execute(insert(Document), [_document(number, ids[number]) for number in range(count)])
        words = [
            {"word": word, "filing_id": ids[number]} for number in range(count) for word in names.words(name_of(number))
        ]
        session.execute(insert(PartyWord), words)


def _filing(number: int, filing_id: uuid.UUID) -> dict[str, object]:
    at = BEGAN + timedelta(minutes=number)
    turned = number % 10 == 1
    state = Estado.RESUELTO if number % 3 == 0 else Estado.TURNADO if turned else Estado.PRESENTADO
    return {
        "id": filing_id,
        "folio": str(Folio(2025, number + 1)),
        "year": 2025,
        "sequence": number + 1,
        "received_at": at,
        "registered_at": at,
        "effective_date": at.date(),
        "estado": state,
        "etapa": Etapa.ACUSE_LISTO,
        "nivel_sello": NivelSello.B_T,
        "nivel_firma": NivelFirma.N0,
        "pendiente": "",
        "area_clave": "OP",
        "turned_to": "OB" if turned else None,
        "policy_id": "PLAZOS-DEMO-2026-1",
        "corte": "corte_horario",
        "asunto": f"Asunto número {number}",
        "petition": "",
        "previous_folio": "",
        "buzon_consent": False,
        "privacy_version": "1",
        "privacy_sha256": "00",
        "identity_salt": b"",
        "verification_hash": f"v{number}",
        "tracking_hash": f"t{number}",
        "idempotency_hash": f"i{number}",
        "body_digest": "",
        "request_id": "",
        "held_reason": "",
    }


def _party(number: int, filing_id: uuid.UUID) -> dict[str, object]:
    blank = dict.fromkeys(("curp", "rfc", "email", "phone", "address"), "")
    return {
        "filing_id": filing_id,
        "position": 0,
        "role": "promovente",
        "kind": "fisica",
        "name": name_of(number),
        **blank,
    }


def _deadline(number: int, filing_id: uuid.UUID) -> dict[str, object]:
    # Not in the order of the folios, so that the order by due date has to be made.
    due = date(2026, 1, 1) + timedelta(days=number * 7 % 365)
    return {
        "filing_id": filing_id,
        "term": Termino.RESPUESTA,
        "days": 15,
        "due": due,
        "fundamento": "",
        "provisional": False,
        "counted_from": None,
    }


def _document(number: int, filing_id: uuid.UUID) -> dict[str, object]:
    return {
        "filing_id": filing_id,
        "number": 0,
        "role": "principal",
        "title": "",
        "kind": "escrito_libre",
        "support": "digitalizado",
        "reserved": False,
        "filename": "a.pdf",
        "media_type": "application/pdf",
        "pages": 1,
        "size": 1,
        "sha256": f"{number:064x}",
        "flags": [],
        "findings": [],
    }
