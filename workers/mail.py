"""Writing to promoventes through the configured SMTP server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from celery import shared_task

from oficialia.services import letters, mail
from oficialia.services.mail import Letter
from oficialia.services.outbox import LETTERS
from oficialia.settings import WorkerSettings
from workers.lease import leased
from workers.parts import Parts, folder, parts

TIMEOUT_SECONDS = 20


@shared_task(name="correo.enviar")
def send(job_id: int) -> None:
    """Sends the message of an outbox job; sent twice in the worst case, under the same Message-ID."""
    ours = parts()
    with leased(ours.runtime, job_id) as lease:
        if lease is None:
            return
        writer = letters if lease.kind in LETTERS else mail
        if letter := writer.write(ours.runtime, lease):
            deliver(ours.settings, compose(ours, letter))
            writer.record(ours.runtime, lease)


def compose(ours: Parts, letter: Letter) -> EmailMessage:
    """The letter as a message in text and HTML, with its attachments from storage."""
    message = EmailMessage()
    message["From"] = formataddr((ours.runtime.labels.office, ours.settings.smtp_from))
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(ours.runtime.clock())
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text())
    message.add_alternative(letter.html(), subtype="html")
    with folder(ours.runtime) as place:
        for filename, item in letter.attachments:
            path = place / filename
            ours.runtime.bucket.fetch(item.key, item.version_id, item.sha256, path)
            maintype, _, subtype = item.media_type.partition("/")
            message.add_attachment(path.read_bytes(), maintype=maintype, subtype=subtype, filename=filename)
    return message


def deliver(settings: WorkerSettings, message: EmailMessage) -> None:
    """Hands the message to the SMTP server. Raises smtplib.SMTPException, OSError."""
    context = ssl.create_default_context()
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=context)
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)
