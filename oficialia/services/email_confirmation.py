"""Confirming an e-mail address with a one-time code; only then is the acuse mailed."""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto, Etapa
from oficialia.errors import NotFound, TooMany
from oficialia.models import EmailConfirmation, Event, Filing
from oficialia.runtime import Runtime
from oficialia.services import events, outbox

CODE_LIFETIME = timedelta(hours=24)  # mail to a phone without signal may take its time
MAX_WRONG = 5  # of 1,000,000: with three codes the chance of guessing is 15 in a million
MAX_CODES = 3


def begin(session: Session, filing_id: UUID, address: str, now: datetime, *, known_from: UUID | None = None) -> None:
    """Asks for the first code to be mailed, in the transaction of the filing; or takes the address as confirmed, where
    the filing ``known_from``, which it follows, confirmed the same."""
    if known_from and _confirmed_for(session, known_from, address):
        session.add(
            EmailConfirmation(
                filing_id=filing_id, address=address, serial=0, attempts=0, expires_at=now, confirmed_at=now
            )
        )
        session.add(_event(filing_id, now))
        return
    session.add(
        EmailConfirmation(filing_id=filing_id, address=address, serial=1, attempts=0, expires_at=now + CODE_LIFETIME)
    )
    outbox.ask(session, outbox.Kind.MAIL_CODE, filing_id, now, ordinal=1)


def confirm(runtime: Runtime, filing_id: UUID, code: str) -> bool:
    """Whether ``code`` is the one last mailed. True also asks for the acuse to be mailed. Raises TooMany after 5 wrong
    codes
    (a new one must be asked for), NotFound when the filing gave no address."""
    with runtime.database.transaction() as session:
        # The filing's row is locked first, here and where the acuse is recorded: whoever comes second sees the other's
        # act.
        filing = session.get(Filing, filing_id, with_for_update=True)
        pending, now = _pending(session, filing_id), runtime.clock()
        if pending.confirmed_at:
            return True
        if pending.attempts >= MAX_WRONG:
            raise TooMany("Escribió varios códigos equivocados. Pida un código nuevo.")
        typed = "".join(character for character in code if character in "0123456789")
        right = hmac.compare_digest(typed, runtime.codes.mail_code(filing_id, pending.serial))
        if not right or now > pending.expires_at:
            pending.attempts += 1
            return False
        pending.confirmed_at = now
        session.add(_event(filing_id, now))
        if filing and filing.etapa == Etapa.ACUSE_LISTO:
            outbox.ask(session, outbox.Kind.MAIL_ACUSE, filing_id, now)
        return True


def _confirmed_for(session: Session, filing_id: UUID, address: str) -> bool:
    known = session.get(EmailConfirmation, filing_id)
    return known is not None and known.confirmed_at is not None and known.address == address


def _event(filing_id: UUID, now: datetime) -> Event:
    return events.by_promovente(filing_id, now, Acto.CORREO_CONFIRMADO, {})


def is_confirmed(session: Session, filing_id: UUID) -> bool:
    """Whether the filing has an address that was confirmed: mail goes to no other."""
    confirmation = session.get(EmailConfirmation, filing_id)
    return confirmation is not None and confirmation.confirmed_at is not None


def confirmed_by(address: str) -> ColumnElement[bool]:
    """The confirmations of ``address``, in capitals or not."""
    same = func.lower(EmailConfirmation.address) == address.lower()
    return same & EmailConfirmation.confirmed_at.is_not(None)


def resend(runtime: Runtime, filing_id: UUID) -> None:
    """Mails a new code; the ones before stop counting. Raises TooMany after 3, NotFound when the filing gave no
    address."""
    with runtime.database.transaction() as session:
        pending, now = _pending(session, filing_id), runtime.clock()
        if pending.confirmed_at:
            return
        if pending.serial >= MAX_CODES:
            raise TooMany(
                "Ya enviamos tres códigos a ese correo. Guarde su clave de seguimiento: con ella ve su acuse."
            )
        pending.serial += 1
        pending.attempts = 0
        pending.expires_at = now + CODE_LIFETIME
        outbox.ask(session, outbox.Kind.MAIL_CODE, filing_id, now, ordinal=pending.serial)


def _pending(session: Session, filing_id: UUID) -> EmailConfirmation:
    query = select(EmailConfirmation).where(EmailConfirmation.filing_id == filing_id).with_for_update()
    pending = session.scalars(query).one_or_none()
    if pending is None:
        raise NotFound
    return pending
