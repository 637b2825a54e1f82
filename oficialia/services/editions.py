"""New editions: a sealed copy, an acuse and an answer that went out without their certified time get it later, and an
acuse that went out with the promise of its proofs gets them.

Nothing issued before is withdrawn: each edition stays known by its digest and has its leaf, so an old one always
verifies. What is missing is always looked up in the register, never assumed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, NivelSello
from oficialia.models import Acuse, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import acuse_fields, certificates, events, ledger, objects, outbox
from oficialia.services.acuse_fields import Draft
from oficialia.services.acuses import Issued, statement
from oficialia.services.certificates import SealCertificate
from oficialia.services.ledger import Turn
from signing.raising import Raised
from signing.seal import Sealed
from storage.bucket import Stored

WITHOUT_TIME = NivelSello.B_B


@dataclass(frozen=True)
class Untimed:
    """What of a filing lacks its certified time: the newest sealed copy (or answer), the newest acuse, or both."""

    filing_id: UUID
    folio: str
    sealed: StoredObject | None
    acuse: bool


def begin(runtime: Runtime, lease: outbox.Lease) -> Untimed | None:
    """What is to be raised under this lease; None when nothing lacks its time (the job is then closed)."""
    with runtime.database.transaction() as session:
        filing = session.get_one(Filing, lease.filing_id)
        of_answer = lease.ordinal == outbox.RAISE_ANSWER
        sealed = newest(session, filing.id, Purpose.SEALED_ANSWER if of_answer else Purpose.SEALED)
        lacks = _lacks(sealed)
        found = Untimed(
            filing_id=filing.id,
            folio=filing.folio,
            sealed=sealed if lacks else None,
            acuse=not of_answer and (lacks or _acuse_lacks(newest_acuse(session, filing.id), sealed)),
        )
        if found.sealed is None and not found.acuse:
            outbox.finish(session, lease, runtime.clock())
            return None
        return found


def _acuse_lacks(acuse: Acuse, sealed: StoredObject) -> bool:
    """Its own time, or the copy as it was raised: something went away between that and its new edition."""
    return acuse.token is None or _lacks(acuse.object) or sealed.sha256 not in acuse.cadena.split("|")


def begin_proving(runtime: Runtime, lease: outbox.Lease) -> bool:
    """Whether the newest acuse of the filing under this lease still only promises its proofs; else the job is
    closed."""
    with runtime.database.transaction() as session:
        if newest_acuse(session, lease.filing_id).checkpoint_size is None:
            return True
        outbox.finish(session, lease, runtime.clock())
        return False


def record_sealed(runtime: Runtime, lease: outbox.Lease, before: StoredObject, raised: Raised, stored: Stored) -> bool:
    """Records a sealed copy's or an answer's new edition with its leaf; the job stays open for the rest. False when the
    lease was lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        if not outbox.holds(session, lease):
            return False
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        if before.purpose == Purpose.SEALED:
            filing.nivel_sello = NivelSello.B_T
        item = objects.grown(before, stored=stored, level=NivelSello.B_T, at=turn.registered_at)
        session.add(item)
        leaf_and_event(session, turn, filing, item, {"anterior": before.sha256})
        return True


def draft_acuse(runtime: Runtime, lease: outbox.Lease, certificate: SealCertificate) -> Draft:
    """Everything the new edition of the acuse states but its sello."""
    with runtime.database.reading() as session:
        return acuse_fields.draft(session, runtime, session.get_one(Filing, lease.filing_id), certificate)


def record_acuse(
    runtime: Runtime,
    lease: outbox.Lease,
    *,
    issued: Issued,
    sealed: Sealed,
    stored: Stored,
    certificate: SealCertificate,
) -> bool:
    """Records the acuse's new edition with its leaf and closes the job. False when the lease was lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        now = turn.registered_at
        if not outbox.finish(session, lease, now):
            return False
        certificates.remember(session, turn, certificate)
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        before = newest_acuse(session, filing.id)
        item = objects.sealed_by_us(
            filing.id,
            purpose=Purpose.ACUSE,
            edition=before.edition + 1,
            sealed=sealed,
            stored=stored,
            serial=certificate.serial,
            at=now,
        )
        before.object.protect_at = None
        session.add(statement(item, issued, now))
        facts = {"anterior": before.object.sha256, "cadena": hashlib.sha256(issued.cadena.encode()).hexdigest()}
        leaf_and_event(session, turn, filing, item, facts)
        return True


def finish(runtime: Runtime, lease: outbox.Lease) -> None:
    """Closes the job of an answer: it has its time, and no acuse states it."""
    with runtime.database.transaction() as session:
        outbox.finish(session, lease, runtime.clock())


def newest(session: Session, filing_id: UUID, purpose: Purpose) -> StoredObject:
    """The last edition of the filing's sealed copy, acuse or sealed answer."""
    mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == purpose)
    return session.scalars(select(StoredObject).where(mine).order_by(StoredObject.edition.desc()).limit(1)).one()


def newest_acuse(session: Session, filing_id: UUID) -> Acuse:
    """The last edition of what the acuse states."""
    query = select(Acuse).where(Acuse.filing_id == filing_id).order_by(Acuse.edition.desc()).limit(1)
    return session.scalars(query).one()


def _lacks(item: StoredObject) -> bool:
    return item.seal_level == WITHOUT_TIME


def leaf_and_event(session: Session, turn: Turn, filing: Filing, item: StoredObject, more: Mapping[str, str]) -> None:
    """The leaf and the event of a new edition; ``more`` are facts that its kind adds to the leaf."""
    facts: dict[str, str | int] = {
        "acto": "edicion",
        "folio": filing.folio,
        "de": item.purpose,
        "edicion": item.edition,
        "documento": item.sha256,
        "nivel": item.seal_level,
        **more,
    }
    ledger.append(session, turn, filing, Acto.EDICION, facts)
    session.add(
        events.by_office(
            filing.id,
            turn.registered_at,
            Acto.EDICION,
            {"de": item.purpose, "edicion": item.edition, "nivel": item.seal_level},
        )
    )
