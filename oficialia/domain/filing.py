"""A filing's columns of state: ASCII words, never mixed; and what an act of the desk does to where it stands in law."""

from dataclasses import dataclass
from enum import StrEnum


class Estado(StrEnum):
    """Where the filing stands in law."""

    PRESENTADO = "presentado"
    PREVENIDO = "prevenido"
    TURNADO = "turnado"
    RESUELTO = "resuelto"
    ACUMULADO = "acumulado"  # it belongs to the expediente of the filing that it follows, and is attended to there
    ANULADO_CON_TRAZA = "anulado_con_traza"


class Pendiente(StrEnum):
    """An act of the desk that waits for its second half; meanwhile the filing admits no other act."""

    NADA = ""
    RESPUESTA = "respuesta"  # handed in; it is sealed and then delivered
    ANULACION = "anulacion"  # asked for by one person; another confirms or declines it


class Relacion(StrEnum):
    """How a filing follows another."""

    DESAHOGO = "desahogo"  # answers the prevención of it
    ALCANCE = "alcance"  # adds to it while it is open
    POSTERIOR = "posterior"  # came after it was over, so it is attended to by itself


JOINED = frozenset({Relacion.DESAHOGO, Relacion.ALCANCE})
"""What belongs to the expediente of the filing that it follows."""


class Etapa(StrEnum):
    """Where the machine stands with it."""

    RECIBIDA = "recibida"
    SELLANDO = "sellando"
    ACUSE_LISTO = "acuse_listo"
    EN_ESPERA = "en_espera"


class NivelSello(StrEnum):
    """Level of the seal of the stamped copy (ETSI EN 319 142-1)."""

    SIN_SELLO = "sin_sello"
    B_B = "b_b"
    B_T = "b_t"
    B_LT = "b_lt"
    B_LTA = "b_lta"


class NivelFirma(StrEnum):
    """How the promovente signed."""

    N0 = "n0"
    N1 = "n1"
    N2 = "n2"
    N3 = "n3"


class Rol(StrEnum):
    """Who acts, as every event records it."""

    PROMOVENTE = "promovente"
    SISTEMA = "sistema"
    OFICIAL_DE_PARTES = "oficial_de_partes"
    AREA = "area"
    AUDITOR = "auditor"
    ADMINISTRADOR = "administrador"


class Acto(StrEnum):
    """Acts that leave an event; those of the ledger leave a leaf under the same word."""

    INGRESO = "ingreso"
    SELLO = "sello"
    ACUSE = "acuse"
    EDICION = "edicion"
    TURNO = "turno"
    PREVENCION = "prevencion"
    RESPUESTA = "respuesta"
    SELLO_RESPUESTA = "sello_respuesta"
    DESAHOGO = "desahogo"
    ALCANCE = "alcance"
    NOTIFICACION = "notificacion"
    ACUSE_NOTIFICACION = "acuse_notificacion"
    ANULACION_PEDIDA = "anulacion_pedida"
    ANULACION_RECHAZADA = "anulacion_rechazada"
    ANULACION = "anulacion"
    DICTAMEN_PEDIDO = "dictamen_pedido"
    DICTAMEN = "dictamen"
    CORREO_CODIGO = "correo_codigo"
    CORREO_CONFIRMADO = "correo_confirmado"
    CORREO_ACUSE = "correo_acuse"
    CORREO_AVISO = "correo_aviso"
    CONSULTA = "consulta"
    EN_ESPERA = "en_espera"
    REINTENTO = "reintento"
    RESTAURACION = "restauracion"
    CIERRE = "cierre"
    CALENDARIO = "calendario"
    POLITICA = "politica"
    CEDULA = "cedula"
    CERTIFICADO = "certificado"


@dataclass(frozen=True)
class Standing:
    """Where a filing stands in law, and which act of the desk waits for its second half."""

    estado: Estado = Estado.PRESENTADO
    pendiente: Pendiente = Pendiente.NADA

    def after(self, act: Acto) -> "Standing | None":
        """Where it stands after an act of the desk; None where the act is not allowed.

        An answer is the authority's word only when it is sealed and can be had, so the filing stays where it was until
        then. What was answered is never annulled: an authority does not take back its own word by itself.
        """
        return _MOVES.get((self, act))

    def completed(self, *, turned: bool) -> "Standing | None":
        """Where it stands once its promovente answered what was asked; None where nothing is asked. What waits for its
        second half goes on waiting."""
        if self.estado is not Estado.PREVENIDO:
            return None
        return Standing(Estado.TURNADO if turned else Estado.PRESENTADO, self.pendiente)


OPEN = (Estado.PRESENTADO, Estado.PREVENIDO, Estado.TURNADO)
"""The states that admit acts of the desk."""


def _moves() -> dict[tuple[Standing, Acto], Standing]:
    moves: dict[tuple[Standing, Acto], Standing] = {}
    for estado in OPEN:
        free = Standing(estado)
        asked = Standing(estado, Pendiente.ANULACION)
        moves[free, Acto.TURNO] = Standing(Estado.TURNADO)
        moves[free, Acto.ANULACION_PEDIDA] = asked
        moves[asked, Acto.ANULACION_RECHAZADA] = free
        moves[asked, Acto.ANULACION] = Standing(Estado.ANULADO_CON_TRAZA)
        if estado is not Estado.PREVENIDO:
            moves[free, Acto.PREVENCION] = Standing(Estado.PREVENIDO)
        if estado is not Estado.PRESENTADO:  # somebody attends to it, or it was left unanswered by who was asked
            handed_in = Standing(estado, Pendiente.RESPUESTA)
            moves[free, Acto.RESPUESTA] = handed_in
            moves[handed_in, Acto.SELLO_RESPUESTA] = Standing(Estado.RESUELTO)
    return moves


_MOVES = _moves()
DESK_ACTS = frozenset(act for _, act in _MOVES)
"""The acts by which somebody of the staff changes where a filing stands."""
FOLLOWED_BY = frozenset({Acto.DESAHOGO, Acto.ALCANCE})
"""The acts by which its promovente adds to it."""
