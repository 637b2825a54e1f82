"""From the instant a filing came in to its fecha de efectos, and to the terms that run from it.

Every number comes from a policy row; nothing here knows how many days the law gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from oficialia.domain.business_days import Calendar

ZONE = ZoneInfo("America/Mexico_City")


class Corte(StrEnum):
    """How the hour of arrival decides the day."""

    CORTE_HORARIO = "corte_horario"
    DIA_COMPLETO = "dia_completo"


class Termino(StrEnum):
    """The terms that a policy sets."""

    RESPUESTA = "respuesta"
    PREVENCION = "prevencion"
    AFIRMATIVA_FICTA = "afirmativa_ficta"
    NEGATIVA_FICTA = "negativa_ficta"
    PROTESTA = "protesta"


class Silencio(StrEnum):
    """What the silence of the authority means for a tramite."""

    AFIRMATIVA = "afirmativa"
    NEGATIVA = "negativa"
    NO_APLICA = "no_aplica"


@dataclass(frozen=True)
class TermRule:
    """Business days that a policy gives for a term, and the legal basis."""

    term: Termino
    days: int
    fundamento: str


@dataclass(frozen=True)
class Policy:
    """One published set of rules, in force between two days."""

    id: str
    corte: Corte
    closing_time: time
    corte_fundamento: str
    rules: Sequence[TermRule]

    def rule(self, term: Termino) -> TermRule | None:
        """The rule for ``term``, or None when the policy sets none."""
        return next((rule for rule in self.rules if rule.term is term), None)


@dataclass(frozen=True)
class Term:
    """One term of one filing, with how it was computed."""

    term: Termino
    days: int
    due: date
    fundamento: str
    provisional: bool


def effective_date(received_at: datetime, corte: Corte, closing_time: time, calendar: Calendar) -> date:
    """The business day on which a filing counts as filed.

    Under ``corte_horario`` what arrives from ``closing_time`` on counts from the next business day; under
    ``dia_completo`` the whole day counts.
    """
    local = received_at.astimezone(ZONE)
    day = local.date()
    if corte is Corte.CORTE_HORARIO and local.time() >= closing_time:
        day += timedelta(days=1)
    return calendar.on_or_after(day)


def terms_for(
    effective: date, policy: Policy, calendar: Calendar, *, silence: Silencio, own_days: int | None, own_fundamento: str
) -> tuple[Term, ...]:
    """The terms that run for a filing: the answer (the tramite's own term overrides the general one) and, where the
    kind of silence
    has it, the ficta. An afirmativa ficta falls when the answer was due, unless the policy gives it a term of its
    own."""
    answer = policy.rule(Termino.RESPUESTA)
    if own_days is not None:
        answer = TermRule(Termino.RESPUESTA, own_days, own_fundamento)
    rules = [answer] if answer else []
    if silence is Silencio.NEGATIVA and (ficta := policy.rule(Termino.NEGATIVA_FICTA)):
        rules.append(ficta)
    if silence is Silencio.AFIRMATIVA:
        source = policy.rule(Termino.AFIRMATIVA_FICTA) or answer
        if source:
            rules.append(TermRule(Termino.AFIRMATIVA_FICTA, source.days, source.fundamento))
    return tuple(term_from(effective, rule, calendar) for rule in rules)


def term_from(day: date, rule: TermRule, calendar: Calendar) -> Term:
    """The term of ``rule`` that runs from the day after ``day``."""
    due = calendar.after(day, rule.days)
    return Term(rule.term, rule.days, due, rule.fundamento, calendar.is_provisional(due))
