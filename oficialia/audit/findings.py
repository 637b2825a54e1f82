"""What an audit may find, in words for whoever did it: what was seen, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The kinds of finding."""

    UNSIGNED = "sin_firma"
    ROOT = "huella_distinta"
    REWRITTEN = "historia_cambiada"
    WENT_BACK = "libro_mas_corto"
    TILE = "mosaico_distinto"
    MISSING = "falta_una_parte"
    LEAF = "hoja_ilegible"
    TIME_BACK = "hora_regresa"
    FUTURE = "hora_futura"
    YEAR = "anio_del_folio"
    GAP = "folio_saltado"
    REPEATED = "folio_repetido"
    BEFORE_INTAKE = "acto_sin_ingreso"
    LOST = "folios_perdidos"
    WITNESS_FALSE = "testigo_falso"
    WITNESS_MISSING = "faltan_testigos"
    WITNESS_EARLY = "testigo_antes_de_la_hoja"
    CLOSING = "cierre_distinto"
    UNCLOSED = "dias_sin_cierre"
    OTHER = "otro_libro"
    TOKEN = "sello_de_tiempo"  # noqa: S105


_KEEP = "Guarde una copia de lo publicado («oficialia libro copiar»)"
WHAT_TO_DO: Mapping[Code, str] = {
    Code.UNSIGNED: "Revise que la llave sea la del libro. Si lo es, no crea lo publicado y pregunte a la oficina.",
    Code.ROOT: f"{_KEEP} y avise a la contraloría: las hojas no son las que se firmaron.",
    Code.REWRITTEN: f"{_KEEP}, junto con lo que usted guardó, y hágalos públicos: el libro cambió.",
    Code.WENT_BACK: f"{_KEEP}, junto con lo que usted guardó, y hágalos públicos: al libro le quitaron hojas.",
    Code.TILE: "Avise a la oficina: con huellas distintas las pruebas de los acuses no salen.",
    Code.MISSING: "Repita en unos minutos. Si sigue faltando, avise a la oficina: lo que no se ve no se puede revisar.",
    Code.LEAF: f"{_KEEP} y pregunte a la oficina qué es esa hoja.",
    Code.TIME_BACK: f"{_KEEP} y avise a la contraloría: alguien anotó algo con fecha anterior.",
    Code.FUTURE: "Revise el reloj de su equipo. Si está bien, pregunte a la oficina por el suyo.",
    Code.YEAR: f"{_KEEP} y avise a la contraloría: el folio no es de la serie de su año.",
    Code.GAP: f"{_KEEP} y pregunte a la oficina por esos folios: la serie no debe saltar.",
    Code.REPEATED: f"{_KEEP} y avise a la contraloría: un folio se dio dos veces o fuera de su lugar.",
    Code.BEFORE_INTAKE: f"{_KEEP} y pregunte a la oficina: ese folio no estaba anotado.",
    Code.LOST: "Pida a la oficina el acta de esa restauración: ella misma declaró la pérdida.",
    Code.WITNESS_FALSE: "Pregunte al testigo: alguien puso una firma en su nombre.",
    Code.WITNESS_MISSING: "Repita en unos minutos. Si sigue igual, pregunte a los testigos qué vieron.",
    Code.WITNESS_EARLY: "Revise con el testigo su hora. Si está bien, una hoja dice una hora posterior a la verdadera.",
    Code.CLOSING: f"{_KEEP} y avise a la contraloría: el cierre de ese día no es el que se anotó.",
    Code.UNCLOSED: "Repita mañana. Si sigue igual, pregunte a la oficina por qué no cerró esos días.",
    Code.OTHER: "Guarde los dos, y pregunte a la oficina por qué empezó otro libro.",
    Code.TOKEN: "Revise que los certificados raíz sean los del servicio de sellos de tiempo, y pregunte a la oficina.",
}


@dataclass(frozen=True)
class Finding:
    """One of them: where, and what was seen (es-MX)."""

    code: Code
    where: str
    words: str
