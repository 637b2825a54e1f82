"""Why an e.firma is not taken, in words for who signs: what is the matter, and what to do."""

from collections.abc import Mapping
from datetime import datetime

from oficialia.domain.plazos import ZONE
from oficialia.domain.wording import long_date
from oficialia.errors import OficialiaError
from signing.errors import CitizenFault, CitizenSignatureRefused

_WORDS: Mapping[CitizenFault, str] = {
    CitizenFault.UNREADABLE: "El archivo .cer está dañado o no es un certificado. Elíjalo otra vez.",
    CitizenFault.CSD: (
        "Este certificado es un sello digital (CSD), que sirve para facturas y no es la firma de una persona. "
        "Use los archivos de su e.firma."
    ),
    CitizenFault.NO_EFIRMA: "Este certificado no es una e.firma del SAT. Use los archivos de su e.firma.",
    CitizenFault.EXPIRED: "Su e.firma está vencida desde el {date}. Renuévela en el SAT, o presente sin firmarla.",
    CitizenFault.NOT_YET_VALID: "Su e.firma empieza a valer el {date}. Firme a partir de ese día.",
    CitizenFault.WEAK_KEY: "La llave de esta e.firma es demasiado corta y ya no es segura. Renuévela en el SAT.",
    CitizenFault.UNKNOWN_ISSUER: (
        "No reconocemos a la autoridad que emitió este certificado. Revise que sea el de su e.firma del SAT."
    ),
    CitizenFault.REVOKED: "Su e.firma fue revocada el {date}, así que ya no puede firmar. Tramite una nueva en el SAT.",
    CitizenFault.NOT_EXTENSIBLE: (
        "Este PDF no se puede firmar sin cambiarlo. Guárdelo de nuevo con «Imprimir a PDF», súbalo y firme ese."
    ),
    CitizenFault.WORSE: (
        "Este PDF ya trae una firma que no admite otra. Preséntelo así: comprobaremos la firma que trae."
    ),
    CitizenFault.OTHER_SIGNATURE: (
        "La firma que llegó no es de este documento con este certificado. No se guardó; firme de nuevo."
    ),
}


class EfirmaRefused(OficialiaError):
    """An e.firma, or what was signed with it, is not taken; nothing was kept."""

    status = 422

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def refused(fault: CitizenSignatureRefused) -> EfirmaRefused:
    """The error with its sentence."""
    sentence = _WORDS[fault.code]
    if "{date}" in sentence:
        sentence = sentence.format(date=long_date(datetime.fromisoformat(fault.detail).astimezone(ZONE).date()))
    return EfirmaRefused(fault.code.value, sentence)
