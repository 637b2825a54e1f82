"""Letters that belong to no filing: the link to a draft, and the code that opens the inbox of an address.

Nothing secret is kept: a letter names what it is about, and the worker makes code and link again from the server's
secret. Its address is forgotten some hours later, so that who only asked leaves no trace.
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from oficialia.errors import TooMany
from oficialia.logs import request_id
from oficialia.models import AskedLetter, EmailConfirmation, InboxEntry
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, outbox
from oficialia.services.mail import Letter
from oficialia.services.outbox import Kind

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5  # letters of no filing to one address: nobody's mailbox is filled through us
KEPT = timedelta(hours=24)  # an address that is written to, and an entry of the inbox; longer than any outage of mail
TOO_MANY = "Ya enviamos varios mensajes a ese correo. Espere una hora y vuelva a intentar."


def ask_draft_link(runtime: Runtime, address: str, draft_id: UUID) -> None:
    """Asks for the link to a draft to be mailed to ``address``. Raises TooMany after some in an hour."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        if not has_room(session, address, now):
            raise TooMany(TOO_MANY)
        ask(session, Kind.MAIL_DRAFT, address, draft_id, now)


def ask(session: Session, kind: Kind, address: str, about: UUID, now: datetime) -> None:
    """Asks for a letter in the transaction of the act that needs it."""
    asked = AskedLetter(address=address, about=about, created_at=now, request_id=request_id.get())
    session.add(asked)
    session.flush()
    outbox.ask(session, kind, None, now, ordinal=asked.id)


def has_room(session: Session, address: str, now: datetime) -> bool:
    """Whether ``address`` may get another letter within this hour."""
    same = (func.lower(AskedLetter.address) == address.lower()) & (AskedLetter.created_at > now - HOUR)
    return (session.scalar(select(func.count(AskedLetter.id)).where(same)) or 0) < MOST_AN_HOUR


def write(runtime: Runtime, lease: outbox.Lease) -> Letter | None:
    """The letter that the job asks for; None when it is not wanted any more (the job is then closed)."""
    with runtime.database.transaction() as session:
        asked = session.get(AskedLetter, lease.ordinal)
        if asked is not None and asked.address:
            if lease.kind is Kind.MAIL_DRAFT:
                return _letter(runtime, asked, "Siga su escrito donde lo dejó", _draft(runtime, asked.about))
            if has_filings(session, asked.address):
                return _letter(runtime, asked, "Código para abrir su buzón", _entry(runtime, asked.about))
        outbox.finish(session, lease, runtime.clock())
        return None


def record(runtime: Runtime, lease: outbox.Lease) -> None:
    """Closes the job once the mail server has taken the message."""
    with runtime.database.transaction() as session:
        outbox.finish(session, lease, runtime.clock())


def has_filings(session: Session, address: str) -> bool:
    """Whether somebody confirmed ``address`` for a filing."""
    confirmed = select(EmailConfirmation.filing_id).where(email_confirmation.confirmed_by(address))
    return session.scalar(confirmed.limit(1)) is not None


def forget(runtime: Runtime) -> None:
    """Takes the addresses out of letters, and addresses and RFC out of entries, that are over."""
    with runtime.database.transaction() as session:
        until = runtime.clock() - KEPT
        session.execute(
            update(AskedLetter).where(AskedLetter.created_at < until, AskedLetter.address != "").values(address="")
        )
        old = (InboxEntry.created_at < until) & ((InboxEntry.address != "") | (InboxEntry.rfc != ""))
        session.execute(update(InboxEntry).where(old).values(address="", rfc=""))


def _letter(runtime: Runtime, asked: AskedLetter, subject: str, paragraphs: tuple[str, ...]) -> Letter:
    labels = runtime.labels
    # Over the number alone: a Message-ID is read by others, and tells them nothing.
    name = hashlib.sha256(f"carta {asked.id} {asked.about}".encode()).hexdigest()[:32]
    office = f"{labels.office}, {labels.municipality}"
    return Letter(asked.address, subject, (*paragraphs, office), f"<carta.{name}@oficialia>")


def _draft(runtime: Runtime, draft_id: UUID) -> tuple[str, ...]:
    code, url = runtime.codes.draft(draft_id), runtime.labels.public_url
    return (
        "Guardamos su escrito a medias durante 7 días desde su último cambio. Aún no lo ha presentado.",
        f"Ábralo aquí: {url}/borrador#{code}",
        f"También puede entrar a {url}/borrador y escribir este código: {code}",
        "No comparta este mensaje: quien lo tenga puede ver y cambiar su borrador.",
        "Si usted no escribió nada en esta página, ignore este mensaje.",
    )


def _entry(runtime: Runtime, entry_id: UUID) -> tuple[str, ...]:
    return (
        f"Su código es {runtime.codes.entry_code(entry_id)}.",
        "Escríbalo en la página donde lo pidió para ver sus escritos. Vence en 10 minutos.",
        "No lo comparta con nadie. La oficina nunca se lo pedirá por teléfono ni por mensaje.",
        "Si usted no lo pidió, ignore este mensaje: sin el código nadie ve nada.",
    )
