"""One inbox for all filings of a confirmed e-mail, or of an RFC: opened by a one-time code or an e.firma, no password.

Nothing is learnt from asking: whatever address is typed, the same row is written and the same letter is asked for, and
only the worker that would send it looks whether the address has filings (``letters``). An entry belongs to the browser
that asked for it, and is over after some hours.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Estado, NivelFirma
from oficialia.domain.folio import Folio
from oficialia.domain.wording import mask, mask_email
from oficialia.errors import NotFound, TooMany
from oficialia.models import EmailConfirmation, Filing, InboxEntry, Party
from oficialia.runtime import Runtime
from oficialia.services import buzon, email_confirmation, letters
from oficialia.services.buzon import Medio
from oficialia.services.outbox import Kind
from oficialia.services.tracking_words import ESTADOS

CODE_LIFETIME = timedelta(minutes=10)
MAX_WRONG = 5  # of 1,000,000; and five codes an hour to an address
LIFETIME = timedelta(hours=12)  # as long as the session of the browser
OVER = "Su buzón se cerró. Pida otro código para abrirlo."
_ASK_AGAIN = "Ese código ya no sirve. Pida uno nuevo."


@dataclass(frozen=True)
class Row:
    """A filing as the inbox lists it."""

    folio: str
    asunto: str
    standing: str
    received_at: datetime
    unopened: int  # messages of its buzón
    prevented: bool  # something is asked of the promovente


@dataclass(frozen=True)
class Inbox:
    """All filings of whoever it is; ``whose`` is masked."""

    whose: str
    rows: tuple[Row, ...]


def ask(runtime: Runtime, address: str) -> UUID:
    """The entry of somebody who asks for a code; the code is mailed where the address was confirmed for a filing."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        mailed = letters.has_room(session, address, now)
        # Beyond the limit nothing is said either: whoever could see it would learn that somebody asks for this address.
        # An entry without a letter is of no address, so that no code opens it: else who asks often could guess often.
        entry = InboxEntry(id=uuid4(), address=address if mailed else "", rfc="", created_at=now, attempts=0)
        session.add(entry)
        if mailed:
            letters.ask(session, Kind.MAIL_ENTRY, address, entry.id, now)
        return entry.id


def enter(runtime: Runtime, entry_id: UUID, code: str) -> bool:
    """Whether ``code`` is the one mailed for the entry. Raises TooMany once it cannot be any more."""
    with runtime.database.transaction() as session:
        entry = session.get(InboxEntry, entry_id, with_for_update=True)
        now = runtime.clock()
        if entry is None or entry.attempts >= MAX_WRONG or now > entry.created_at + CODE_LIFETIME:
            raise TooMany(_ASK_AGAIN)
        if not hmac.compare_digest(code.encode(), runtime.codes.entry_code(entry_id).encode()):
            entry.attempts += 1
            return False
        # No letter was sent to an address without filings, but a code can be guessed.
        if not letters.has_filings(session, entry.address):
            entry.attempts += 1
            return False
        entry.opened_at = now
        return True


def enter_with_efirma(runtime: Runtime, rfc: str) -> UUID:
    """The open entry of who showed to be the holder of the e.firma of ``rfc``; call it only then."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        entry = InboxEntry(id=uuid4(), address="", rfc=rfc, created_at=now, attempts=0, opened_at=now)
        session.add(entry)
        return entry.id


def view(runtime: Runtime, entry_id: UUID) -> Inbox:
    """The filings of an entry, the newest first. Raises NotFound once it is over."""
    with runtime.database.reading() as session:
        entry = _open(runtime, session, entry_id)
        found = session.scalars(select(Filing).where(_of(entry)).order_by(Filing.year.desc(), Filing.sequence.desc()))
        whose = mask_email(entry.address) or mask(entry.rfc)
        return Inbox(whose, _rows(found.all()))


def open_filing(runtime: Runtime, entry_id: UUID, folio: str) -> tuple[UUID, Medio]:
    """A filing of the entry, and how its promovente was known. Raises NotFound, the same for absent and not theirs."""
    with runtime.database.reading() as session:
        entry = _open(runtime, session, entry_id)
        query = select(Filing.id).where(_of(entry), Filing.folio == str(Folio.parse(folio)))
        found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found, Medio.CORREO if entry.address else Medio.EFIRMA


def _open(runtime: Runtime, session: Session, entry_id: UUID) -> InboxEntry:
    entry = session.get(InboxEntry, entry_id)
    if entry is None or entry.opened_at is None or runtime.clock() > entry.opened_at + LIFETIME:
        raise NotFound(OVER)
    return entry


def _of(entry: InboxEntry) -> ColumnElement[bool]:
    """Of an address: what confirmed it. Of an RFC: what its holder signed with the e.firma when filing it."""
    if entry.address:
        mine = select(EmailConfirmation.filing_id).where(email_confirmation.confirmed_by(entry.address))
        return Filing.id.in_(mine)
    holder = (Party.rfc == entry.rfc) & (Party.position == 0)
    signed = Filing.nivel_firma == NivelFirma.N3
    return signed & Filing.id.in_(select(Party.filing_id).where(holder))


def _rows(filings: Sequence[Filing]) -> tuple[Row, ...]:
    return tuple(
        Row(
            folio=filing.folio,
            asunto=filing.asunto,
            standing=ESTADOS[Estado(filing.estado)][0],
            received_at=filing.received_at,
            unopened=len(buzon.sealed_up(filing)),
            prevented=filing.estado == Estado.PREVENIDO,
        )
        for filing in filings
    )
