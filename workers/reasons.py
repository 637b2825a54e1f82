"""Why work did not end well: whether waiting mends it, and a sentence about it that a clerk can read.

The sentences go into the register, to `oficialia trabajos` and to `oficialia revisar`. The technical detail goes to the
log alone, under the request_id of the filing: it may quote what people wrote.
"""

import smtplib

from celery.exceptions import SoftTimeLimitExceeded

from oficialia.db import DatabaseUnavailable
from oficialia.services import seal_words
from signing.errors import (
    NO_ROOM,
    IdentityUnusable,
    ProtectionFailed,
    RevocationUnavailable,
    SandboxFailure,
    SandboxUnavailable,
    SealingFailed,
    TimestampUnavailable,
)
from storage.errors import StorageMismatch, StorageUnavailable


class LedgerUnpublished(Exception):
    """The ledger's checkpoint over the leaves of this work is not there yet, or what is published does not prove
    them."""


# RFC 5321, 4.2.1: from here on the server says that trying again will not help.
SMTP_PERMANENT = 500
_CALL = "Avise a quien administra el sistema."
# What the work needs is away, full or unusable for every job alike: waiting mends it, trying again makes nothing worse.
_OUTAGES: tuple[tuple[type[BaseException], str], ...] = (
    (StorageUnavailable, "El depósito de documentos no responde."),
    (DatabaseUnavailable, "La base de datos no responde."),
    (TimestampUnavailable, "El servicio de sellos de tiempo no responde."),
    (RevocationUnavailable, "No responde quien dice si los certificados del sello siguen vigentes."),
    (LedgerUnpublished, "El libro público no se ha publicado."),
    (SandboxUnavailable, f"Esta máquina no puede abrir documentos de manera aislada. {_CALL}"),
    (IdentityUnusable, ""),  # oficialia/services/seal_words.py has a sentence for each of its faults
    (smtplib.SMTPException, "El servidor de correo no recibe mensajes ahora."),
    (ConnectionError, "Un servicio que este trabajo necesita no responde."),
    (TimeoutError, "Un servicio que este trabajo necesita no responde."),
    (OSError, f"El sistema no dejó leer o escribir un archivo, o llegar a un servicio. {_CALL}"),
)
_FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (StorageMismatch, f"El archivo guardado no es el que dice el registro. {_CALL}"),
    (SealingFailed, f"No se pudo sellar el documento de ninguna manera. {_CALL}"),
    (
        ProtectionFailed,
        f"No se pudo proteger el sello a largo plazo, y el documento queda como estaba. {_CALL}",
    ),
    (SandboxFailure, f"Abrir el documento agotó el tiempo o la memoria, o cerró el programa, cada vez. {_CALL}"),
    (SoftTimeLimitExceeded, f"El trabajo tardó más de lo permitido cada vez. {_CALL}"),
    (smtplib.SMTPRecipientsRefused, "El servidor de correo no acepta la dirección que dio la persona."),
    (smtplib.SMTPException, "El servidor de correo no acepta el mensaje."),
)
_UNFORESEEN = f"El programa falló con este trabajo cada vez. {_CALL}"
_NO_ROOM = f"No queda espacio en el disco. {_CALL}"


def is_outage(error: BaseException) -> bool:
    """Whether the fault lies in something that the work needs, and not in the work."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < SMTP_PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return error.smtp_code < SMTP_PERMANENT
    return any(isinstance(error, kind) for kind, _ in _OUTAGES)


def holds(error: BaseException) -> bool:
    """Whether the filing itself is held meanwhile: a person must mend it, and whoever filed should know."""
    return isinstance(error, IdentityUnusable)


def reason(error: BaseException) -> str:
    """Why the work waits or failed, in a sentence that a clerk can read."""
    if isinstance(error, IdentityUnusable):
        return seal_words.sentence(error)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return _NO_ROOM
    sentences = _OUTAGES if is_outage(error) else _FAULTS
    return next((words for kind, words in sentences if isinstance(error, kind)), _UNFORESEEN)
