"""Business days and terms, against the vectors of the office's demo calendar."""

import csv
import json
from datetime import date, datetime, time
from pathlib import Path

import pytest

from oficialia.domain.business_days import Calendar
from oficialia.domain.plazos import (
    ZONE,
    Corte,
    Policy,
    Silencio,
    Termino,
    TermRule,
    effective_date,
    terms_for,
)
from oficialia.services.policies import closed_days

ROOT = Path(__file__).parents[3]
PUBLISHED = json.loads((ROOT / "oficialia/data/catalogo-demo.json").read_text())["calendario"]
CALENDAR = Calendar(closed_days(PUBLISHED), date(2026, 1, 1), date(2027, 12, 31))
VECTORS = list(csv.DictReader((ROOT / "tests/data/plazos-vectores.tsv").open(), delimiter="\t"))
POLICY = Policy(
    "P1",
    Corte.CORTE_HORARIO,
    time(18),
    "horario",
    [TermRule(Termino.RESPUESTA, 15, "general"), TermRule(Termino.NEGATIVA_FICTA, 30, "ficta")],
)


def test_there_are_vectors_of_both_policies() -> None:
    assert len(VECTORS) == 24
    assert {row["politica"] for row in VECTORS} == set(Corte)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['recibido_local']}-{row['politica']}")
def test_the_vectors_pass(row: dict[str, str]) -> None:
    received = datetime.fromisoformat(row["recibido_local"]).replace(tzinfo=ZONE)
    effective = effective_date(received, Corte(row["politica"]), time(18), CALENDAR)
    days = [effective, *(CALENDAR.after(effective, count) for count in (3, 15, 30))]
    assert [day.isoformat() for day in days] == [row["efectos"], row["mas_3"], row["mas_15"], row["mas_30"]]


def test_an_instant_counts_in_local_time_wherever_it_was_taken() -> None:
    utc = datetime.fromisoformat("2026-10-30T23:59:59+00:00")  # 17:59:59 in Chalco
    assert effective_date(utc, Corte.CORTE_HORARIO, time(18), CALENDAR) == date(2026, 10, 30)


def test_a_tramites_own_term_overrides_the_general_one() -> None:
    [term] = terms_for(
        date(2026, 10, 28), POLICY, CALENDAR, silence=Silencio.NO_APLICA, own_days=3, own_fundamento="cédula"
    )
    assert (term.days, term.due, term.fundamento) == (3, date(2026, 11, 3), "cédula")


def test_ficta_runs_only_where_the_kind_of_silence_has_it() -> None:
    def kinds(silence: Silencio) -> list[Termino]:
        found = terms_for(date(2026, 10, 28), POLICY, CALENDAR, silence=silence, own_days=None, own_fundamento="")
        return [term.term for term in found]

    assert kinds(Silencio.NO_APLICA) == [Termino.RESPUESTA]
    assert kinds(Silencio.NEGATIVA) == [Termino.RESPUESTA, Termino.NEGATIVA_FICTA]
    assert kinds(Silencio.AFIRMATIVA) == [Termino.RESPUESTA, Termino.AFIRMATIVA_FICTA]


def test_beyond_the_published_calendar_a_term_is_provisional() -> None:
    near, far = (
        terms_for(day, POLICY, CALENDAR, silence=Silencio.NO_APLICA, own_days=None, own_fundamento="")[0]
        for day in (date(2027, 12, 1), date(2027, 12, 20))
    )
    assert not near.provisional
    assert far.provisional
