"""The register's side of sealing: what is to be sealed, and recording that it was.

The worker seals only what it finds here, under the digest found here; what it made is recorded once, with its leaf.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import Acto, Etapa, NivelSello
from oficialia.domain.wording import instant
from oficialia.models import Document, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import certificates, events, ledger, objects, outbox
from oficialia.services.certificates import SealCertificate
from signing.seal import Sealed
from storage.bucket import Stored


@dataclass(frozen=True)
class SealingWork:
    """The main document to be stamped and sealed, and what the stamp says."""

    filing_id: UUID
    folio: str
    registered_at: str
    filename: str
    source: StoredObject
    verification_code: str
    url: str


def begin(runtime: Runtime, lease: outbox.Lease) -> SealingWork | None:
    """What is to be sealed under this lease; None when it has been sealed already (the job is then closed)."""
    with runtime.database.transaction() as session:
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        document = _principal(session, filing.id)
        if any(item.purpose == Purpose.SEALED for item in document.objects):
            outbox.finish(session, lease, runtime.clock())
            return None
        filing.etapa = Etapa.SELLANDO
        filing.held_reason = ""
        code = runtime.codes.verification(filing.id)
        return SealingWork(
            filing_id=filing.id,
            folio=filing.folio,
            registered_at=instant(filing.registered_at),
            filename=document.filename,
            source=next(item for item in document.objects if item.purpose == Purpose.ORIGINAL),
            verification_code=code,
            url=verification_url(runtime, code),
        )


def verification_url(runtime: Runtime, code: str) -> str:
    """The permanent address of a código de verificación."""
    return f"{runtime.labels.public_url}/v/{code}"


def record(
    runtime: Runtime, lease: outbox.Lease, *, sealed: Sealed, stored: Stored, certificate: SealCertificate
) -> bool:
    """Records the sealed copy with its leaf ``sello`` and asks for the acuse, all in one; False when the lease was
    lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        if not outbox.finish(session, lease, turn.registered_at):
            return False
        certificates.remember(session, turn, certificate)
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        document = _principal(session, filing.id)
        filing.nivel_sello = NivelSello(sealed.level)
        document.objects.append(
            objects.sealed_by_us(
                filing.id,
                purpose=Purpose.SEALED,
                edition=1,
                sealed=sealed,
                stored=stored,
                serial=certificate.serial,
                at=turn.registered_at,
            )
        )
        facts: Mapping[str, str | int] = {
            "acto": "sello",
            "folio": filing.folio,
            "documento": document.number,
            "edicion": 1,
            "original": document.sha256,
            "sellado": stored.sha256,
            "estrategia": sealed.strategy,
            "nivel": sealed.level,
            "certificado": certificate.serial,
        }
        ledger.append(session, turn, filing, Acto.SELLO, facts)
        session.add(
            events.by_office(
                filing.id, turn.registered_at, Acto.SELLO, {"estrategia": sealed.strategy, "nivel": sealed.level}
            )
        )
        outbox.ask(session, outbox.Kind.ACUSE, filing.id, turn.registered_at)
        return True


def _principal(session: Session, filing_id: UUID) -> Document:
    query = select(Document).where(Document.filing_id == filing_id, Document.role == Role.PRINCIPAL)
    return session.scalars(query).one()
