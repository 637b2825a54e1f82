"""Why a verdict is not green: the sentence of each reason, what it means, and what to do."""

from oficialia.services.words import Words
from signing.reason import Reason

_GET_ORIGINAL = "Pida el archivo original a quien se lo dio y verifíquelo aquí."
_SEE_REVISION = "Mire la versión firmada. Confíe solo en ella, o pida que firmen el documento completo."
_ASK_SIGNER = "Si el asunto es importante, pregunte a quien firmó o pida que firme de nuevo."
_SIGN_AGAIN = "Pida a quien firmó que firme de nuevo, con un certificado vigente."

REASONS = {
    # Integrity
    Reason.DOCUMENT_UNREADABLE: Words(
        "No pudimos leer el archivo.",
        "No es un PDF, está dañado, o pide una contraseña para abrirse.",
        "Descárguelo otra vez y vuelva a verificarlo. Si pide contraseña, consiga una copia sin ella.",
    ),
    Reason.TOO_HEAVY: Words(
        "El archivo es demasiado complejo para examinarlo.",
        "Examinarlo tomaba más tiempo o memoria de lo que permitimos a un solo archivo.",
        "Pida una versión más sencilla, o que lo revise una persona de sistemas.",
    ),
    Reason.TOO_MANY_SIGNATURES: Words(
        "Tiene más firmas de las que examinamos.",
        "Examinamos las primeras. De las demás no sabemos nada.",
        "Pida que lo revise una persona de sistemas.",
    ),
    Reason.HIDDEN_SIGNATURE: Words(
        "Trae datos de una firma que no está en su lugar.",
        "Hay restos de una firma que ningún programa muestra. No sabemos qué decían.",
        _GET_ORIGINAL,
    ),
    Reason.SIGNATURE_UNREADABLE: Words(
        "Una firma no se puede leer.",
        "Está dañada o incompleta, y por eso no prueba nada.",
        _GET_ORIGINAL,
    ),
    Reason.NO_CERTIFICATE: Words(
        "La firma no trae el certificado de quien firmó.",
        "El certificado dice quién es el dueño de la firma. Sin él no sabemos de quién es.",
        "Pida que firmen de nuevo, con un programa que incluya el certificado.",
    ),
    Reason.UNKNOWN_ALGORITHM: Words(
        "La firma usa un método que no sabemos comprobar.",
        "Puede estar bien o mal hecha: no lo podemos decir.",
        "Pida que lo revise una persona de sistemas, o que firmen con e.firma.",
    ),
    Reason.COVERAGE: Words(
        "La firma no cubre el documento como debe.",
        "Una firma bien hecha cubre todo el contenido. Esta deja huecos donde cabe otra cosa.",
        _GET_ORIGINAL,
    ),
    Reason.CONTENT_ALTERED: Words(
        "El contenido no es el que se firmó.",
        "Desde que se firmó, el archivo cambió o se dañó en la parte que la firma cubre.",
        "No lo use. " + _GET_ORIGINAL,
    ),
    Reason.SIGNATURE_VALUE: Words(
        "La firma no corresponde a su certificado.",
        "Solo la llave del titular puede hacer su firma. Esta no se hizo con ella.",
        "No lo use. " + _GET_ORIGINAL,
    ),
    Reason.CHANGED: Words(
        "El documento cambió después de firmarse.",
        "Lo que se firmó sigue completo dentro del archivo. Después alguien cambió lo que se ve o lo que hace.",
        _SEE_REVISION,
    ),
    Reason.NOT_COMPARED: Words(
        "Algo se agregó después de firmarse, y no pudimos ver qué cambia.",
        "Lo que se firmó sigue completo dentro del archivo. De lo agregado nadie responde.",
        _SEE_REVISION,
    ),
    Reason.FILLED_IN: Words(
        "Después de firmarse se agregó o cambió algo, como la firma lo permite.",
        "Por ejemplo, se llenaron campos, se pusieron notas o cambió el título. Eso no es parte de lo que se firmó.",
        "Revise qué cambió después. Puede mirar la versión firmada.",
    ),
    Reason.UNSEEN_CHANGES: Words(
        "Después de firmarse cambiaron partes internas del archivo que no se ven.",
        "Son etiquetas, datos del archivo o pruebas de la firma. No cambió ninguna página.",
        "Si el asunto es importante, descargue la versión firmada y use esa.",
    ),
    Reason.NOT_COVERED: Words(
        "El final del archivo no está firmado.",
        "Después de la última firma se agregó algo que no cambia lo que se ve. Nadie responde por ello.",
        "Si el asunto es importante, descargue la versión firmada y use esa.",
    ),
    # Identity
    Reason.UNTRUSTED: Words(
        "No reconocemos a quien emitió el certificado.",
        "Un certificado vale por quien lo emite, como una credencial. Ese emisor no está en nuestra lista.",
        "Pregunte a quien firmó qué autoridad le dio su certificado, y decida si le basta.",
    ),
    Reason.NOT_A_PERSON: Words(
        "Se usó un sello de facturas (CSD), que no es firma de una persona.",
        "El SAT da ese sello a un negocio para sus facturas. No obliga a su dueño como su e.firma.",
        "Pida que firmen con la e.firma de la persona.",
    ),
    Reason.USAGE: Words(
        "El certificado no es para firmar documentos.",
        "Se emitió para otra cosa, por ejemplo para un sitio de internet.",
        "Pida que firmen con la e.firma de la persona.",
    ),
    Reason.EXPIRED: Words(
        "El certificado ya había vencido cuando se firmó.",
        "Está comprobado que se firmó después de que el certificado terminó.",
        _SIGN_AGAIN,
    ),
    Reason.NOT_YET_VALID: Words(
        "El certificado aún no empezaba cuando se firmó.",
        "Está comprobado que se firmó antes de que el certificado entrara en vigor.",
        _SIGN_AGAIN,
    ),
    Reason.OUT_OF_TERM: Words(
        "El certificado hoy no está vigente, y nada prueba que lo estuviera al firmar.",
        "Pudo firmarse a tiempo, pero la fecha la dice solo quien firmó.",
        _ASK_SIGNER,
    ),
    Reason.REVOKED: Words(
        "El certificado ya estaba revocado cuando se firmó.",
        "Revocar es cancelar un certificado antes de tiempo. Está comprobado que se firmó después.",
        _SIGN_AGAIN,
    ),
    Reason.REVOKED_WITHOUT_PROOF: Words(
        "El certificado está revocado, y nada prueba que se firmara antes.",
        "Revocar es cancelar un certificado antes de tiempo, por ejemplo si lo robaron.",
        _SIGN_AGAIN,
    ),
    Reason.REVOCATION_UNKNOWN: Words(
        "No sabemos si el certificado fue revocado.",
        "Revocar es cancelar un certificado antes de tiempo. El archivo no lo dice, y a nadie pudimos preguntar.",
        _ASK_SIGNER,
    ),
    Reason.WEAK_ALGORITHM: Words(
        "La firma usa un método que ya no se considera seguro.",
        "Con las computadoras de hoy alguien podría imitarla.",
        "Si el asunto es importante, pida que firmen de nuevo con un programa actual.",
    ),
    # Time
    Reason.TIMESTAMP_BROKEN: Words(
        "Su sello de tiempo no corresponde a la firma.",
        "El sello de tiempo debía probar la hora. Este es de otra cosa, y no prueba nada.",
        _ASK_SIGNER,
    ),
    Reason.TIMESTAMP_UNTRUSTED: Words(
        "No pudimos comprobar quién puso su sello de tiempo.",
        "El sello de tiempo debía probar la hora. No reconocemos a su autoridad, o su certificado ya terminó.",
        _ASK_SIGNER,
    ),
    Reason.TIME_CONTRADICTED: Words(
        "La hora que dice quien firmó no puede ser.",
        "Es posterior a la hora comprobada, o todavía no llega.",
        "No se fíe de la fecha que el documento dice. Si importa, pregunte a quien firmó.",
    ),
    # Our own acuse
    Reason.ACUSE_SELLO: Words(
        "El sello electrónico del acuse no corresponde a este archivo.",
        "El archivo trae la cadena original de un acuse, y no está sellado como ese acuse. Pudo copiarse de otro.",
        "No lo use. Descargue el acuse otra vez, con su folio y su clave.",
    ),
    Reason.ACUSE_TOKEN: Words(
        "El sello de tiempo del acuse no corresponde a su cadena original.",
        "Lo comprobamos y no coincide. La hora del acuse queda sin prueba.",
        "Descargue el acuse otra vez, con su folio y su clave.",
    ),
}
