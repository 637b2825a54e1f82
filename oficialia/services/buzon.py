"""The buzón: what the authority tells who consented to be told there, and that it was opened.

A prevención and an answer are published in the buzón of their filing. What they say is shown once the promovente opens
them and is notified, which is an act:

1. One transaction: event and leaf ``notificacion``, job ``notificar``. A message is opened once; who opens it again
   sees it, and nothing is done.
2. A worker makes the acuse de notificación and seals it (workers/notificaciones.py).
3. One transaction: the acuse with its event and its leaf ``acuse_notificacion``, the end of the job, and mail.

Who did not consent has no buzón: what the authority says to them is shown as it comes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Rol
from oficialia.domain.wording import iso_local
from oficialia.errors import NotFound
from oficialia.models import Event, Filing, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import catalog, certificates, ledger, notices, objects, outbox
from oficialia.services.certificates import SealCertificate
from oficialia.services.outbox import Kind
from signing.seal import Sealed
from storage.bucket import Stored


class Medio(StrEnum):
    """How who opened it showed to be the promovente."""

    SESION = "sesion"  # the browser that filed it
    CLAVE = "clave"  # folio and clave de seguimiento
    CORREO = "correo"  # a code mailed to the confirmed address
    EFIRMA = "efirma"  # a challenge signed with the e.firma


# What is published in the buzón, as the leaf of the notification names it.
PUBLISHED = {Acto.PREVENCION: "prevencion", Acto.SELLO_RESPUESTA: "respuesta"}


@dataclass(frozen=True)
class Message:
    """Something that the authority published in the buzón of a filing; ``number`` is that of its event."""

    number: int
    what: str  # prevencion | respuesta
    published_at: datetime
    opened_at: datetime | None


def messages(filing: Filing) -> tuple[Message, ...]:
    """What is in the buzón of a filing, the newest first; nothing for who did not consent."""
    if not filing.buzon_consent:
        return ()
    opened = {event.data["evento"]: event.at for event in filing.events if event.act == Acto.NOTIFICACION}
    found = [
        Message(event.id, PUBLISHED[Acto(event.act)], event.at, opened.get(event.id))
        for event in filing.events
        if event.act in PUBLISHED
    ]
    return tuple(reversed(found))


def sealed_up(filing: Filing) -> frozenset[str]:
    """What was published and not opened yet, by `Message.what`: it is shown to nobody but the office."""
    return frozenset(each.what for each in messages(filing) if each.opened_at is None)


def open_message(runtime: Runtime, filing_id: UUID, number: int, medio: Medio) -> None:
    """Step 1: the promovente opens a message and is notified. Raises NotFound."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        filing = session.get(Filing, filing_id, with_for_update=True)
        found = [each for each in messages(filing) if each.number == number] if filing else []
        if filing is None or not found:
            raise NotFound
        [message] = found
        if message.opened_at is not None:
            return
        facts: dict[str, str | int] = {
            "de": message.what,
            "hoja": _leaf_of(session, filing, message),
            "publicada_en": iso_local(message.published_at),
            "medio": medio,
        }
        event = Event(
            filing_id=filing.id,
            at=turn.registered_at,
            act=Acto.NOTIFICACION,
            actor_role=Rol.PROMOVENTE,
            actor=filing.parties[0].name,
            reason="",
            data={"evento": number, "de": message.what, "medio": medio},
        )
        session.add(event)
        ledger.append(
            session, turn, filing, Acto.NOTIFICACION, {"acto": Acto.NOTIFICACION, "folio": filing.folio, **facts}
        )
        session.flush()
        outbox.ask(session, Kind.NOTIFY, filing.id, event.at, ordinal=event.id)


def _leaf_of(session: Session, filing: Filing, message: Message) -> int:
    """The leaf of what is notified: made in the same instant as its event."""
    act = next(acto for acto, what in PUBLISHED.items() if what == message.what)
    mine = (LedgerLeaf.filing_id == filing.id) & (LedgerLeaf.act == act)
    leaves = session.scalars(select(LedgerLeaf).where(mine, LedgerLeaf.registered_at == message.published_at))
    return leaves.one().index


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
    """What is to be acknowledged under this lease; None when it was already (the job is then closed)."""
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
    """Step 3. False when the lease was lost."""
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
            edition=1 + len(notices_of(session, filing.id)),
            sealed=sealed,
            stored=stored,
            serial=certificate.serial,
            at=now,
        )
        # Of each there is one edition, with its certified time: what lasts is its leaf (docs/adr/0021).
        item.protect_at = None
        session.add(item)
        event = Event(
            filing_id=filing.id,
            at=now,
            act=Acto.ACUSE_NOTIFICACION,
            actor_role=Rol.SISTEMA,
            actor="",
            reason="",
            data={"de": work.number, "edicion": item.edition},
        )
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


def notices_of(session: Session, filing_id: UUID) -> list[StoredObject]:
    """The acuses de notificación of a filing, in the order in which they were issued."""
    mine = (StoredObject.filing_id == filing_id) & (StoredObject.purpose == Purpose.NOTICE)
    return list(session.scalars(select(StoredObject).where(mine).order_by(StoredObject.edition)))
