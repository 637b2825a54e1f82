"""Terms and cut-offs in words; every number comes from the policy rows."""

from datetime import date, time

from oficialia.domain.plazos import Corte, Termino
from oficialia.domain.wording import long_date

TERM_NAMES: dict[str, str] = {
    Termino.RESPUESTA: "Respuesta de la autoridad",
    Termino.PREVENCION: "Atención de una prevención",
    Termino.AFIRMATIVA_FICTA: "Afirmativa ficta (sin respuesta, se entiende concedido)",
    Termino.NEGATIVA_FICTA: "Negativa ficta (sin respuesta, se entiende negado)",
    Termino.PROTESTA: "Atención de una Protesta Ciudadana",
}


def corte_words(corte: Corte, closing: time) -> str:
    """The rule that decides the day on which a filing counts."""
    if corte is Corte.CORTE_HORARIO:
        return (
            f"Lo que se recibe a partir de las {closing:%H:%M} horas, o en día inhábil, "
            "cuenta desde el siguiente día hábil."
        )
    return "Lo que se recibe en día hábil, a cualquier hora, cuenta ese mismo día; en día inhábil, el siguiente hábil."


def how_computed(days: int, effective: date) -> str:
    """How a term that runs from the fecha de efectos was counted, so that anybody can count it again."""
    return f"{_business_days(days)} desde el día siguiente a la fecha de efectos ({long_date(effective)})"


def how_counted(days: int, day: date) -> str:
    """How a term that an act of ``day`` set was counted."""
    return f"{_business_days(days)} desde el día siguiente al {long_date(day)}"


def _business_days(days: int) -> str:
    return f"{days} día hábil" if days == 1 else f"{days} días hábiles"
