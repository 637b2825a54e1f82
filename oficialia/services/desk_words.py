"""What the desk says of a filing: where it stands, and when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from oficialia.domain.filing import OPEN, Acto, Estado, Etapa, Pendiente, Rol

ESTADO_WORDS: dict[Estado, str] = {
    Estado.PRESENTADO: "Presentado: falta turnarlo",
    Estado.PREVENIDO: "Prevenido: espera a la persona",
    Estado.TURNADO: "Turnado: falta responder",
    Estado.RESUELTO: "Resuelto",
    Estado.ACUMULADO: "Sumado a otro expediente",
    Estado.ANULADO_CON_TRAZA: "Anulado",
}
PENDIENTE_WORDS: dict[Pendiente, str] = {
    Pendiente.NADA: "",
    Pendiente.RESPUESTA: "Su respuesta se está sellando",
    Pendiente.ANULACION: "Piden anularlo: otra persona decide",
}
ETAPA_WORDS: dict[Etapa, str] = {
    Etapa.RECIBIDA: "Se está sellando",
    Etapa.SELLANDO: "Se prepara su acuse",
    Etapa.ACUSE_LISTO: "",
    Etapa.EN_ESPERA: "Su sello o su acuse espera",
}


# As the history of a filing tells them to whoever works with it.
ACTO_WORDS: dict[Acto, str] = {
    Acto.INGRESO: "Se recibió y se le dio folio",
    Acto.SELLO: "Se selló el documento",
    Acto.ACUSE: "Se emitió el acuse de recibo",
    Acto.EDICION: "Se completó un documento sellado",
    Acto.TURNO: "Se turnó",
    Acto.PREVENCION: "Se previno: se pidió completarlo",
    Acto.RESPUESTA: "Se entregó la respuesta para sellarla",
    Acto.SELLO_RESPUESTA: "Se selló la respuesta y quedó a disposición de la persona",
    Acto.DESAHOGO: "La persona entregó lo que se le pidió",
    Acto.ALCANCE: "La persona agregó otro escrito",
    Acto.NOTIFICACION: "La persona abrió una notificación en su buzón",
    Acto.ACUSE_NOTIFICACION: "Se emitió el acuse de notificación",
    Acto.ANULACION_PEDIDA: "Se pidió anularlo",
    Acto.ANULACION_RECHAZADA: "Se decidió no anularlo",
    Acto.ANULACION: "Se anuló",
    Acto.DICTAMEN_PEDIDO: "Se pidió un dictamen de verificación",
    Acto.DICTAMEN: "Se emitió el dictamen de verificación",
    Acto.CORREO_AVISO: "Se le avisó por correo",
    Acto.CORREO_CODIGO: "Se envió un código a su correo",
    Acto.CORREO_CONFIRMADO: "Confirmó su correo",
    Acto.CORREO_ACUSE: "Se le envió el acuse por correo",
    Acto.CONSULTA: "Vio el expediente",
    Acto.EN_ESPERA: "Un trabajo espera a una persona",
    Acto.REINTENTO: "Se volvió a pedir un trabajo detenido",
    Acto.RESTAURACION: "El registro se restauró de un respaldo",
}
ROLE_WORDS: dict[Rol, str] = {
    Rol.PROMOVENTE: "quien presenta",
    Rol.SISTEMA: "el sistema",
    Rol.OFICIAL_DE_PARTES: "Oficialía de Partes",
    Rol.AREA: "área que atiende",
    Rol.AUDITOR: "Contraloría",
    Rol.ADMINISTRADOR: "administración técnica",
}


def standing(estado: Estado, pendiente: Pendiente) -> str:
    """Where a filing stands: what waits for its second half comes first."""
    return PENDIENTE_WORDS[pendiente] or ESTADO_WORDS[estado]


class Seen(StrEnum):
    """What of a filing was looked at."""

    EXPEDIENTE = "expediente"  # its page: data, history, what it holds
    PAGINAS = "paginas"  # the pictures of a document's pages
    DESCARGA = "descarga"  # a document, downloaded


def look_words(data: Mapping[str, Any]) -> str:
    """What a look was at, from its event."""
    if data["vio"] == Seen.PAGINAS:
        return f"vio las páginas de «{data['documento']}»"
    if data["vio"] == Seen.DESCARGA:
        return f"descargó «{data['documento']}»"
    return "vio el expediente"


@dataclass(frozen=True)
class Due:
    """When the answer is due; ``late`` once that day is over."""

    day: date
    words: str
    late: bool


def due(day: date | None, estado: Estado, today: date) -> Due | None:
    """The due date of a filing in words; None when nothing is due."""
    if day is None or estado not in OPEN:
        return None
    left = (day - today).days
    return Due(day, _left(left), left < 0)


def _left(left: int) -> str:
    if left < -1:
        return f"Venció hace {-left} días"
    near = {-1: "Venció ayer", 0: "Vence hoy", 1: "Vence mañana"}
    return near.get(left) or f"Vence en {left} días"


def capital(text: str) -> str:
    """The same as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
