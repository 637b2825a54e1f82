"""What the register says of a document that somebody shows us; "ours" is what this office sealed or issued."""

from dataclasses import dataclass
from enum import StrEnum

from oficialia.services.words import Words
from signing.reason import Colour


class Known(StrEnum):
    """What the register says of a file."""

    EXACT_SEALED = "sellado"
    """Byte for byte a document that we sealed, in one of its editions."""
    EXACT_ACUSE = "acuse"
    """Byte for byte an acuse that we issued, in one of its editions."""
    EXACT_ANSWER = "respuesta"
    """Byte for byte an answer that we sealed, in one of its editions."""
    EXACT_REPORT = "dictamen"
    """Byte for byte a dictamen de verificación that we issued."""
    EXACT_NOTICE = "notificacion"
    """Byte for byte an acuse de notificación that we issued."""
    OUR_SEAL_EXTENDED = "sello_con_anadidos"
    """What we issued, unhurt, and after it signatures, evidence or bytes that change nothing that it shows."""
    OUR_SEAL_CHANGED = "sello_con_cambios"
    """Carries our seal unhurt, and something came after it."""
    OUR_SEAL_BROKEN = "sello_roto"
    """Carries a seal in our name that does not fit it."""
    OUR_SEAL_UNREGISTERED = "sello_sin_registro"
    """Carries our seal over the whole file, and the register does not know it."""
    CLAIMS_OURS = "dice_ser_nuestro"
    """Carries the cadena original of an acuse, and no seal of ours."""
    NAMES_FOLIO = "menciona_folio"
    """Its text names a folio of ours, and it carries no seal of ours."""
    FOREIGN_SEAL = "otro_sello"
    """Signatures, none of them ours."""
    UNKNOWN = "desconocido"
    """No signature, not in the register."""
    IMAGE = "imagen"
    """A picture: no seal can be in it."""
    UNREADABLE = "ilegible"
    UNASKED = "sin_consultar"
    """The register could not be asked; the verdict on the signatures stands all the same."""


@dataclass(frozen=True)
class RegisterWord:
    """How an answer of the register is told. `badge` goes with the colour, which is NONE where the document is none of
    ours and nothing is wrong with that."""

    badge: str
    colour: Colour
    words: Words


EXACT = frozenset({Known.EXACT_SEALED, Known.EXACT_ACUSE, Known.EXACT_ANSWER, Known.EXACT_REPORT, Known.EXACT_NOTICE})
ABOUT_US = EXACT | {
    Known.OUR_SEAL_EXTENDED,
    Known.OUR_SEAL_CHANGED,
    Known.OUR_SEAL_BROKEN,
    Known.OUR_SEAL_UNREGISTERED,
    Known.CLAIMS_OURS,
}
"""Whoever shows us one of these asks first whether it is ours."""
_ASK_US = "Si dice que es nuestro, no confíe en él. Pida el archivo original, no una copia."

# A headline of an exact document goes on with its folio.
REGISTER = {
    Known.EXACT_SEALED: RegisterWord(
        "Es nuestro",
        Colour.GREEN,
        Words(
            "Es exactamente el documento que sellamos con el folio",
            "No cambió ni un dato desde que lo sellamos.",
            "Puede confiar en que este archivo es el que entregamos.",
        ),
    ),
    Known.EXACT_ACUSE: RegisterWord(
        "Es nuestro",
        Colour.GREEN,
        Words(
            "Es exactamente el acuse que emitimos para el folio",
            "No cambió ni un dato desde que lo emitimos. El acuse prueba que recibimos el escrito, no que se aprobó.",
            "Puede confiar en lo que dice el acuse.",
        ),
    ),
    Known.EXACT_ANSWER: RegisterWord(
        "Es nuestra",
        Colour.GREEN,
        Words(
            "Es exactamente la respuesta que sellamos para el folio",
            "No cambió ni un dato desde que la sellamos.",
            "Puede confiar en que este archivo es la respuesta que entregamos.",
        ),
    ),
    Known.EXACT_REPORT: RegisterWord(
        "Es nuestro",
        Colour.GREEN,
        Words(
            "Es exactamente el dictamen de verificación que emitimos en el folio",
            "No cambió ni un dato desde que lo emitimos. Dice qué valían las firmas de un documento ese día.",
            "Puede confiar en lo que dice, a la hora que dice.",
        ),
    ),
    Known.EXACT_NOTICE: RegisterWord(
        "Es nuestro",
        Colour.GREEN,
        Words(
            "Es exactamente el acuse de notificación que emitimos en el folio",
            "No cambió ni un dato desde que lo emitimos. Dice cuándo se abrió una notificación y qué decía.",
            "Puede confiar en lo que dice el acuse.",
        ),
    ),
    Known.OUR_SEAL_EXTENDED: RegisterWord(
        "Es nuestro, con añadidos",
        Colour.AMBER,
        Words(
            "Contiene, íntegro, un documento que sellamos, y algo agregado después",
            "Lo que emitimos está completo. Después se agregaron firmas u otros datos que no son nuestros.",
            "Vea abajo qué se agregó. Si importa, descargue la versión que sellamos.",
        ),
    ),
    Known.OUR_SEAL_CHANGED: RegisterWord(
        "Cambió",
        Colour.RED,
        Words(
            "Lleva nuestro sello, pero el archivo cambió después de sellarse",
            "La parte que sellamos está íntegra. Alguien agregó algo después, y de eso no respondemos.",
            "Use la versión sellada, que puede ver y descargar abajo.",
        ),
    ),
    Known.OUR_SEAL_BROKEN: RegisterWord(
        "No corresponde",
        Colour.RED,
        Words(
            "Lleva un sello a nuestro nombre que no corresponde al contenido",
            "El archivo ya no es el que sellamos, o el sello no es nuestro.",
            "No lo use. Pida el archivo original y verifíquelo aquí.",
        ),
    ),
    Known.OUR_SEAL_UNREGISTERED: RegisterWord(
        "Revise",
        Colour.AMBER,
        Words(
            "Lleva nuestro sello, pero no está en nuestro registro",
            "El sello es de esta oficina y está íntegro. Nuestro registro no conoce este archivo.",
            "Avise a esta oficina y muéstrele el archivo.",
        ),
    ),
    Known.CLAIMS_OURS: RegisterWord(
        "No es nuestro",
        Colour.RED,
        Words(
            "Se presenta como acuse de esta oficina, pero no lleva nuestro sello",
            "Trae la cadena original de un acuse. Cualquiera puede copiarla en otro archivo.",
            "No confíe en él. Pida el acuse original, o escriba aquí su código de verificación.",
        ),
    ),
    Known.NAMES_FOLIO: RegisterWord(
        "Revise",
        Colour.AMBER,
        Words(
            "Menciona un folio como los nuestros, pero no lleva nuestro sello",
            "Cualquiera puede escribir un folio. Nada prueba que este documento haya pasado por aquí.",
            _ASK_US,
        ),
    ),
    Known.FOREIGN_SEAL: RegisterWord(
        "No es nuestro",
        Colour.NONE,
        Words(
            "No es un documento de esta oficina",
            "Lo firmó alguien más, y nosotros no lo emitimos. Abajo decimos cómo están sus firmas.",
            "Si tiene dudas del contenido, pregunte a quien lo firmó.",
        ),
    ),
    Known.UNKNOWN: RegisterWord(
        "No lo conocemos",
        Colour.NONE,
        Words(
            "No conocemos este archivo",
            "No lleva nuestro sello y no es un documento que hayamos emitido.",
            _ASK_US,
        ),
    ),
    Known.IMAGE: RegisterWord(
        "Es una imagen",
        Colour.NONE,
        Words(
            "Este archivo es una imagen, no un PDF",
            "El sello va dentro del PDF. Una foto o una captura no lo lleva.",
            "Suba el PDF original. Si solo tiene el papel, escriba su código de verificación.",
        ),
    ),
    Known.UNREADABLE: RegisterWord(
        "No se pudo leer",
        Colour.NONE,
        Words(
            "No pudimos leer este archivo",
            "No es un PDF, está dañado, pide una contraseña, o es demasiado complejo.",
            "Vuelva a descargar el documento y súbalo de nuevo.",
        ),
    ),
    Known.UNASKED: RegisterWord(
        "Sin respuesta",
        Colour.AMBER,
        Words(
            "No pudimos consultar el registro",
            "Nuestro registro no responde en este momento. Lo que decimos de las firmas no depende de él.",
            "Para saber si es un documento nuestro, intente de nuevo en unos minutos.",
        ),
    ),
}

ANNULLED = Words(
    "Este escrito está anulado",
    "El archivo es el que emitimos, y sí recibimos el escrito. La oficina lo anuló después: ya no sigue su curso.",
    "Pregunte a esta oficina antes de usarlo.",
)
LATER_EDITION = Words(
    "Hay una edición más reciente de este documento",
    "Dice lo mismo, con más pruebas para comprobarlo dentro de muchos años. Esta edición sigue sirviendo.",
)
