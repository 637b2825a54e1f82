"""What a document of a filing is, and what can be stored of it."""

from enum import StrEnum


class Role(StrEnum):
    """Place of a document in its filing."""

    PRINCIPAL = "principal"
    ANEXO = "anexo"


class Support(StrEnum):
    """What the file is a copy of."""

    ORIGINAL = "original"
    CERTIFIED_COPY = "copia_certificada"
    SIMPLE_COPY = "copia_simple"
    BORN_DIGITAL = "nacido_digital"
    DIGITISED = "digitalizado"


SUPPORT_WORDS: dict[Support, str] = {
    Support.ORIGINAL: "Original",
    Support.CERTIFIED_COPY: "Copia certificada",
    Support.SIMPLE_COPY: "Copia simple",
    Support.BORN_DIGITAL: "Nacido digital",
    Support.DIGITISED: "Digitalizado",
}


class Purpose(StrEnum):
    """Why an object is in storage. ``ORIGINAL`` is what the citizen sent or, for a main document typed in the page or
    made of photographs, the PDF made of it; ``SOURCE`` is then what it was made of, byte for byte. ``ANSWER`` is what
    the desk handed in, and ``SEALED_ANSWER`` what is delivered of it. ``REPORT`` is a dictamen de verificación,
    ``NOTICE`` an acuse de notificación."""

    ORIGINAL = "original"
    SOURCE = "fuente"
    SEALED = "sellado"
    ACUSE = "acuse"
    ANSWER = "respuesta"
    SEALED_ANSWER = "respuesta_sellada"
    REPORT = "dictamen"
    NOTICE = "notificacion"


ISSUED = frozenset({Purpose.SEALED, Purpose.ACUSE, Purpose.SEALED_ANSWER, Purpose.REPORT, Purpose.NOTICE})
"""What this office sealed, and answers for."""
