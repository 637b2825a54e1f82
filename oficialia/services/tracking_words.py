"""The life of a filing in plain words, for who filed it."""

from collections.abc import Mapping

from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import Acto, Estado, NivelSello
from oficialia.models import Document, Event, StoredObject

_EVENTS = {
    Acto.INGRESO: "Recibimos su escrito y le dimos su folio.",
    Acto.SELLO: "Sellamos su documento con la firma electrónica del municipio.",
    Acto.ACUSE: "Emitimos su acuse de recibo.",
    Acto.EDICION: "Añadimos la hora certificada que faltaba en su documento sellado o en su acuse.",
    Acto.TURNO: "Turnamos su escrito: lo enviamos al área que lo atiende, {area}.",
    Acto.PREVENCION: "Le pedimos completar su escrito (prevención).",
    Acto.RESPUESTA: "La autoridad entregó su respuesta para sellarla.",
    Acto.SELLO_RESPUESTA: "Sellamos la respuesta de la autoridad. Ya puede descargarla.",
    Acto.DESAHOGO: "Entregó lo que le pedimos con el escrito {escrito}. El plazo para responderle empezó de nuevo.",
    Acto.ALCANCE: "Agregó a su expediente el escrito {escrito}.",
    Acto.NOTIFICACION: "Abrió una notificación en su buzón y se dio por notificado.",
    Acto.ACUSE_NOTIFICACION: "Emitimos el acuse de su notificación. Ya puede descargarlo.",
    Acto.ANULACION_PEDIDA: "Una persona de la oficina pidió anular su escrito. Otra persona debe confirmarlo.",
    Acto.ANULACION_RECHAZADA: "No se anuló su escrito. Sigue su curso.",
    Acto.ANULACION: "Dos personas de la oficina anularon su escrito. No borramos nada de él.",
    Acto.DICTAMEN_PEDIDO: "La oficina pidió examinar otra vez las firmas de un documento.",
    Acto.DICTAMEN: "Emitimos un dictamen sobre las firmas de un documento. Lo conserva la oficina.",
    Acto.CORREO_AVISO: "Le avisamos por correo.",
    Acto.CORREO_CODIGO: "Enviamos a su correo un código para confirmarlo.",
    Acto.CORREO_CONFIRMADO: "Confirmó su correo electrónico.",
    Acto.CORREO_ACUSE: "Enviamos el acuse a su correo.",
    Acto.EN_ESPERA: "Una persona de la oficina revisa un detalle técnico. Su folio y su fecha no cambian.",
    Acto.REINTENTO: "Se corrigió el detalle técnico. Su escrito sigue su curso.",
}
# What each state means, where it stands: its word, and what it is.
ESTADOS: dict[Estado, tuple[str, str]] = {
    Estado.PRESENTADO: ("Presentado", "lo recibimos y pronto lo enviaremos al área que lo atiende."),
    Estado.PREVENIDO: ("Prevenido", "le pedimos completarlo para poder seguir."),
    Estado.TURNADO: ("Turnado", "lo enviamos al área que lo atiende, {area}."),
    Estado.ACUMULADO: ("Sumado a otro expediente", "lo atendemos junto con el escrito {root}."),
    Estado.RESUELTO: ("Resuelto", "la autoridad le respondió."),
    Estado.ANULADO_CON_TRAZA: ("Anulado con traza", "ya no sigue su curso. No borramos nada de él."),
}
_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain; charset=utf-8": "txt"}


# Of a new edition that came with evidence, by what it is of.
_PROTECTED = {
    Purpose.SEALED: "Añadimos a su documento sellado las pruebas con que se podrá comprobar dentro de muchos años.",
    Purpose.ACUSE: "Añadimos a su acuse las pruebas con que se podrá comprobar dentro de muchos años.",
    Purpose.SEALED_ANSWER: "Añadimos a la respuesta las pruebas con que se podrá comprobar dentro de muchos años.",
}
_TIMED_ANSWER = "Añadimos a la respuesta la hora certificada que le faltaba."


def event_text(event: Event, areas: Mapping[str, str]) -> str:
    """What happened, in a sentence; ``areas`` are names by clave."""
    if event.act == Acto.EDICION and event.data.get("nivel") in {NivelSello.B_LT, NivelSello.B_LTA}:
        return _PROTECTED[Purpose(event.data["de"])]
    if event.act == Acto.EDICION and event.data.get("de") == Purpose.SEALED_ANSWER:
        return _TIMED_ANSWER
    area = areas.get(event.data.get("a", ""), "")
    return _EVENTS[Acto(event.act)].format(area=area, escrito=event.data.get("escrito", ""))


_LABELS = {
    Purpose.SEALED_ANSWER: "Respuesta de la autoridad",
    Purpose.NOTICE: "Acuse de notificación {edition}",
    Purpose.SEALED: "Documento sellado",
}


def label(item: StoredObject, document: Document | None) -> str:
    """What a downloadable file is."""
    if words := _LABELS.get(Purpose(item.purpose)):
        return words.format(edition=item.edition)
    if item.purpose == Purpose.ACUSE or document is None:
        return "Acuse de recibo"
    if document.role == Role.ANEXO:
        photo = f", fotografía {item.edition}" if item.purpose == Purpose.SOURCE else ""
        return f"Anexo {document.number}: {document.title}{photo}"
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
    words: Mapping[str, str] = {
        Purpose.SOURCE: f"fuente-{item.edition}",
        Purpose.SEALED_ANSWER: "respuesta",
        Purpose.REPORT: f"dictamen-{item.edition}",
        Purpose.NOTICE: f"notificacion-{item.edition}",
    }
    word = words.get(item.purpose, item.purpose)
    return f"{word}{number}-{folio}.{_EXTENSIONS.get(item.media_type, 'bin')}"
