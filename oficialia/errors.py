"""What can go wrong, and the one sentence and HTTP status that each case has.

Leaf packages raise their own errors; the services turn them into these. The sentences are shown to people as they stand
here, so they are plain es-MX, say what happened, and say what to do next.
"""

from dataclasses import dataclass
from uuid import UUID


class OficialiaError(Exception):
    """Base of every error that has a sentence for the person in front of the page."""

    status: int = 500
    code: str = "falla"
    sentence: str = "Ocurrió una falla de nuestra parte. Su información no se perdió; intente de nuevo en unos minutos."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


@dataclass(frozen=True)
class FieldFault:
    """One fault of a form: the field's name and the sentence shown beside it; `code` is for the log."""

    field: str
    sentence: str
    code: str = "datos"


class SubmissionRefused(OficialiaError):
    """The submission cannot be received as it is; nothing of it was stored in the register."""

    status = 422
    code = "datos"
    sentence = "Revise los datos marcados y vuelva a enviar."

    def __init__(self, *faults: FieldFault, status: int = 422, code: str = "datos") -> None:
        super().__init__(faults[0].sentence if faults else "")
        self.faults = faults
        self.status = status
        self.code = code


class KeyReused(OficialiaError):
    """The idempotency key was already used in this session with another body."""

    status = 409
    code = "clave_repetida"
    sentence = (
        "Este formulario ya se envió con otro contenido y tiene su folio. "
        "Para presentar otro escrito, abra un formulario nuevo."
    )

    def __init__(self, folio: str, filing_id: UUID) -> None:
        super().__init__()
        self.folio = folio  # of what was received: whoever sent it may never have been told
        self.filing_id = filing_id


class Conflict(OficialiaError):
    """What was asked for does not fit where the filing stands now; nothing was changed."""

    status = 409
    code = "conflicto"
    sentence = "Este expediente cambió mientras usted lo veía. Ábralo de nuevo antes de decidir."


class Unavailable(OficialiaError):
    """A part that the promise needs is out; nothing was promised, and the same submission may be tried again."""

    status = 503
    code = "no_disponible"
    sentence = (
        "En este momento no podemos guardar su documento con seguridad, por eso no le dimos folio. "
        "Intente de nuevo en unos minutos."
    )
    retry_after_seconds = 60


# When a file cannot be kept: the sentence of Unavailable then.
NO_ROOM = "En este momento no tenemos espacio para recibir archivos. Intente de nuevo en unos minutos."


class NotFound(OficialiaError):
    """Absent, or not for who asks: both answer the same (a folio alone opens nothing)."""

    status = 404
    code = "no_encontrado"
    sentence = "No encontramos lo que busca. Revise que la dirección o los datos estén completos."


class TooMany(OficialiaError):
    """Too many tries; wait."""

    status = 429
    code = "demasiados_intentos"
    sentence = "Hubo demasiados intentos seguidos. Espere unos minutos y vuelva a intentar."


# The closed list of reasons for which software refuses a document; everything else is received.
# `Limits.refusal` fills in the limits of this office.
REFUSALS: dict[str, str] = {
    "vacio": "El archivo está vacío. Elija otra vez el archivo correcto.",
    "tipo_no_admitido": (
        "El archivo no es un PDF ni una imagen JPEG o PNG. Conviértalo a PDF y vuelva a intentar. "
        "Si es una foto HEIC, elija JPEG en los ajustes de su cámara y tómela otra vez."
    ),
    "ilegible": "El PDF está dañado o incompleto y no se puede abrir. Vuelva a guardarlo e intente de nuevo.",
    "con_contrasena": "El PDF pide una contraseña para abrirse. Guarde una copia sin contraseña y envíela.",
    "demasiadas_paginas": "El PDF tiene más de {pages} páginas. Divídalo y envíe el resto como anexos.",
    "imagen_ilegible": "La imagen está dañada y no se puede abrir. Tome la fotografía otra vez.",
    "imagen_demasiado_grande": "La imagen es demasiado grande. Redúzcala o tome la fotografía con menor resolución.",
    "tarda_demasiado": "El archivo es demasiado complejo para revisarlo. Imprímalo a un PDF nuevo y envíe ese archivo.",
    "demasiado_grande": "El archivo pesa más de {file}, lo más que recibimos en línea. Redúzcalo o divídalo.",
    "demasiado_grande_total": "Sus archivos juntos pesan más de {filing}. Reduzca alguno o quite anexos.",
    "demasiados_anexos": "Envió más de {anexos} anexos. Una varios documentos en un solo PDF.",
}
