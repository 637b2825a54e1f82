"""Telling a promovente by mail that something happened to a filing: only at a confirmed address, in the transaction of
what happened."""

from sqlalchemy.orm import Session

from oficialia.models import Event, Filing
from oficialia.services import email_confirmation, outbox


def announce(session: Session, filing: Filing, event: Event) -> None:
    """Asks for the mail about ``event``, which notes whether it was asked for. The number of the job is the event's."""
    asked = email_confirmation.is_confirmed(session, filing.id)
    event.data = {**event.data, "correo": asked}
    if asked:
        session.flush()
        outbox.ask(session, outbox.Kind.MAIL_NOTICE, filing.id, event.at, ordinal=event.id)
