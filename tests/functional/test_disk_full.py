"""Disks that are really full: the spool, the register, the broker. A 503 with a sentence, nothing half-written, and it
heals by itself when there is room again."""

import io
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import redis
from PIL import Image
from werkzeug.test import TestResponse

from oficialia.app import create_app
from oficialia.db import Database, upgrade
from oficialia.embedded import valkey as valkey_server
from oficialia.embedded.ports import free_ports
from oficialia.embedded.process import Program, running
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.runtime import Runtime
from oficialia.web.context import WebOptions
from signing.sandbox import Sandbox
from tests.support import postgres
from tests.support.books import Books, NotingBucket, books
from tests.support.office import TestClock, load_catalogue, make_runtime
from tests.support.processes import eventually
from tests.support.small_disk import fill, make_room, small_disk
from tests.support.window import File, Visitor, faults, hidden_fields, petition
from workers import dispatch
from workers.app import make_app

# The disk fills after the window looked at how much is free.
LATE = -(1 << 40)
OPTIONS = WebOptions(
    "secreto-de-sesion-para-las-pruebas", throttle="10000 per minute", min_free_bytes=LATE, https=False
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    box = Sandbox(require_isolation=False)
    yield box
    box.close()


@pytest.fixture
def runtime(tmp_path: Path, s3: SeaweedFS, sandbox: Sandbox, development_pki: Path, now: datetime) -> Iterator[Runtime]:
    """An office with disks as large as this machine's."""
    s3.bucket("lleno").ensure(retention_days=0)
    bucket = NotingBucket(s3.endpoint, s3.access_key, s3.secret_key, bucket="lleno", region="us-east-1")
    url, spool = f"sqlite:///{tmp_path / 'oficialia.db'}", tmp_path / "transito"
    office = make_runtime(url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=spool, clock=TestClock(now))
    yield office
    office.database.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Path]:
    """A spool of 1 MiB."""
    with small_disk(tmp_path / "disco", 1024) as disk:
        (disk / "transito").mkdir()
        yield disk / "transito"


def _photo() -> File:
    """A photograph whose redrawn copy is larger than itself."""
    whole = io.BytesIO()
    Image.effect_noise((1500, 2000), 90).save(whole, "JPEG", quality=15)
    return File(whole.getvalue(), "foto.jpg", "image/jpeg")


def _sent_again(visitor: Visitor, values: dict[str, Any], answer: TestResponse) -> TestResponse:
    """What the person does then: chooses the files again and sends the page that came back."""
    return visitor.post("/presentar/en-una-pagina", values | hidden_fields(answer.text))


@pytest.mark.parametrize(
    ("form", "kibibytes_free"),
    [
        pytest.param({"forma": "pdf", "principal": File(b"%PDF-1.7\n" + bytes(900_000))}, 200, id="an-upload"),
        pytest.param({"forma": "pdf", "principal": File(b"%PDF-1.7\n" + bytes(5_000))}, 0, id="an-upload-at-its-end"),
        pytest.param({"forma": "texto"}, 0, id="the-typed-text"),
        pytest.param({"forma": "texto"}, 8, id="the-pdf-of-the-typed-text"),
        pytest.param(
            {"forma": "fotos", "fotos": [_photo()]}, len(_photo().content) // 1024 + 12, id="the-pdf-of-photos"
        ),
    ],
)
def test_spool_full(runtime: Runtime, spool: Path, form: dict[str, Any], kibibytes_free: int) -> None:
    full = replace(runtime, spool=spool)
    visitor, before = Visitor(create_app(full, OPTIONS)), books(full)
    values = visitor.hidden("/presentar/en-una-pagina") | petition(**form)
    fill(spool.parent, leaving=kibibytes_free * 1024)
    response = visitor.post("/presentar/en-una-pagina", values)
    assert response.status_code == 503, faults(response)
    assert response.headers["Retry-After"] == "60"
    assert any("Intente de nuevo en unos minutos" in fault for fault in faults(response))
    assert "Pido que lo reparen." in response.text
    assert books(full) == before
    make_room(spool.parent)
    again = _sent_again(visitor, values | {"principal": None, "fotos": None, "forma": "texto"}, response)
    assert again.status_code == 303, faults(again)
    assert books(full).rows["Filing"] == before.rows["Filing"] + 1
    assert books(full).spool == 0


def test_spool_full_while_a_document_is_verified(runtime: Runtime, spool: Path) -> None:
    visitor = Visitor(create_app(replace(runtime, spool=spool), OPTIONS))
    fill(spool.parent, leaving=100_000)
    response = visitor.send("/verificar", {"documento": File(b"%PDF-1.7\n" + bytes(500_000))})
    assert response.status_code == 503
    assert "no tenemos espacio" in response.text
    assert list(spool.iterdir()) == []


def test_register_full(runtime: Runtime, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with small_disk(tmp_path / "disco", 4096) as disk:
        url = f"sqlite:///{disk / 'oficialia.db'}"
        upgrade(url)
        full = replace(runtime, database=Database(url))
        load_catalogue(full.database)
        visitor = Visitor(create_app(full, OPTIONS))
        visitor.filed()
        before, values = (
            books(full),
            visitor.hidden("/presentar/en-una-pagina") | petition(peticion="Pido luz. " * 1900),
        )
        fill(disk)
        answers = [visitor.post("/presentar/en-una-pagina", values) for _ in range(4)]
        response = answers[-1]
        assert [answer.status_code for answer in answers] == [503] * 4
        assert response.headers["Retry-After"] == "60"
        assert any("no le dimos folio" in fault for fault in faults(response))
        assert "Pido luz." in response.text
        assert visitor.get("/").status_code == 200
        assert replace(books(full), stored=before.stored) == before
        make_room(disk)
        folios = {str(_sent_again(visitor, values, response).location).partition("?")[0] for _ in range(2)}
        assert len(folios) == 1
        after = books(full)
        assert (after.rows["Filing"], after.leaves) == (before.rows["Filing"] + 1, before.leaves + 1)
        with sqlite3.connect(disk / "oficialia.db") as register:
            assert register.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        full.database.close()
    assert "DatabaseFull" in caplog.text


@pytest.mark.thorough
def test_register_full_on_postgresql(runtime: Runtime, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    [port] = free_ports(1)
    # A new server takes some 60 MiB; the rest is for what it does before it is full.
    with small_disk(tmp_path / "disco", 160 * 1024) as disk:
        try:
            program = postgres.program(disk, port=port)
        except postgres.PostgresMissing as reason:
            pytest.skip(str(reason))
        with running(program, tmp_path / "postgresql.log"):
            url = postgres.create_database(port, "lleno")
            upgrade(url)
            full = replace(runtime, database=Database(url))
            load_catalogue(full.database)
            visitor = Visitor(create_app(full, OPTIONS))
            visitor.filed()
            before, values, refused = _filed_until_refused(full, visitor, disk)
            answers = [refused, *(visitor.post("/presentar/en-una-pagina", values) for _ in range(2))]
            assert [answer.status_code for answer in answers] == [503] * 3
            assert answers[-1].headers["Retry-After"] == "60"
            assert any("no le dimos folio" in fault for fault in faults(answers[-1]))
            assert "Pido luz." in answers[-1].text
            make_room(disk)
        # It may have given up when its journal did not fit; whoever runs it starts it again.
        (disk / "datos" / "postmaster.pid").unlink(missing_ok=True)
        with running(program, tmp_path / "postgresql-2.log"):
            full.database.close()
            assert replace(books(full), stored=before.stored) == before
            folios = {str(_sent_again(visitor, values, answers[-1]).location).partition("?")[0] for _ in range(2)}
            assert len(folios) == 1
            after = books(full)
            assert (after.rows["Filing"], after.leaves) == (before.rows["Filing"] + 1, before.leaves + 1)
            full.database.close()
    assert "DatabaseFull" in caplog.text


def _filed_until_refused(full: Runtime, visitor: Visitor, disk: Path) -> tuple[Books, dict[str, Any], TestResponse]:
    """Fills what room the server still finds in its own files; the books before the form that it refused, the form, and
    the answer."""
    for number in range(40):
        # Letters without order: nothing that PostgreSQL could press into the pages that it has.
        words = " ".join(Random(number).randbytes(8).hex() for _ in range(1100))  # noqa: S311 - of no secret
        before, values = (
            books(full),
            visitor.hidden("/presentar/en-una-pagina") | petition(peticion=f"Pido luz. {words}"),
        )
        fill(disk)
        answer = visitor.post("/presentar/en-una-pagina", values)
        if answer.status_code != 303:
            return before, values, answer
    raise AssertionError("the disk never got full")


@pytest.fixture(params=[pytest.param(how, marks=pytest.mark.thorough) for how in ("always", "everysec")])
def small_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Program, str, Path]]:
    """A Valkey whose file is on a disk of 8 MiB: with ``always`` it gives up when that is full, with ``everysec`` it
    refuses every write (MISCONF)."""
    [port] = free_ports(1)
    with small_disk(tmp_path / "disco", 8192) as disk:
        program = valkey_server.program(disk, port=port, password="secreto")
        configuration = disk / "valkey.conf"
        configuration.write_text(configuration.read_text().replace("always", request.param))
        yield program, valkey_server.url(port, "secreto"), disk


def test_broker_full(
    runtime: Runtime,
    tmp_path: Path,
    small_broker: tuple[Program, str, Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    program, url, disk = small_broker
    stop = threading.Event()
    with running(program, tmp_path / "valkey.log"):
        app = make_app(url)
        visitors = [Visitor(create_app(runtime, replace(OPTIONS, redis_url=url))) for _ in range(2)]
        visitors[0].filed()
        fill(disk)
        _until_it_refuses(url)
        with ThreadPoolExecutor(8) as pool:  # the throttle counts, and the dispatcher rings, while nothing is counted
            ringing = pool.submit(dispatch.run, runtime.database, app, stop)
            sent = [
                pool.submit(visitors[number % 2].app.test_client().post, "/presentar/en-una-pagina")
                for number in range(6)
            ]
            assert {answer.result().status_code for answer in sent} == {400}
            folio = visitors[1].filed()
            assert folio
            assert eventually(lambda: "no bell now" in caplog.text, seconds=30)
            assert not ringing.done()
            make_room(disk)
            if not program.ready():  # whoever runs it starts it again
                with running(program, tmp_path / "valkey-2.log"):
                    _rung(url, stop, ringing)
            else:
                _rung(url, stop, ringing)
    assert visitors[0].file().status_code == 303


def test_a_bell_that_fails_in_a_way_nobody_foresaw_is_tried_again(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    Visitor(create_app(runtime, OPTIONS)).filed()
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ringing = pool.submit(dispatch.run, runtime.database, make_app("nada://"), stop)
        assert eventually(lambda: "No such transport: nada" in caplog.text, seconds=30)
        assert not ringing.done()
        stop.set()


def _until_it_refuses(url: str) -> None:
    """Writes until the server says no, or is gone."""

    def refuses() -> bool:
        try:
            with redis.Redis.from_url(url, socket_timeout=2) as client:
                client.set("relleno", bytes(100_000))
        except redis.RedisError:
            return True
        return False

    assert eventually(refuses, seconds=30)


def _rung(url: str, stop: threading.Event, ringing: Any) -> None:
    with redis.Redis.from_url(url) as client:
        try:
            assert eventually(lambda: client.llen("sellado") >= 1, seconds=60)
        finally:
            stop.set()
            ringing.result(30)
