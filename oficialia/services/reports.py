"""Dictámenes de verificación: the desk asks for a sealed report on the signatures of a received document.

A report is no act of the register: it moves nothing, so it has events and no leaf. Nothing that the public sends is
reported on: only an original that the register has, for somebody of the staff who sees its filing.

1. Asking: one transaction with the event of who asked for it, and the job.
2. A worker examines the original again, and this time the authorities are asked.
3. Recording: one transaction with the object, the event and the end of the job. Each report is an edition more, and is
   known by its digest for ever.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto
from oficialia.domain.staff import Actor, StaffAct, may, sees
from oficialia.errors import NotFound
from oficialia.models import Document, Event, Filing, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import certificates, events, follow_ups, ledger, looks, objects, observations, outbox
from oficialia.services.certificates import SealCertificate
from oficialia.services.objects import PDF
from oficialia.services.outbox import Kind
from oficialia.services.received_signatures import verdict_of
from signing.seal import Sealed
from signing.verdict import DocumentVerdict
from storage.bucket import Stored


def ask(runtime: Runtime, actor: Actor, filing_id: UUID, number: int) -> None:
    """Asks for a report on document ``number``; what is asked for already is not asked for twice. Raises NotFound."""
    with runtime.database.transaction() as session:
        filing = session.get(Filing, filing_id, with_for_update=True)
        if (
            filing is None
            or not may(actor.role, StaffAct.DICTAMINAR)
            or not sees(actor, follow_ups.attending(session, filing))
        ):
            raise NotFound
        mine = (Document.filing_id == filing_id) & (Document.number == number) & (Document.media_type == PDF)
        if session.scalar(select(Document.id).where(mine)) is None:
            raise NotFound
        if number in under_way(session, filing_id):
            return
        event = Event(
            filing_id=filing_id,
            at=runtime.clock(),
            act=Acto.DICTAMEN_PEDIDO,
            actor_role=actor.role,
            actor=actor.username,
            reason="",
            data={"documento": number},
        )
        session.add(event)
        session.flush()
        outbox.ask(session, Kind.REPORT, filing_id, event.at, ordinal=event.id)


def under_way(session: Session, filing_id: UUID) -> frozenset[int]:
    """The numbers of the documents for which a report was asked and is not there yet."""
    open_ = (Job.filing_id == filing_id) & (Job.kind == Kind.REPORT) & Job.done_at.is_(None)
    asked = session.scalars(select(Event.data).join(Job, Job.ordinal == Event.id).where(open_))
    return frozenset(data["documento"] for data in asked)


@dataclass(frozen=True)
class ReportWork:
    """What is to be reported on: the original under its digest, and what the register knows of it."""

    filing_id: UUID
    folio: str
    received_at: datetime
    document: Document
    name: str
    source: StoredObject
    asked_by: str
    at_reception: DocumentVerdict | None


def begin(runtime: Runtime, lease: outbox.Lease) -> ReportWork | None:
    """The work under this lease; None when it was done already (the job is then closed)."""
    with runtime.database.transaction() as session:
        asked = session.get_one(Event, lease.ordinal)
        if _is_done(session, asked):
            outbox.finish(session, lease, runtime.clock())
            return None
        mine = (Document.filing_id == lease.filing_id) & (Document.number == asked.data["documento"])
        document = session.scalars(select(Document).where(mine)).one()
        filing = session.get_one(Filing, lease.filing_id)
        return ReportWork(
            filing_id=lease.filing_id,
            folio=filing.folio,
            received_at=filing.received_at,
            document=document,
            name=observations.document_name(document),
            source=next(item for item in document.objects if item.purpose == Purpose.ORIGINAL),
            asked_by=looks.who(asked, looks.names(session, [asked])),
            at_reception=verdict_of(document),
        )


def record(
    runtime: Runtime,
    lease: outbox.Lease,
    work: ReportWork,
    *,
    colour: str,
    sealed: Sealed,
    stored: Stored,
    certificate: SealCertificate,
) -> bool:
    """Records the report and closes the job; False when the lease was lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())  # a certificate used for the first time has its leaf
        now = turn.registered_at
        if not outbox.finish(session, lease, now):
            return False
        session.get_one(Filing, work.filing_id, with_for_update=True)
        certificates.remember(session, turn, certificate)
        edition = 1 + sum(
            item.purpose == Purpose.REPORT for item in session.get_one(Document, work.document.id).objects
        )
        item = objects.sealed_by_us(
            work.filing_id,
            purpose=Purpose.REPORT,
            edition=edition,
            sealed=sealed,
            stored=stored,
            serial=certificate.serial,
            at=now,
        )
        # What it says is of the day; evidence for later years would be of another.
        item.document_id, item.protect_at = work.document.id, None
        session.add(item)
        session.add(
            events.by_office(
                work.filing_id,
                now,
                Acto.DICTAMEN,
                {
                    "documento": work.document.number,
                    "edicion": edition,
                    "dictamen": stored.sha256,
                    "color": colour,
                    "pedido": lease.ordinal,
                },
            )
        )
        return True


def _is_done(session: Session, asked: Event) -> bool:
    mine = (Event.filing_id == asked.filing_id) & (Event.act == Acto.DICTAMEN)
    return any(event.data["pedido"] == asked.id for event in session.scalars(select(Event).where(mine)))
