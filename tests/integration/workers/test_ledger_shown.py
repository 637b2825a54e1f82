"""The ledger as people and auditors see it: the page, the closings with their time stamps, and an audit over HTTP."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from unittest import mock

import pikepdf
import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from oficialia.app import create_app
from oficialia.cli import cli
from oficialia.domain.plazos import ZONE
from oficialia.runtime import Runtime
from oficialia.services import closing, closings, intake, published
from oficialia.services.review_findings import Code
from oficialia.web.context import WebOptions
from signing.tlog_policy import TlogPolicy
from storage.keys import ledger_key
from tests.support.chromium import launched
from tests.support.office import TestClock, submission
from tests.support.publishing import Log, make_log
from tests.support.reviewing import review_of
from tests.support.window import Visitor
from tests.support.witnesses import Running, running
from tests.support.working import make_parts
from workers import upkeep
from workers.parts import Parts
from workers.witnesses import Witnesses

OPTIONS = WebOptions(session_secret="secreto-de-sesion-para-las-pruebas", https=False)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return make_log(tmp_path)


@pytest.fixture
def witness(tmp_path: Path, log: Log, clock: TestClock) -> Iterator[Running]:
    with running(tmp_path / "contraloria", log.key.verifier, clock) as started:
        yield started


@pytest.fixture
def clock(clock: TestClock) -> TestClock:
    """Three days before the present, so that what is published is not from the future."""
    clock.time -= timedelta(days=3)
    return clock


@pytest.fixture
def office(runtime: Runtime, log: Log, witness: Running) -> Runtime:
    """An office whose ledger has a witness."""
    lines = f"log {log.key.verifier}\nwitness contraloria {witness.party.key} {witness.party.url}\nquorum none\n"
    return replace(runtime, ledger_policy=TlogPolicy.parse(lines.encode()))


@pytest.fixture
def ours(office: Runtime, development_pki: Path, responders: str) -> Parts:
    return make_parts(office, development_pki, responders)


@pytest.fixture
def visitor(office: Runtime) -> Visitor:
    return Visitor(create_app(office, OPTIONS))


@pytest.fixture
def address(office: Runtime) -> Iterator[str]:
    """The office on a real port."""
    server = make_server("127.0.0.1", 0, create_app(office, OPTIONS), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/libro"
    server.shutdown()
    server.server_close()
    thread.join()


def file(office: Runtime, clock: TestClock, name: str) -> str:
    return intake.receive(office, submission(None, key=name, received_at=clock.time, petition="Pido agua.")).folio


def publish(office: Runtime, log: Log) -> None:
    assert office.ledger_policy
    witnesses = Witnesses(office.ledger_policy.witnesses)
    with log.publisher(office, witnesses) as publisher:
        while publisher.step():
            pass
    witnesses.close()


def certify(ours: Parts) -> None:
    with mock.patch.object(upkeep, "parts", lambda: ours):
        upkeep.certify()


@pytest.fixture
def closed(office: Runtime, ours: Parts, log: Log, clock: TestClock) -> date:
    """A day with two filings that is over, published and certified, and one that is not."""
    day = clock.time.astimezone(ZONE).date()
    file(office, clock, "a")
    file(office, clock, "b")
    clock.time += timedelta(days=1)
    closing.close_days(office)
    certify(ours)
    assert [each.day for each in closings.waiting(office)] == []  # no checkpoint covers it yet
    publish(office, log)
    assert [each.day for each in closings.waiting(office)] == [day]
    certify(ours)
    file(office, clock, "c")
    publish(office, log)
    return day


def audited(where: object, *options: object) -> Result:
    return CliRunner().invoke(cli, ["libro", "verificar", *map(str, (where, *options))])


def test_the_page_tells_how_the_ledger_is_and_what_it_does_not_prove(
    office: Runtime, visitor: Visitor, log: Log, clock: TestClock
) -> None:
    before = visitor.get("/libro")
    assert "Todavía no se firma ninguno." in before.text
    file(office, clock, "a")
    publish(office, log)
    page = visitor.get("/libro").text
    assert "<dt>Escritos presentados hoy</dt><dd>1</dd>" in page
    assert "contraloria" in page
    assert "Firmó por última vez" in page
    assert "todavía puede mostrar un libro a unos y otro a otros" in page
    file(office, clock, "b")
    assert "por publicar" in visitor.get("/libro").text
    checker = visitor.get("/libro/comprobador.html")
    assert checker.headers["Content-Disposition"].startswith("attachment")
    assert sha256(checker.data).hexdigest()[:8] in visitor.get("/libro").text
    assert office.ledger_policy
    assert visitor.get("/libro/politica").data == office.ledger_policy.content


def test_a_closed_day_has_its_page_its_files_and_a_time_stamp_that_openssl_checks(
    office: Runtime, visitor: Visitor, closed: date, development_pki: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    assert "2 escritos" in visitor.get("/libro/cierres").text
    page = visitor.get(f"/libro/cierres/{closed.isoformat()}").text
    for told in ("OP-", "<dd>contraloria</dd>", "Huella de todas ellas"):
        assert told in page
    assert "Pendiente" not in page
    for kind in ("checkpoint", "tsr", "json"):
        answer = visitor.get(f"/libro/cierres/{closed.isoformat()}.{kind}")
        assert answer.headers["Content-Type"] == closings.TYPES[kind]
        (tmp_path / kind).write_bytes(answer.data)
    done = subprocess.run(
        [tool("openssl"), "ts", "-verify", "-data", tmp_path / "checkpoint", "-in", tmp_path / "tsr",
         "-CAfile", development_pki / "raiz.pem", "-untrusted", development_pki / "emisora.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout + done.stderr
    for wrong in ("2020-01-01", "20260101", "ayer", "2020-01-01.json", f"{closed.isoformat()}.pdf"):
        assert visitor.get(f"/libro/cierres/{wrong}").status_code == 404


def test_a_closing_is_printed_on_one_sheet(
    closed: date, address: str, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    with launched(tool("chromium")) as browser:
        page = browser.new_page()
        page.goto(f"{address}/cierres/{closed.isoformat()}")
        page.pdf(path=tmp_path / "cierre.pdf", format="Letter", margin={"top": "1.5cm", "bottom": "1.5cm"})
    with pikepdf.open(tmp_path / "cierre.pdf") as printed:
        assert len(printed.pages) == 1


def test_anybody_audits_it_over_http(
    office: Runtime, closed: date, address: str, development_pki: Path, tmp_path: Path
) -> None:
    done = audited(address, "--anclas", development_pki / "anclas", "--estado", tmp_path / "visto")
    assert done.exit_code == 0, done.output
    assert "3 ingresos" in done.output
    assert "contraloria.example" in done.output
    assert CliRunner().invoke(cli, ["libro", "copiar", address, str(tmp_path / "copia")]).exit_code == 0
    assert audited(tmp_path / "copia", "--desde", tmp_path / "visto").exit_code == 0


def test_a_review_finds_nothing_wrong_with_witnesses_and_closings(
    office: Runtime, closed: date, clock: TestClock
) -> None:
    found = {each.code for each in review_of(office, at=clock.time).findings}
    assert found <= {Code.WORK_LATE}  # nobody seals here


@pytest.mark.parametrize(
    "changed", ["json", *(pytest.param(each, marks=pytest.mark.thorough) for each in ("checkpoint", "tsr"))]
)
def test_a_closing_that_was_changed_afterwards_is_found(
    office: Runtime, closed: date, address: str, development_pki: Path, changed: str
) -> None:
    path = closings.path(closed, changed)
    content = published.read_file(office.bucket, path) or b""
    if changed == "json":
        said = json.loads(content)
        said["registro"]["ingresos"] = 1
        content = json.dumps(said).encode()
    elif changed == "checkpoint":
        content = content.replace(b"\n", b"0\n", 1)
    else:
        content = content[:-9] + bytes(9)
    office.bucket.put_bytes(ledger_key(path), content, media_type=closings.TYPES[changed])
    done = audited(address, "--anclas", development_pki / "anclas")
    assert done.exit_code == 10
    assert ("sello_de_tiempo" if changed == "tsr" else "cierre_distinto") in done.output


def test_while_the_authority_of_time_is_away_the_closing_waits(
    office: Runtime, log: Log, clock: TestClock, development_pki: Path
) -> None:
    away = make_parts(office, development_pki, "http://127.0.0.1:1")
    file(office, clock, "a")
    clock.time += timedelta(days=1)
    closing.close_days(office)
    publish(office, log)
    certify(away)
    [waited] = closings.waiting(office)
    assert closings.certified(office, waited.day).checkpoint is None
