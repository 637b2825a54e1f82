"""What the office does by itself leaves leaves too: days closed, every change of catalogue, calendar and policies."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from oficialia.db import Database, upgrade
from oficialia.domain.filing import Acto
from oficialia.domain.ledger import commitment
from oficialia.models import Cedula, LedgerLeaf, Policy
from oficialia.runtime import Runtime
from oficialia.services import catalog, closing, intake
from tests.support.office import DATA, TestClock, submission
from tests.support.reviewing import review_of

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
CATALOGUE, POLICIES = (
    json.loads((DATA / f"{name}-demo.json").read_text("utf-8")) for name in ("catalogo", "politicas")
)


@pytest.fixture
def register(tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path / 'oficialia.db'}"
    upgrade(url)
    return Database(url)


def load(database: Database, catalogue: Mapping[str, Any] = CATALOGUE, policies: Mapping[str, Any] = POLICIES) -> None:
    catalog.load(database, catalogue, policies, AT)


def leaves(database: Database, *acts: str) -> list[LedgerLeaf]:
    with database.reading() as session:
        query = select(LedgerLeaf).order_by(LedgerLeaf.index)
        return list(session.scalars(query.where(LedgerLeaf.act.in_(acts)) if acts else query))


def test_each_cedula_calendar_and_policy_has_its_leaf_and_loading_them_again_has_none(register: Database) -> None:
    load(register)
    before = leaves(register)
    load(register)
    assert len(leaves(register)) == len(before)
    with register.reading() as session:
        cedulas = {(row.tramite_clave, row.version, row.sha256) for row in session.scalars(select(Cedula))}
        policies = set(session.scalars(select(Policy.id)))
    records = [(leaf, json.loads(leaf.record)) for leaf in before]
    told = {
        (record["tramite"], record["version"], record["cedula"]) for leaf, record in records if leaf.act == Acto.CEDULA
    }
    assert told == cedulas
    assert {record["politica"] for leaf, record in records if leaf.act == Acto.POLITICA} == policies
    assert len(leaves(register, Acto.CALENDARIO)) == 1
    for leaf, _ in records:
        said = json.loads(leaf.data)
        assert said["compromiso"] == commitment(leaf.salt, leaf.record.encode())
        assert (leaf.filing_id, said["folio"]) == (None, "")


def test_what_changes_is_told_and_nothing_else(register: Database) -> None:
    load(register)
    before = len(leaves(register))
    changed, policies = deepcopy(CATALOGUE), deepcopy(POLICIES)
    changed["tramites"][0]["costo"] = "Otro"
    changed["calendario"]["inhabiles"].append(["2026-12-28", "Por acuerdo"])
    policies["politicas"].append({**policies["politicas"][-1], "id": "otra"})
    load(register, changed, policies)
    new = leaves(register)[before:]
    assert [leaf.act for leaf in new] == [Acto.CEDULA, Acto.CALENDARIO, Acto.POLITICA]
    assert json.loads(new[0].record)["version"] == 2
    assert json.loads(new[0].data)["tramite"] == changed["tramites"][0]["clave"]


def file(runtime: Runtime, key: str) -> str:
    return intake.receive(runtime, submission(None, key=key, petition=f"Pido {key}.")).folio


def closings(runtime: Runtime) -> list[tuple[object, ...]]:
    found = [json.loads(leaf.record) for leaf in leaves(runtime.database, Acto.CIERRE)]
    return [(record["dia"], record["ingresos"], record["primero"], record["ultimo"]) for record in found]


def test_a_day_is_closed_once_it_is_over_and_days_that_were_missed_too(copied_town: Runtime, clock: TestClock) -> None:
    runtime = replace(copied_town, clock=clock)
    first, *_, last = (leaf.folio for leaf in leaves(runtime.database, Acto.INGRESO))
    clock.time = datetime(2026, 11, 24, 5, 59, tzinfo=UTC)  # 23:59 in Chalco
    assert closing.close_days(runtime) == []
    clock.time = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert closing.close_days(runtime) == [date(2026, 11, 23)]
    assert closing.close_days(runtime) == []
    assert closings(runtime) == [("2026-11-23", 3, first, last)]
    clock.time += timedelta(days=2)
    folio = file(runtime, "después")
    assert closing.close_days(runtime) == [date(2026, 11, 24), date(2026, 11, 25)]
    clock.time += timedelta(days=1)
    assert closing.close_days(runtime) == [date(2026, 11, 26)]
    assert closings(runtime)[1:] == [
        ("2026-11-24", 0, "", ""),
        ("2026-11-25", 0, "", ""),
        ("2026-11-26", 1, folio, folio),
    ]


def test_a_closing_that_does_not_count_what_its_day_had_is_found(copied_town: Runtime, clock: TestClock) -> None:
    runtime = replace(copied_town, clock=clock)
    clock.time = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    closing.close_days(runtime)

    def found() -> list[str]:
        return [finding.code.value for finding in review_of(runtime, at=clock(), quick=True).findings]

    assert "cierre_distinto" not in found()
    with runtime.database.transaction() as session:
        session.execute(update(LedgerLeaf).where(LedgerLeaf.index == 0).values(act=Acto.RESTAURACION))
    assert "cierre_distinto" in found()
