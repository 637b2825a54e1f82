"""The messages that the office writes, in text and HTML, and recording that they went out. No personal data in a
subject."""

from dataclasses import dataclass, field
from html import escape

from sqlalchemy import select

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Rol
from oficialia.models import EmailConfirmation, Event, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import outbox


@dataclass(frozen=True)
class Letter:
    """A message to be sent: its paragraphs, and the stored objects that go with it under their file names."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    message_id: str  # the same for every attempt, so that mailboxes can drop a double
    attachments: tuple[tuple[str, StoredObject], ...] = field(default=())

    def text(self) -> str:
        """The plain-text body."""
        return "\n\n".join(self.paragraphs) + "\n"

    def html(self) -> str:
        """The HTML body, the same words."""
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        return f'<!doctype html><html lang="es-MX"><meta charset="utf-8"><body>{body}</body></html>'


def write(runtime: Runtime, lease: outbox.Lease) -> Letter | None:
    """The message that the job asks for; None when it is no longer wanted (the job is then closed)."""
    with runtime.database.transaction() as session:
        filing = session.get_one(Filing, lease.filing_id)
        confirmation = session.get(EmailConfirmation, filing.id)
        message_id = f"<{lease.kind}.{lease.ordinal}.{filing.id}@oficialia>"
        if lease.kind is outbox.Kind.MAIL_CODE and confirmation and _still_wanted(confirmation, lease):
            code = runtime.codes.mail_code(filing.id, lease.ordinal)
            return Letter(confirmation.address, "Código para confirmar su correo", _code(runtime, code), message_id)
        if lease.kind is outbox.Kind.MAIL_ACUSE and confirmation and confirmation.confirmed_at:
            query = select(StoredObject).where(
                StoredObject.filing_id == filing.id, StoredObject.purpose == Purpose.ACUSE
            )
            acuse = session.scalars(query.order_by(StoredObject.edition.desc())).first()
            if acuse is not None:
                paragraphs = _acuse(runtime, filing)
                attachments = ((f"acuse-{filing.folio}.pdf", acuse),)
                return Letter(
                    confirmation.address, "Acuse de recibo de su escrito", paragraphs, message_id, attachments
                )
        outbox.finish(session, lease, runtime.clock())
        return None


def record(runtime: Runtime, lease: outbox.Lease) -> None:
    """Closes the job once the mail server has taken the message."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        if outbox.finish(session, lease, now):
            act = Acto.CORREO_CODIGO if lease.kind is outbox.Kind.MAIL_CODE else Acto.CORREO_ACUSE
            session.add(
                Event(
                    filing_id=lease.filing_id,
                    at=now,
                    act=act,
                    actor_role=Rol.SISTEMA,
                    actor="",
                    reason="",
                    data={"numero": lease.ordinal},
                )
            )


def _still_wanted(confirmation: EmailConfirmation, lease: outbox.Lease) -> bool:
    return confirmation.confirmed_at is None and confirmation.serial == lease.ordinal


def _code(runtime: Runtime, code: str) -> tuple[str, ...]:
    labels = runtime.labels
    return (
        f"Su código es {code}.",
        "Escríbalo en la página de su escrito para que le enviemos aquí su acuse de recibo. Vence en 24 horas.",
        "Si usted no presentó un escrito, ignore este mensaje: sin el código no enviaremos nada más.",
        f"{labels.office}, {labels.municipality}",
    )


def _acuse(runtime: Runtime, filing: Filing) -> tuple[str, ...]:
    labels = runtime.labels
    return (
        f"Recibimos su escrito con el folio {filing.folio}. Adjuntamos su acuse de recibo sellado.",
        f"Su clave de seguimiento es {runtime.codes.tracking(filing.id)}. No la comparta: abre su expediente.",
        f"Siga su asunto en {labels.public_url}/seguimiento.",
        f"Compruebe el acuse en {labels.public_url}/v/{runtime.codes.verification(filing.id)}.",
        f"{labels.office}, {labels.municipality}",
    )
