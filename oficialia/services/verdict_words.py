"""What people read of a verdict: a sentence for each of its machine words, what it means, and what to do about it.

The page, the API, the command line and the desk all take their words from here. Nobody who reads them is expected to
know what a digest or a chain is; a document that changed after it was signed is never called false.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from oficialia.services.reason_words import REASONS
from oficialia.services.words import Words
from signing.efirma import CertificateKind
from signing.reason import Change, Colour, Integrity, Reason, Revocation
from signing.verdict import DocumentVerdict

MOST_ACTIONS = 3
# Colour is never all that tells: each has its name and its sign.
COLOUR_NAMES = {Colour.GREEN: "Verde", Colour.AMBER: "Ámbar", Colour.RED: "Rojo", Colour.NONE: "Sin firma"}

COLOURS = {
    Colour.GREEN: Words(
        "Todo está en orden",
        "Las firmas están íntegras y son de quien dicen. Nada cambió después de firmar.",
        "Puede confiar en que este es el documento que se firmó.",
    ),
    Colour.AMBER: Words(
        "Revise antes de confiar",
        "Nada muestra que el contenido sea otro. Pero algo no se pudo comprobar, o pide su atención.",
        "Lea qué falta y decida si le basta.",
    ),
    Colour.RED: Words(
        "No confíe en este archivo como está",
        "Comprobamos algo que impide confiar en el archivo tal como está.",
        "Lea el motivo y pida el archivo original a quien se lo dio.",
    ),
    Colour.NONE: Words(
        "El archivo no lleva ninguna firma electrónica",
        "Nada prueba quién lo hizo, ni si cambió. Un escaneo o una impresión pierden la firma que tuviera el original.",
        "Si debía estar firmado, pida el archivo original.",
    ),
}

INTEGRITIES = {
    Integrity.INTEGRO: Words(
        "Íntegro: nada de lo firmado cambió.",
        "La firma cubre el contenido. Si alguien cambiara una sola letra, se notaría aquí.",
    ),
    Integrity.CAMBIO: Words(
        "Cambió después de firmarse.",
        "Lo que se firmó sigue completo dentro del archivo. Después alguien agregó o cambió algo.",
        "Mire la versión firmada y compárela con esta.",
    ),
    Integrity.ALTERADO: Words(
        "Alterado: el contenido no es el que se firmó.",
        "El contenido y la firma no coinciden. Alguien cambió el archivo, o se dañó al copiarlo.",
        "No lo use. Pida el archivo original y verifíquelo aquí.",
    ),
    Integrity.ILEGIBLE: Words(
        "Ilegible: no se pudo examinar.",
        "El archivo o la firma están dañados, o tienen una forma que no sabemos leer. No sabemos si cambió.",
        "Descárguelo otra vez de donde lo obtuvo y vuelva a verificarlo.",
    ),
}

REVOCATIONS = {
    Revocation.GOOD: Words(
        "Su certificado no estaba revocado.",
        "Revocar es cancelar un certificado antes de tiempo. La autoridad que lo emitió dice que no lo canceló.",
    ),
    Revocation.REVOKED: Words(
        "Su certificado fue revocado.",
        "Revocar es cancelar un certificado antes de tiempo, por ejemplo si lo robaron. Lo firmado antes no se afecta.",
    ),
    Revocation.UNKNOWN: REASONS[Reason.REVOCATION_UNKNOWN],
}

CHANGES = {
    Change.PAGES: Words(
        "Cambiaron páginas, o lo que se ve en ellas.",
        "Después de la firma alguien agregó, quitó o cambió páginas, textos o imágenes.",
    ),
    Change.FIELDS: Words(
        "Se llenaron o cambiaron campos de formulario.",
        "Los campos son los espacios del documento donde se escribe o se marca.",
    ),
    Change.ANNOTATIONS: Words(
        "Se agregaron o cambiaron notas y marcas.",
        "Son comentarios, subrayados o dibujos encima de las páginas.",
    ),
    Change.ATTACHMENTS: Words(
        "Cambiaron los archivos que lleva adjuntos.", "Un PDF puede llevar otros archivos dentro de él."
    ),
    Change.ACTIONS: Words(
        "Cambió lo que el documento hace por sí solo.",
        "Un PDF puede traer instrucciones que se ejecutan al abrirlo o tocarlo.",
    ),
    Change.METADATA: Words(
        "Cambiaron datos internos, como título, autor o fechas.", "No se ven en ninguna página del documento."
    ),
    Change.STRUCTURE: Words(
        "Cambiaron marcadores o etiquetas internas.",
        "Sirven para moverse por el documento o leerlo en voz alta. No cambian lo que se ve.",
    ),
    Change.SIGNATURES: Words(
        "Se agregaron otras firmas o sellos de tiempo.", "Es normal: cada persona firma después de la anterior."
    ),
    Change.VALIDATION_DATA: Words(
        "Se agregaron pruebas para comprobarla dentro de años.",
        "Es normal: son certificados y respuestas de las autoridades. No cambian el documento.",
    ),
    Change.TRAILING_DATA: Words(
        "Hay datos sueltos al final del archivo.", "No se ven, no son parte del documento y nadie los firmó."
    ),
    Change.OTHER: Words("Cambió otra parte del archivo.", "No es de las que sabemos nombrar."),
    Change.UNKNOWN: Words(
        "No pudimos comparar la versión firmada con la actual.", "El archivo está hecho de una forma que lo impide."
    ),
}

KINDS: dict[CertificateKind, Words] = {
    "efirma": Words("e.firma", "Es la firma electrónica de una persona, que entrega el SAT."),
    "institucional": Words("Sello institucional", "Firma una institución, no una persona."),
    "csd": Words("Sello de facturas (CSD)", "El SAT lo da para sellar facturas. No es la firma de una persona."),
    "otro": Words("Otro certificado", "No es e.firma ni sello de una institución que sepamos distinguir."),
}
TIME_STAMP = Words(
    "Sello de tiempo", "Una autoridad da fe de que el archivo ya existía, tal cual, a esa hora. No dice quién lo firmó."
)
OUR_SEAL = Words("Sello de esta oficina", "Lo puso el municipio al recibir o emitir el documento.")


_TABLES: dict[type, Mapping[Any, Words]] = {
    Colour: COLOURS,
    Integrity: INTEGRITIES,
    Revocation: REVOCATIONS,
    Change: CHANGES,
    Reason: REASONS,
}


def words_of(member: StrEnum) -> Words:
    """The words of any member of the verdict's closed lists."""
    return _TABLES[type(member)][member]


def headline(verdict: DocumentVerdict) -> Words:
    """What is said of the document first: what happened to it where that is known, else what its colour says."""
    if verdict.integrity is Integrity.CAMBIO:
        return INTEGRITIES[verdict.integrity]
    if verdict.integrity in {Integrity.ALTERADO, Integrity.ILEGIBLE} and verdict.colour is Colour.RED:
        return INTEGRITIES[verdict.integrity]
    return COLOURS[verdict.colour]


def actions(verdict: DocumentVerdict) -> tuple[str, ...]:
    """What to do next, the gravest first, each once; at most some, because nobody follows more."""
    grave_first = sorted(verdict.reasons, key=lambda reason: reason.colour is not Colour.RED)
    told = dict.fromkeys(REASONS[reason].action for reason in grave_first)
    return tuple(told)[:MOST_ACTIONS] or (COLOURS[verdict.colour].action,)
