"""The buzón: what the authority tells who consented to be told there, and that it was opened.

A prevención and an answer are published in the buzón of their filing. What they say is shown once the promovente opens
them and is notified, which is an act: one transaction with event and leaf ``notificacion`` and the job ``notificar``,
for which a worker makes the acuse de notificación (``notificaciones``). A message is opened once; who opens it again
sees it, and nothing is done.

Who did not consent has no buzón: what the authority says to them is shown as it comes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto
from oficialia.domain.wording import iso_local
from oficialia.errors import NotFound
from oficialia.models import Filing, LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import events, ledger, outbox
from oficialia.services.outbox import Kind


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
    """The promovente opens a message and is notified. Raises NotFound."""
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
        event = events.by_promovente(
            filing.id,
            turn.registered_at,
            Acto.NOTIFICACION,
            {"evento": number, "de": message.what, "medio": medio},
            name=filing.parties[0].name,
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
