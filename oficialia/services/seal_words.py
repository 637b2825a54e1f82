"""Why the seal may not be used, in words for a clerk and for the town's technician."""

from signing.errors import IdentityFault, IdentityUnusable

WORDS = {
    IdentityFault.UNREADABLE_FILE: "un archivo suyo no existe o no se puede leer",
    IdentityFault.WRONG_PASSWORD: "la contraseña de su llave no es la que está configurada",
    IdentityFault.NO_CERTIFICATE: "falta su certificado",
    IdentityFault.NO_KEY: "no se encuentra su llave",
    IdentityFault.KEY_NOT_ALLOWED: "su llave no es de una clase que se admita",
    IdentityFault.OTHER_KEY: "la llave y el certificado no son del mismo par",
    IdentityFault.NOT_YET_VALID: "su certificado todavía no está vigente",
    IdentityFault.EXPIRED: "su certificado venció",
    IdentityFault.REVOKED: "su certificado fue revocado",
    IdentityFault.UNREADABLE_LIST: "la lista de certificados revocados no se puede leer",
    IdentityFault.NO_NON_REPUDIATION: "su certificado no es para firmar",
    IdentityFault.NOT_TRUSTED: "su certificado no lleva a ningún certificado raíz de los configurados",
    IdentityFault.BAD_SIGNATURE: "su llave hizo una firma que no corresponde",
    IdentityFault.NO_MODULE: "la biblioteca del token no se puede abrir",
    IdentityFault.NO_TOKEN: "no se encuentra su token",
    IdentityFault.TOKEN_SILENT: "su token no responde",
    IdentityFault.WRONG_PIN: "su token no acepta el PIN",
    IdentityFault.PIN_NEARLY_LOCKED: "a su token le queda un solo intento de PIN, y no se gasta",
}
CALL = "Avise a quien administra el sistema."


def sentence(fault: IdentityUnusable) -> str:
    """Why nothing is sealed, for a clerk."""
    return f"El sello del municipio no se puede usar: {WORDS[fault.code]}. {CALL}"
