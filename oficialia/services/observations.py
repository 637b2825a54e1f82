"""What inspection observed of a document, in words for the acuse and the clerk. Nothing here stops a filing."""

from collections.abc import Iterable

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
}


def words(flags: Iterable[str]) -> tuple[str, ...]:
    """The observations of a document in plain es-MX."""
    return tuple(text for flag in flags if (text := WORDS[Flag(flag)]))
