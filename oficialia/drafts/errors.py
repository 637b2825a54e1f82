"""What can go wrong with a draft, each with its sentence and HTTP status."""

from oficialia.errors import Conflict, NotFound, OficialiaError

GONE = "No encontramos su borrador. Los borradores se borran siete días después del último cambio."
FILE_GONE = "Ese archivo ya no está en su borrador. Elíjalo otra vez."


class DraftGone(NotFound):
    """No such draft, or its time is over."""

    code = "borrador_no_encontrado"
    sentence = GONE


class FileGone(NotFound):
    """The draft has no such file."""

    code = "archivo_no_encontrado"
    sentence = FILE_GONE


class AlreadyFiled(Conflict):
    """The draft was filed: nothing of it can change any more."""

    code = "borrador_presentado"

    def __init__(self, folio: str) -> None:
        super().__init__(f"Este borrador ya se presentó. Su folio es {folio}.")


class WrongOffset(Conflict):
    """Bytes that do not continue what is here; asking how much is here tells where to go on."""

    code = "no_continua"
    sentence = "Este trozo no continúa lo que ya recibimos. Vuelva a elegir el archivo para seguir."


class UploadExpired(OficialiaError):
    """An upload that nobody went on with for a day."""

    status = 410
    code = "envio_caducado"
    sentence = "Este envío quedó a medias hace más de un día. Elija el archivo otra vez."


class ChecksumMismatch(OficialiaError):
    """The bytes changed on the way; none of them was kept, and the same may be sent again."""

    status = 460  # tus 1.0, extension checksum
    code = "suma_distinta"
    sentence = "Este trozo se dañó en el camino. Envíelo de nuevo."


class TooLong(OficialiaError):
    """More bytes than were announced; none of them was kept."""

    status = 413
    code = "mas_de_lo_anunciado"
    sentence = "El archivo es más grande de lo que se anunció. Elíjalo otra vez."


class DigestMismatch(OficialiaError):
    """All is here and it is not what the browser read; it was thrown away."""

    status = 422
    code = "huella_distinta"
    sentence = "El archivo que llegó no es igual al que usted eligió. No lo guardamos; elíjalo otra vez."
