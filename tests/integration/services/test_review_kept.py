"""What a review found is kept; a night has one; the command and the nightly task tell it as they promise."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner
from click.testing import Result as Outcome
from sqlalchemy import select

import workers.review
from oficialia.cli import cli
from oficialia.db_faults import sqlite_file
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.models import Review
from oficialia.runtime import Runtime
from oficialia.services import review_record
from oficialia.services.review import Result
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_record import MOST_KEPT, AskedBy
from tests.support.reviewing import Reviewed, by_hand
from tests.support.working import work
from workers.review import review_office

NIGHT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 03:00 in Chalco


def rows(runtime: Runtime) -> list[Review]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Review).order_by(Review.id)))


def test_a_night_has_one_review_and_the_next_has_its_own(runtime: Runtime) -> None:
    nights = [NIGHT, NIGHT + timedelta(minutes=4), NIGHT + timedelta(hours=5), NIGHT + timedelta(days=1)]
    begun = [review_record.begin(runtime.database, AskedBy.NIGHTLY, at) for at in nights]
    assert [number is not None for number in begun] == [True, False, False, True]


def test_an_order_is_never_refused_and_takes_no_night(runtime: Runtime) -> None:
    orders = [review_record.begin(runtime.database, AskedBy.ORDER, NIGHT) for _ in range(2)]
    assert None not in orders
    assert review_record.begin(runtime.database, AskedBy.NIGHTLY, NIGHT) is not None


def test_a_review_that_never_ended_has_no_counts(runtime: Runtime) -> None:
    review_record.begin(runtime.database, AskedBy.NIGHTLY, NIGHT)
    [row] = rows(runtime)
    assert (row.counts, row.findings) == ({}, [])


def test_what_was_found_is_kept_and_counted(office: Reviewed) -> None:
    office.sql("UPDATE ledger_head SET size = size + 1")
    database = office.runtime.database
    number = review_record.begin(database, AskedBy.ORDER, NIGHT)
    assert number is not None
    result = office.review(quick=True)
    review_record.finish(database, number, result)
    [row] = rows(office.runtime)
    assert (row.asked_by, row.started_at, row.finished_at) == ("orden", NIGHT, result.finished_at)
    assert row.counts == {
        "hojas": 5,
        "expedientes": 2,
        "objetos": 4,
        "hallazgos": 1,
        "por_codigo": {"cabeza_distinta": 1},
    }
    assert [finding["codigo"] for finding in row.findings] == ["cabeza_distinta"]


def test_a_disaster_is_counted_whole_and_kept_in_part(runtime: Runtime) -> None:
    findings = tuple(Finding(Code.OBJECT_ABSENT, str(n), "") for n in range(MOST_KEPT + 1))
    number = review_record.begin(runtime.database, AskedBy.ORDER, NIGHT)
    assert number is not None
    review_record.finish(runtime.database, number, Result(NIGHT, NIGHT, {}, findings))
    [row] = rows(runtime)
    assert row.counts["hallazgos"] == MOST_KEPT + 1
    assert len(row.findings) == MOST_KEPT


def nightly(office: Reviewed) -> None:
    with mock.patch.object(workers.review, "parts", lambda: office.parts):
        review_office()


def test_the_nightly_task_keeps_its_review_and_does_it_once(office: Reviewed) -> None:
    nightly(office)
    nightly(office)
    [row] = rows(office.runtime)
    assert (row.asked_by, row.counts["objetos"], row.counts["hallazgos"]) == ("nocturna", 4, 0)


def test_the_nightly_task_names_what_it_found_as_an_error(office: Reviewed, caplog: pytest.LogCaptureFixture) -> None:
    office.sql("UPDATE ledger_head SET size = size + 1")
    nightly(office)
    [error] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "cabeza_distinta 1" in error.getMessage()


@pytest.fixture
def environment(office: Reviewed, development_pki: Path) -> dict[str, str]:
    """What the command line of that office is given: no secret of the codes, no key. All its work is done."""
    work(office.parts)
    return {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": office.runtime.database.url,
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": office.s3.endpoint,
        "OFICIALIA_S3_ACCESS_KEY": office.s3.access_key,
        "OFICIALIA_S3_SECRET_KEY": office.s3.secret_key,
        "OFICIALIA_S3_BUCKET": office.bucket_name,
        "OFICIALIA_TRUST_DIR": str(development_pki / "anclas"),
    }


def revisar(environment: dict[str, str], *options: str) -> Outcome:
    return CliRunner().invoke(cli, ["revisar", *options], env=environment)


def test_the_command_ends_with_0_where_all_is_well(office: Reviewed, environment: dict[str, str]) -> None:
    outcome = revisar(environment)
    assert outcome.exit_code == 0, outcome.output
    assert "Se revisaron 2 expedientes, 7 hojas del libro y 6 objetos" in outcome.output
    assert "Todo está en orden" in outcome.output
    assert [row.asked_by for row in rows(office.runtime)] == ["orden"]


def test_the_command_ends_with_10_and_names_what_it_found(office: Reviewed, environment: dict[str, str]) -> None:
    office.sql("UPDATE filings SET asunto = 'Otro' WHERE folio = :open")
    outcome = revisar(environment, "--rapido")
    assert outcome.exit_code == 10
    assert "expediente_alterado (falta): 1" in outcome.output
    assert office.open_folio in outcome.output


def test_the_command_writes_json_for_programs(office: Reviewed, environment: dict[str, str]) -> None:
    office.sql("UPDATE filings SET asunto = 'Otro' WHERE folio = :open")
    outcome = revisar(environment, "--rapido", "--json")
    said = json.loads(outcome.stdout)
    assert outcome.exit_code == 10
    assert said["en_orden"] is False
    assert said["revisado"] == {"hojas": 7, "expedientes": 2, "objetos": 6}
    [finding] = [finding for finding in said["hallazgos"] if finding["gravedad"] == "falta"]
    assert (finding["codigo"], finding["sujeto"]) == ("expediente_alterado", office.open_folio)


def test_the_command_ends_with_1_where_nothing_can_be_known(environment: dict[str, str]) -> None:
    [port] = free_ports(1)
    outcome = revisar(environment | {"OFICIALIA_S3_ENDPOINT": f"http://{LOOPBACK}:{port}"})
    assert outcome.exit_code == 1
    assert "El depósito de documentos no responde como debe" in outcome.output


def test_a_row_that_cannot_be_read_ends_with_10_and_is_named(office: Reviewed, environment: dict[str, str]) -> None:
    if not sqlite_file(office.runtime.database.url):
        pytest.skip("PostgreSQL takes no such value")
    by_hand(office, "UPDATE filings SET registered_at = 'garbage' WHERE folio = :open")
    outcome = revisar(environment, "--rapido")
    assert outcome.exit_code == 10, outcome.output
    assert f"renglon_ilegible (falta): 1\n  {office.open_folio}" in outcome.stdout
    assert "Se revisaron 2 expedientes" in outcome.stdout


def test_the_nightly_task_knows_the_codes(office: Reviewed, caplog: pytest.LogCaptureFixture) -> None:
    office.sql(f"UPDATE filings SET tracking_hash = '{'ab' * 32}' WHERE folio = :open")  # noqa: S608
    nightly(office)
    [error] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "codigos_alterados 1" in error.getMessage()
