"""What a review can find: a closed list of codes, each explained in docs/operacion/revisar.md."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Severity = Literal["falta", "aviso"]


class Code(StrEnum):
    """What is wrong, in one word for programs and for whoever looks it up."""

    FOLIO_MISSING = "folio_faltante"
    FOLIO_LOST = "folio_perdido"
    FOLIO_REPEATED = "folio_repetido"
    FOLIO_INVALID = "folio_invalido"
    FOLIO_TIME = "folio_fuera_de_tiempo"
    SERIES_BEHIND = "serie_atrasada"
    LEAF_MISSING = "hoja_faltante"
    HEAD_DIFFERS = "cabeza_distinta"
    LEAF_ALTERED = "hoja_alterada"
    COMMITMENT_DIFFERS = "compromiso_distinto"
    LEAF_DIFFERS = "hoja_distinta"
    LEAF_TIME = "hoja_fuera_de_tiempo"
    INGRESO_ORDER = "ingreso_fuera_de_orden"
    NO_INGRESO_LEAF = "sin_hoja_de_ingreso"
    NO_SELLO_LEAF = "sin_hoja_de_sello"
    NO_ACUSE_LEAF = "sin_hoja_de_acuse"
    NO_ACT_LEAF = "sin_hoja_de_acto"
    NO_ANSWER_LEAF = "sin_hoja_de_respuesta"
    NO_NOTICE_LEAF = "sin_hoja_de_notificacion"
    DIGEST_UNKNOWN = "huella_sin_registro"
    FILING_ALTERED = "expediente_alterado"
    HISTORY_GAP = "historia_incompleta"
    CODES_ALTERED = "codigos_alterados"
    ROWS_ORPHAN = "renglones_sin_expediente"
    ROW_UNREADABLE = "renglon_ilegible"
    NO_PRINCIPAL = "sin_escrito_principal"
    NO_ORIGINAL = "sin_original"
    NO_SEALED = "sin_copia_sellada"
    NO_ACUSE = "sin_acuse"
    DIGEST_DIFFERS = "huella_distinta"
    CADENA_DIFFERS = "cadena_distinta"
    SELLO_INVALID = "sello_no_corresponde"
    OBJECT_ABSENT = "objeto_ausente"
    OBJECT_ALTERED = "objeto_alterado"
    OBJECT_SIZE = "objeto_de_otro_tamano"
    OBJECT_UNREADABLE = "objeto_ilegible"
    OBJECT_ORPHAN = "objeto_huerfano"
    FILING_DOUBTFUL = "expediente_dudoso"
    FILING_LOST = "expediente_perdido"
    SEAL_INVALID = "firma_invalida"
    SEAL_FOREIGN = "firma_ajena"
    ATTACHED_DIFFERS = "adjuntos_distintos"
    WORK_HELD = "trabajo_detenido"
    WORK_LATE = "trabajo_atrasado"
    NO_WORK = "sin_trabajo"
    WORK_LOST = "trabajo_perdido"
    SEAL_LOST = "sellado_sin_copia"
    SEAL_UNUSABLE = "sello_detenido"
    CLOSING_DIFFERS = "cierre_distinto"
    LEAF_RECOVERED = "hoja_recuperada"
    LEDGER_REWRITTEN = "libro_reescrito"
    LEDGER_FORKED = "libro_bifurcado"
    REGISTER_WENT_BACK = "registro_retrocedido"
    CHECKPOINT_FOREIGN = "punto_ajeno"
    CHECKPOINT_UNKNOWN = "punto_sin_registro"
    TILE_DIFFERS = "publicado_distinto"
    PROOF_FOREIGN = "prueba_ajena"
    PUBLISHING_HELD = "publicacion_detenida"
    PUBLISHING_LATE = "publicacion_atrasada"
    PROMISE_BROKEN = "promesa_incumplida"


# What an interruption leaves behind by design, and what the ledger itself explains.
NOTICES = frozenset({Code.OBJECT_ORPHAN, Code.FILING_DOUBTFUL, Code.FOLIO_LOST, Code.LEAF_RECOVERED})


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: `subject` is a folio, a leaf, an object's key or a job; `sentence` (es-MX)
    says what was seen, without personal data."""

    code: Code
    subject: str
    sentence: str

    @property
    def severity(self) -> Severity:
        """``aviso`` for what harms nobody, ``falta`` for what a person must look at."""
        return "aviso" if self.code in NOTICES else "falta"

    def to_json(self) -> dict[str, str]:
        """As it is kept in ``reviews.findings`` and printed by ``--json``."""
        return {
            "codigo": self.code,
            "gravedad": self.severity,
            "sujeto": self.subject,
            "detalle": self.sentence,
        }
