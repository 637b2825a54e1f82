"""Acuses de notificación: what each states, and recording it once it is sealed.

1. What was opened in the buzón, when, how, and what it said: nothing where it was acknowledged already.
2. One transaction: the acuse with its event and its leaf ``acuse_notificacion``, the end of the job, and mail.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto
from oficialia.models import Event, Filing, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import catalog, certificates, events, ledger, notices, objects, outbox
from oficialia.services.buzon import Medio
from oficialia.services.certificates import SealCertificate
from signing.seal import Sealed
from storage.bucket import Stored


@dataclass(frozen=True)
class NoticeWork:
    """What an acuse de notificación states."""

    filing_id: UUID
    folio: str
    number: int  # of the event that it acknowledges
    asunto: str
    who: str
    area: str
    what: str
    asked: tuple[str, ...]  # of a prevención: the requirements, in words
    reason: str
    due: str  # of a prevención: the day, ISO
    answer_sha256: str  # of an answer: the digest of the sealed PDF
    published_at: datetime
    opened_at: datetime
    medio: Medio
    leaf: int
    leaf_hash: str
    code: str  # código de verificación


def begin(runtime: Runtime, lease: outbox.Lease) -> NoticeWork | None:
    """Step 1: what is to be acknowledged under this lease; None when it was already (the job is then closed)."""
    with runtime.database.transaction() as session:
        filing, opened = session.get_one(Filing, lease.filing_id), session.get_one(Event, lease.ordinal)
        if any(event.data["de"] == opened.id for event in filing.events if event.act == Acto.ACUSE_NOTIFICACION):
            outbox.finish(session, lease, runtime.clock())
            return None
        source = session.get_one(Event, opened.data["evento"])
        mine = (LedgerLeaf.filing_id == filing.id) & (LedgerLeaf.act == Acto.NOTIFICACION)
        leaf = session.scalars(select(LedgerLeaf).where(mine, LedgerLeaf.registered_at == opened.at)).one()
        names = catalog.requirements(session, filing.cedula)
        prevencion = source.act == Acto.PREVENCION
        return NoticeWork(
            filing_id=filing.id,
            folio=filing.folio,
            number=opened.id,
            asunto=filing.asunto,
            who=filing.parties[0].name,
            area=(filing.attending or filing.area).nombre,
            what=opened.data["de"],
            asked=tuple(names[text] for text in source.data["requisitos"]) if prevencion else (),
            reason=source.reason,
            due=source.data["vence"] if prevencion else "",
            answer_sha256="" if prevencion else _answer(session, filing.id),
            published_at=source.at,
            opened_at=opened.at,
            medio=Medio(opened.data["medio"]),
            leaf=leaf.index,
            leaf_hash=leaf.hash,
            code=runtime.codes.verification(filing.id),
        )


def _answer(session: Session, filing_id: UUID) -> str:
    """The first edition: what was there to be opened begins with it, whatever evidence was added since."""
    mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == Purpose.SEALED_ANSWER)
    return session.scalars(select(StoredObject.sha256).where(mine).order_by(StoredObject.edition).limit(1)).one()


def record(
    runtime: Runtime,
    lease: outbox.Lease,
    work: NoticeWork,
    *,
    sealed: Sealed,
    stored: Stored,
    certificate: SealCertificate,
) -> bool:
    """Step 2. False when the lease was lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        now = turn.registered_at
        if not outbox.finish(session, lease, now):
            return False
        filing = session.get_one(Filing, work.filing_id, with_for_update=True)
        certificates.remember(session, turn, certificate)
        item = objects.sealed_by_us(
            filing.id,
            purpose=Purpose.NOTICE,
            edition=_next_edition(session, filing.id),
            sealed=sealed,
            stored=stored,
            serial=certificate.serial,
            at=now,
        )
        # Of each there is one edition, with its certified time: what lasts is its leaf (docs/adr/0021).
        item.protect_at = None
        session.add(item)
        event = events.by_office(filing.id, now, Acto.ACUSE_NOTIFICACION, {"de": work.number, "edicion": item.edition})
        session.add(event)
        facts: dict[str, str | int] = {
            "acto": Acto.ACUSE_NOTIFICACION,
            "folio": filing.folio,
            "edicion": item.edition,
            "hoja": work.leaf,
            "documento": stored.sha256,
            "certificado": certificate.serial,
        }
        ledger.append(session, turn, filing, Acto.ACUSE_NOTIFICACION, facts)
        notices.announce(session, filing, event)
        return True


def _next_edition(session: Session, filing_id: UUID) -> int:
    """One more than there are acuses de notificación of the filing."""
    mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == Purpose.NOTICE)
    return 1 + (session.scalar(select(func.count(StoredObject.id)).where(mine)) or 0)
