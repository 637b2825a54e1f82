"""What was observed of a document, received or sealed, in words for the acuse, the promovente and the clerk. Nothing
here stops a filing."""

from collections.abc import Iterable

from oficialia.domain.documents import Role
from oficialia.models import Document
from signing.inspect import Flag

# Empty: of no consequence for whoever reads the document.
WORDS: dict[Flag, str] = {
    Flag.JAVASCRIPT: "contiene programas (JavaScript), que esta oficina no ejecuta",
    Flag.LAUNCH: "pide abrir otros programas; esta oficina no los abre",
    Flag.SUBMIT_FORM: "contiene un formulario que envía datos a otra dirección",
    Flag.IMPORT_DATA: "pide tomar datos de otro archivo",
    Flag.GOTO_REMOTE: "remite a otro archivo que no se recibió",
    Flag.RICH_MEDIA: "contiene audio, video u otros medios",
    Flag.EXTERNAL_CONTENT: "remite a contenido externo que no se recibió",
    Flag.AUTOMATIC_ACTION: "contiene acciones automáticas, que esta oficina no ejecuta",
    Flag.XFA: "es un formulario XFA: algunos visores no muestran su contenido",
    Flag.EMBEDDED_FILES: "lleva dentro otros archivos, que se conservan sin revisarse",
    Flag.ENCRYPTED_EMPTY_PASSWORD: "está cifrado, aunque se abre sin contraseña",
    Flag.HYBRID_XREF: "",
    Flag.DAMAGED_XREF: "tiene un defecto de estructura; se conserva el original sin cambios",
    Flag.NEED_APPEARANCES: "es un formulario cuyo texto puede verse distinto según el visor",
    Flag.CERTIFIED: "",
    Flag.LEADING_DATA: "tiene datos antes de su comienzo",
    Flag.TRAILING_DATA: "tiene datos después de su final",
    Flag.EXTENSION_MISMATCH: "el nombre del archivo no corresponde a su contenido",
    Flag.PARTLY_EXAMINED: "es tan complejo que se revisó en parte",
    Flag.UNDRAWN_TEXT: "tiene signos que en el PDF se ven como recuadros; se conserva el texto como lo escribió",
}
# By strategy (signing.seal): a seal that is seen explains itself.
SEAL_WORDS = {
    "invisible": (
        "Su documento no tenía espacio libre para el sello visible; el sello electrónico va dentro del archivo."
    ),
    "caratula": (
        "Su documento no admitía el sello sin alterarse; va completo, tal como llegó, dentro de una carátula sellada."
    ),
}


def words(flags: Iterable[str]) -> tuple[str, ...]:
    """The observations of a document in plain es-MX, as they follow its name."""
    return tuple(text for flag in flags if (text := WORDS[Flag(flag)]))


def of(documents: Iterable[Document]) -> tuple[str, ...]:
    """``Anexo 1: contiene …`` for all that was observed on receiving."""
    return tuple(f"{document_name(document)}: {text}" for document in documents for text in words(document.flags))


def document_name(document: Document) -> str:
    """``Escrito principal`` or ``Anexo 1``."""
    return "Escrito principal" if document.role == Role.PRINCIPAL else f"Anexo {document.number}"


def of_seal(strategy: str) -> str:
    """What there is to say where the sealed copy shows no stamp of its own; empty where it does."""
    return SEAL_WORDS.get(strategy, "")
