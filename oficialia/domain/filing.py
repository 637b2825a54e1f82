"""A filing's three columns of state (DOMAIN.md "States"): ASCII words, never mixed, and the moves that are allowed."""

from enum import StrEnum


class Estado(StrEnum):
    """Where the filing stands in law."""

    PRESENTADO = "presentado"
    EN_REVISION = "en_revision"
    ANULADO_CON_TRAZA = "anulado_con_traza"


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
    """How the promovente signed (DOMAIN.md "Filing")."""

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
    CORREO_CODIGO = "correo_codigo"
    CORREO_CONFIRMADO = "correo_confirmado"
    CORREO_ACUSE = "correo_acuse"
    CONSULTA = "consulta"
    EN_ESPERA = "en_espera"
    REINTENTO = "reintento"
    RESTAURACION = "restauracion"
    CIERRE = "cierre"
    CALENDARIO = "calendario"
    POLITICA = "politica"
    CEDULA = "cedula"
    CERTIFICADO = "certificado"


_NEXT_ETAPA: dict[Etapa, frozenset[Etapa]] = {
    Etapa.RECIBIDA: frozenset({Etapa.SELLANDO, Etapa.EN_ESPERA}),
    Etapa.SELLANDO: frozenset({Etapa.ACUSE_LISTO, Etapa.EN_ESPERA}),
    Etapa.EN_ESPERA: frozenset({Etapa.RECIBIDA, Etapa.SELLANDO, Etapa.ACUSE_LISTO}),
    Etapa.ACUSE_LISTO: frozenset(),
}


def may_follow(before: Etapa, after: Etapa) -> bool:
    """Whether the machine may go from ``before`` to ``after``."""
    return after in _NEXT_ETAPA[before]
