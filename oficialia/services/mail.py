"""The messages that the office writes, in text and HTML, and recording that they went out. No personal data in a
subject, and nothing of what was written or answered in a notice: it leads to the page that only the clave opens."""

import re
from dataclasses import dataclass, field
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto
from oficialia.models import EmailConfirmation, Event, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import events, outbox

_ACTOS = {
    outbox.Kind.MAIL_CODE: Acto.CORREO_CODIGO,
    outbox.Kind.MAIL_ACUSE: Acto.CORREO_ACUSE,
    outbox.Kind.MAIL_NOTICE: Acto.CORREO_AVISO,
}
# Of who consented to the buzón: what is in there is not told before it is opened.
_IN_THE_BUZON = {
    Acto.PREVENCION: (
        "Tiene una notificación en su buzón",
        "Le pedimos completar su escrito con el folio {folio}. Ábrala en su buzón: su plazo ya corre.",
    ),
    Acto.SELLO_RESPUESTA: (
        "Tiene una notificación en su buzón",
        "La autoridad respondió su escrito con el folio {folio}. Abra la respuesta en su buzón.",
    ),
}
_ADDRESS = re.compile(r"https?://[^\s<>]*[^\s<>.,:]")
# Of what is announced: the subject, and the sentence that begins the message.
_NOTICES = {
    Acto.PREVENCION: (
        "Le pedimos completar su escrito",
        "Le pedimos completar su escrito con el folio {folio}. Vea qué falta y hasta cuándo puede entregarlo.",
    ),
    Acto.SELLO_RESPUESTA: (
        "Hay una respuesta a su escrito",
        "La autoridad respondió su escrito con el folio {folio}. Descargue la respuesta sellada.",
    ),
    Acto.TURNO: (
        "Enviamos su escrito al área que lo atiende",
        "Turnamos su escrito con el folio {folio}: lo enviamos al área que debe responderle. Vea cuál es.",
    ),
    Acto.DESAHOGO: (
        "Recibimos lo que le pedimos",
        "Recibimos lo que entregó para completar su escrito con el folio {folio}. El plazo para responderle empezó de "
        "nuevo.",
    ),
    Acto.ALCANCE: ("Recibimos lo que agregó", "Recibimos lo que agregó a su escrito con el folio {folio}."),
    Acto.ACUSE_NOTIFICACION: (
        "Acuse de notificación",
        "Abrió en su buzón una notificación de su escrito con el folio {folio}. Adjuntamos el acuse sellado.",
    ),
    Acto.ANULACION: (
        "Se anuló su escrito",
        "Se anuló su escrito con el folio {folio}. Vea cuándo y por qué. No borramos nada de él.",
    ),
}


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
        body = "".join(f"<p>{_linked(paragraph)}</p>" for paragraph in self.paragraphs)
        return f'<!doctype html><html lang="es-MX"><meta charset="utf-8"><body>{body}</body></html>'


def _linked(paragraph: str) -> str:
    """A paragraph in HTML, its addresses to be followed; each begins with https:// and ends at a blank or a full
    stop."""
    return _ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(paragraph))


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
        if lease.kind is outbox.Kind.MAIL_NOTICE and confirmation and confirmation.confirmed_at:
            event = session.get_one(Event, lease.ordinal)
            known = _NOTICES | (_IN_THE_BUZON if filing.buzon_consent else {})
            subject, opening = known[Acto(event.act)]
            paragraphs = _notice(runtime, filing, opening)
            return Letter(confirmation.address, subject, paragraphs, message_id, _attached(session, filing, event))
        outbox.finish(session, lease, runtime.clock())
        return None


def _attached(session: Session, filing: Filing, event: Event) -> tuple[tuple[str, StoredObject], ...]:
    """The acuse of a notification; nothing else is sent with a notice."""
    if event.act != Acto.ACUSE_NOTIFICACION:
        return ()
    mine = (StoredObject.filing_id == filing.id) & (StoredObject.purpose == Purpose.NOTICE)
    item = session.scalars(select(StoredObject).where(mine, StoredObject.edition == event.data["edicion"])).one()
    return ((f"notificacion-{item.edition}-{filing.folio}.pdf", item),)


def record(runtime: Runtime, lease: outbox.Lease) -> None:
    """Closes the job once the mail server has taken the message."""
    with runtime.database.transaction() as session:
        now = runtime.clock()
        if outbox.finish(session, lease, now):
            session.add(events.by_office(lease.filing_id, now, _ACTOS[lease.kind], {"numero": lease.ordinal}))


def tracking_link(runtime: Runtime, filing: Filing) -> str:
    """Opens the filing to who holds it. What is behind ``#`` stays in the browser: no server and no log gets it."""
    return f"{runtime.labels.public_url}/seguimiento#{filing.folio}/{runtime.codes.tracking(filing.id)}"


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
        f"Siga su asunto aquí: {tracking_link(runtime, filing)}",
        f"Compruebe el acuse en {labels.public_url}/v/{runtime.codes.verification(filing.id)}.",
        f"{labels.office}, {labels.municipality}",
    )


def _notice(runtime: Runtime, filing: Filing, opening: str) -> tuple[str, ...]:
    labels = runtime.labels
    return (
        opening.format(folio=filing.folio),
        f"Véalo aquí: {tracking_link(runtime, filing)}",
        "No reenvíe este mensaje: quien lo tenga puede ver su expediente.",
        f"{labels.office}, {labels.municipality}",
    )
