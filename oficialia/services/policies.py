"""The published calendar and the policies of terms: loading them, and what they say of a filing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from oficialia.domain.business_days import Calendar
from oficialia.domain.filing import Acto
from oficialia.domain.ledger import canonical_digest
from oficialia.domain.plazos import (
    ZONE,
    Corte,
    Policy,
    Silencio,
    Term,
    Termino,
    TermRule,
    effective_date,
    term_from,
    terms_for,
)
from oficialia.models import CalendarDay, CalendarSpan, Filing, PolicyRule, Tramite
from oficialia.models import Policy as PolicyRow
from oficialia.services import ledger
from oficialia.services.ledger import Turn


@dataclass(frozen=True)
class Plazos:
    """What the policy in force says of a filing."""

    policy_id: str
    corte: Corte
    effective: date
    terms: tuple[Term, ...]


def plazos(session: Session, received_at: datetime, tramite: Tramite | None) -> Plazos:
    """Fecha de efectos and terms of a filing received at that instant, under the policy in force that day.

    Raises LookupError when no policy or no calendar has been loaded: the office cannot open without them.
    """
    policy = _in_force(session, received_at.astimezone(ZONE).date())
    calendar = load_published_calendar(session)
    corte = Corte(tramite.corte) if tramite and tramite.corte else policy.corte
    effective = effective_date(received_at, corte, policy.closing_time, calendar)
    terms = terms_for(
        effective,
        policy,
        calendar,
        silence=Silencio(tramite.silencio) if tramite else Silencio.NO_APLICA,
        own_days=tramite.plazo_dias_habiles if tramite else None,
        own_fundamento=tramite.plazo_fundamento if tramite else "",
    )
    return Plazos(policy.id, corte, effective, terms)


@dataclass(frozen=True)
class TermOfAct:
    """A term that an act of the desk sets, and the day after which it runs."""

    term: Term
    counted_from: date


def term_of_act(session: Session, filing: Filing, at: datetime) -> TermOfAct | None:
    """The term of a prevención made at ``at``, under the policy that the acuse promised; None where it gives none.

    It is counted as a filing is: what is told after hours, or on a day that is none, counts from the next.
    """
    policy = _policy(session.get_one(PolicyRow, filing.policy_id))
    rule = policy.rule(Termino.PREVENCION)
    if rule is None:
        return None
    calendar = load_published_calendar(session)
    day = effective_date(at, Corte(filing.corte), policy.closing_time, calendar)
    return TermOfAct(term_from(day, rule, calendar), day)


def _in_force(session: Session, day: date) -> Policy:
    still = PolicyRow.vigente_hasta.is_(None) | (PolicyRow.vigente_hasta >= day)
    query = select(PolicyRow).where(PolicyRow.vigente_desde <= day, still).order_by(PolicyRow.vigente_desde.desc())
    row = session.scalars(query).first()
    if row is None:
        msg = f"no hay una política de plazos vigente el {day.isoformat()}"
        raise LookupError(msg)
    return _policy(row)


def _policy(row: PolicyRow) -> Policy:
    rules = [TermRule(Termino(rule.term), rule.days, rule.fundamento) for rule in row.rules]
    return Policy(row.id, Corte(row.corte), row.closing_time, row.corte_fundamento, rules)


def load_published_calendar(session: Session) -> Calendar:
    """The union of the published calendars."""
    spans = session.scalars(select(CalendarSpan)).all()
    if not spans:
        msg = "no se ha cargado ningún calendario"
        raise LookupError(msg)
    closed = {row.day: row.reason for row in session.scalars(select(CalendarDay))}
    return Calendar(closed, min(s.covers_from for s in spans), max(s.covers_until for s in spans))


def load_calendar(session: Session, turn: Turn, published: Mapping[str, Any]) -> None:
    """Loads a published calendar, with a leaf where it changes anything; publishing the same span again replaces its
    days."""
    start, end = (date.fromisoformat(day) for day in published["vigente"])
    query = select(CalendarSpan).where(CalendarSpan.covers_from == start, CalendarSpan.covers_until == end)
    span = session.scalars(query).one_or_none()
    days, note = closed_days(published), published.get("nota", "")
    if span is not None and span.reference == note and _days_of(session, span) == days:
        return
    if span is None:
        span = CalendarSpan(covers_from=start, covers_until=end, reference="")
        session.add(span)
    span.reference = note
    session.flush()
    session.execute(delete(CalendarDay).where(CalendarDay.span_id == span.id))
    for day, reason in days.items():
        session.merge(CalendarDay(day=day, reason=reason, span_id=span.id))
    facts = {"acto": Acto.CALENDARIO, "desde": start.isoformat(), "hasta": end.isoformat()}
    content = {"nota": note, "inhabiles": {day.isoformat(): reason for day, reason in days.items()}}
    ledger.append_public(session, turn, Acto.CALENDARIO, facts | {"contenido": canonical_digest(content)})


def _days_of(session: Session, span: CalendarSpan) -> dict[date, str]:
    return {row.day: row.reason for row in session.scalars(select(CalendarDay).where(CalendarDay.span_id == span.id))}


def closed_days(published: Mapping[str, Any]) -> dict[date, str]:
    """Every day that a published calendar closes, with its reason."""
    days = {}
    for first, last, reason in published["periodos"]:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            days[day] = reason
            day += timedelta(days=1)
    return days | {date.fromisoformat(day): reason for day, reason in published["inhabiles"]}


def load_policies(session: Session, turn: Turn, policies: Sequence[Mapping[str, Any]]) -> None:
    """Loads versions of the policy of terms, each with its leaf. A version that is already there is left as it is: it
    was promised on acuses."""
    for entry in policies:
        if session.get(PolicyRow, entry["id"]) is not None:
            continue
        until = entry["vigente_hasta"]
        session.add(
            PolicyRow(
                id=entry["id"],
                corte=Corte(entry["corte"]),
                closing_time=time.fromisoformat(entry["hora_de_cierre"]),
                corte_fundamento=entry["corte_fundamento"],
                vigente_desde=date.fromisoformat(entry["vigente_desde"]),
                vigente_hasta=date.fromisoformat(until) if until else None,
                rules=[
                    PolicyRule(term=Termino(rule["termino"]), days=rule["dias_habiles"], fundamento=rule["fundamento"])
                    for rule in entry["reglas"]
                ],
            )
        )
        facts = {"acto": Acto.POLITICA, "politica": entry["id"], "contenido": canonical_digest(entry)}
        ledger.append_public(session, turn, Acto.POLITICA, facts)
