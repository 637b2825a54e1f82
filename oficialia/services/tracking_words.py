"""The life of a filing in plain words, for who filed it."""

from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import Acto, NivelSello
from oficialia.models import Document, Event, StoredObject

_EVENTS = {
    Acto.INGRESO: "Recibimos su escrito y le dimos su folio.",
    Acto.SELLO: "Sellamos su documento con la firma electrónica del municipio.",
    Acto.ACUSE: "Emitimos su acuse de recibo.",
    Acto.EDICION: "Añadimos la hora certificada que faltaba en su documento sellado o en su acuse.",
    Acto.CORREO_CODIGO: "Enviamos a su correo un código para confirmarlo.",
    Acto.CORREO_CONFIRMADO: "Confirmó su correo electrónico.",
    Acto.CORREO_ACUSE: "Enviamos el acuse a su correo.",
    Acto.EN_ESPERA: "Una persona de la oficina revisa un detalle técnico. Su folio y su fecha no cambian.",
    Acto.REINTENTO: "Se corrigió el detalle técnico. Su escrito sigue su curso.",
}
_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain; charset=utf-8": "txt"}


# Of a new edition that came with evidence, by what it is of.
_PROTECTED = {
    Purpose.SEALED: "Añadimos a su documento sellado las pruebas con que se podrá comprobar dentro de muchos años.",
    Purpose.ACUSE: "Añadimos a su acuse las pruebas con que se podrá comprobar dentro de muchos años.",
}


def event_text(event: Event) -> str:
    """What happened, in a sentence."""
    if event.act == Acto.EDICION and event.data.get("nivel") in {NivelSello.B_LT, NivelSello.B_LTA}:
        return _PROTECTED[Purpose(event.data["de"])]
    return _EVENTS[Acto(event.act)]


def label(item: StoredObject, document: Document | None) -> str:
    """What a downloadable file is."""
    if item.purpose == Purpose.ACUSE or document is None:
        return "Acuse de recibo"
    if item.purpose == Purpose.SEALED:
        return "Documento sellado"
    if document.role == Role.ANEXO:
        return f"Anexo {document.number}: {document.title}"
    if item.purpose == Purpose.ORIGINAL:
        return "Su documento, antes de sellarlo"
    return (
        f"Fotografía {item.edition}, como la envió"
        if item.media_type.startswith("image/")
        else "Su texto, como lo escribió"
    )


def download_name(folio: str, item: StoredObject, document: Document | None) -> str:
    """A file name that says what it is and of which folio."""
    number = f"-anexo-{document.number}" if document and document.role == Role.ANEXO else ""
    word = {Purpose.SOURCE: f"fuente-{item.edition}"}.get(Purpose(item.purpose), item.purpose)
    return f"{word}{number}-{folio}.{_EXTENSIONS.get(item.media_type, 'bin')}"
