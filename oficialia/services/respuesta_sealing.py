"""The register's side of sealing an answer: what is to be sealed, and recording that it was.

From that record on the filing is answered, and its promovente can have the answer.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Estado, NivelSello, Pendiente, Rol
from oficialia.domain.wording import instant
from oficialia.models import Event, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import certificates, ledger, notices, objects, outbox
from oficialia.services.acts import last
from oficialia.services.certificates import SealCertificate
from oficialia.services.sealing import verification_url
from signing.seal import Sealed
from storage.bucket import Stored

EDITION = 1


@dataclass(frozen=True)
class AnswerWork:
    """The answer to be stamped and sealed, and what its stamp says."""

    filing_id: UUID
    folio: str
    registered_at: str  # when it was handed in
    filename: str
    source: StoredObject
    url: str


def begin(runtime: Runtime, lease: outbox.Lease) -> AnswerWork | None:
    """What is to be sealed under this lease; None when it has been sealed already (the job is then closed)."""
    with runtime.database.transaction() as session:
        filing = session.get_one(Filing, lease.filing_id)
        if _objects(session, filing.id, Purpose.SEALED_ANSWER):
            outbox.finish(session, lease, runtime.clock())
            return None
        [source] = _objects(session, filing.id, Purpose.ANSWER)
        event = last(session, filing.id, Acto.RESPUESTA)
        return AnswerWork(
            filing_id=filing.id,
            folio=filing.folio,
            registered_at=instant(source.stored_at),
            filename=event.data["archivo"] if event else "",
            source=source,
            url=verification_url(runtime, runtime.codes.verification(filing.id)),
        )


def record(
    runtime: Runtime, lease: outbox.Lease, *, sealed: Sealed, stored: Stored, certificate: SealCertificate
) -> bool:
    """Records the sealed answer with its leaf ``sello_respuesta`` and announces it, all in one: the filing is answered.
    False when the lease was lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        now = turn.registered_at
        if not outbox.finish(session, lease, now):
            return False
        certificates.remember(session, turn, certificate)
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        filing.estado, filing.pendiente = Estado.RESUELTO, Pendiente.NADA
        [source] = _objects(session, filing.id, Purpose.ANSWER)
        item = objects.sealed_by_us(
            filing.id,
            purpose=Purpose.SEALED_ANSWER,
            edition=EDITION,
            sealed=sealed,
            stored=stored,
            serial=certificate.serial,
            at=now,
        )
        session.add(item)
        facts: dict[str, str | int] = {
            "acto": "sello_respuesta",
            "folio": filing.folio,
            "edicion": EDITION,
            "original": source.sha256,
            "sellado": stored.sha256,
            "estrategia": sealed.strategy,
            "nivel": sealed.level,
            "certificado": certificate.serial,
        }
        ledger.append(session, turn, filing, Acto.SELLO_RESPUESTA, facts)
        event = Event(
            filing_id=filing.id,
            at=now,
            act=Acto.SELLO_RESPUESTA,
            actor_role=Rol.SISTEMA,
            actor="",
            reason="",
            data={"estrategia": sealed.strategy, "nivel": sealed.level},
        )
        session.add(event)
        notices.announce(session, filing, event)
        if NivelSello(sealed.level) is NivelSello.B_B:
            outbox.ask(session, outbox.Kind.RAISE, filing.id, now, ordinal=outbox.RAISE_ANSWER)
        return True


def _objects(session: Session, filing_id: UUID, purpose: Purpose) -> list[StoredObject]:
    mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == purpose)
    return list(session.scalars(select(StoredObject).where(mine).order_by(StoredObject.edition)))
