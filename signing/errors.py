"""What can go wrong in `signing`: few classes, each with what the caller needs to decide.

No message here is shown to a citizen: whoever shows one maps the class and its code to a sentence.
Every error is made again from its class name and `args` when it crosses the sandbox, so `args` are plain JSON values.
"""

import errno
from datetime import datetime
from enum import StrEnum
from typing import Literal

# What the system says when a disk is full, or a user's share of it: no fault of the document.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
SandboxReason = Literal["time", "memory", "crash", "output"]


class RefusalCode(StrEnum):
    """Why a document cannot be received: no repair opens it, it asks for a password, or it exceeds a limit."""

    EMPTY = "vacio"
    TYPE_NOT_ALLOWED = "tipo_no_admitido"
    UNREADABLE = "ilegible"
    PASSWORD_PROTECTED = "con_contrasena"  # noqa: S105  (a code, not a password)
    TOO_MANY_PAGES = "demasiadas_paginas"
    IMAGE_UNREADABLE = "imagen_ilegible"
    IMAGE_TOO_LARGE = "imagen_demasiado_grande"
    TAKES_TOO_LONG = "tarda_demasiado"


class SigningError(Exception):
    """Base of all errors of this package."""


class SandboxFailure(SigningError):
    """The child did not answer: `reason` tells which limit it met, or that it died (`crash`)."""

    def __init__(self, reason: SandboxReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class SandboxUnavailable(SigningError):
    """This machine offers no isolation, the sandbox cannot be started, or the disk has no room for its result."""


class DocumentRefused(SigningError):
    """The document cannot be received, for the reason in `code`; `detail` is for logs, never for the citizen."""

    def __init__(self, code: RefusalCode | str, detail: str = "") -> None:
        self.code = RefusalCode(code)
        self.detail = detail
        super().__init__(self.code.value, detail)


class TimestampUnavailable(SigningError):
    """The time-stamping authority gave no acceptable token: seal without it now, raise the level later."""


class RevocationUnavailable(SigningError):
    """No authority said acceptably whether a certificate was revoked; `args[0]` has each one's fault, for the log."""


class TrustUnusable(SigningError):
    """A trust anchor cannot be read: better no verification than one against half of the anchors."""


class IdentityFault(StrEnum):
    """Why a seal may not be used; each has a sentence for people (oficialia/services/seal_words.py)."""

    UNREADABLE_FILE = "archivo_ilegible"
    WRONG_PASSWORD = "contrasena_incorrecta"  # noqa: S105  (a code, not a password)
    NO_CERTIFICATE = "sin_certificado"
    NO_KEY = "sin_clave"
    KEY_NOT_ALLOWED = "clave_no_admitida"
    OTHER_KEY = "clave_no_corresponde"
    NOT_YET_VALID = "aun_no_vigente"
    EXPIRED = "vencido"
    REVOKED = "revocado"
    UNREADABLE_LIST = "revocacion_ilegible"
    NO_NON_REPUDIATION = "sin_no_repudio"
    NOT_TRUSTED = "sin_confianza"
    BAD_SIGNATURE = "firma_defectuosa"
    NO_MODULE = "modulo_ilegible"
    NO_TOKEN = "token_ausente"  # noqa: S105
    TOKEN_SILENT = "token_no_responde"  # noqa: S105
    WRONG_PIN = "pin_incorrecto"
    PIN_NEARLY_LOCKED = "pin_por_bloquearse"


class IdentityUnusable(SigningError):
    """The seal's key or certificate cannot be loaded, do not belong together, or may not sign at this time.

    `detail` is for the log; neither it nor anything else here holds a password.
    """

    def __init__(self, code: IdentityFault | str, detail: str = "") -> None:
        self.code = IdentityFault(code)
        self.detail = detail
        super().__init__(self.code.value, detail)


class CitizenFault(StrEnum):
    """Why a citizen's certificate or signature is refused; each has a sentence (oficialia/services/efirma_words.py)."""

    UNREADABLE = "certificado_ilegible"
    CSD = "sello_digital"
    NO_EFIRMA = "no_es_efirma"
    EXPIRED = "vencida"
    NOT_YET_VALID = "aun_no_vigente"
    WEAK_KEY = "llave_debil"
    UNKNOWN_ISSUER = "emisor_desconocido"
    REVOKED = "revocada"
    NOT_EXTENSIBLE = "pdf_no_admite_firma"
    WORSE = "danaria_otra_firma"
    OTHER_SIGNATURE = "firma_no_corresponde"


class CitizenSignatureRefused(SigningError):
    """The certificate may not sign here, the document cannot be signed, or the signature is not the one asked for.

    `detail` is for the log: a date, or what an examination said; never anything secret.
    """

    def __init__(self, code: CitizenFault | str, detail: str = "") -> None:
        self.code = CitizenFault(code)
        self.detail = detail
        super().__init__(self.code.value, detail)


class SealingFailed(SigningError):
    """No strategy gave a document that validates; nothing was written as a result."""


class ProtectionFailed(SigningError):
    """The evidence for later years did not do this document good; it stays as it is, and its seal as good as it was."""


class NotNow(SigningError):
    """Evidence can be had, and is of no use yet; `when` (aware, ISO 8601 in `args`) is the time to try again."""

    def __init__(self, when: datetime | str, detail: str = "") -> None:
        self.when = datetime.fromisoformat(when) if isinstance(when, str) else when
        self.detail = detail
        super().__init__(self.when.isoformat(), detail)


class NoteInvalid(SigningError):
    """A signed note, a signature in it or a key is not of its form, or not whose it says; says nothing of a secret."""


def rebuild(name: str, arguments: list[str]) -> SigningError:
    """The error that a child reported by class name and arguments; an unknown name gives the base class."""
    known: object = globals().get(name)
    if isinstance(known, type) and issubclass(known, SigningError):
        return known(*arguments)
    return SigningError(name, *arguments)
