"""`/salud/viva` and `/salud/lista`: what they say with every part there, and with each part really out."""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from oficialia.app import create_app
from oficialia.db import Database
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.runtime import Runtime
from oficialia.services.readiness import SECONDS, Lookout
from oficialia.web.context import WebOptions
from signing.sandbox import NO_WALLS, Sandbox
from storage.bucket import Bucket
from tests.support.processes import eventually, unanswering
from tests.support.window import Visitor

ALL = {"registro": True, "almacen": True, "espacio": True, "aislamiento": True}
# For a busy machine, on top of the bound.
SLACK = 3


@pytest.fixture
def whole(options: WebOptions, valkey: str) -> WebOptions:
    """Options with a broker."""
    return replace(options, redis_url=valkey)


def well(*, broker: bool = True) -> dict[str, object]:
    """What is said where a filing could be received, in an office without a worker."""
    told = {"broker": broker, "sello": False, "libro": True, "borradores": True}
    return {"lista": True, "partes": ALL, "avisos": told}


def _asked(runtime: Runtime, options: WebOptions) -> tuple[int, dict[str, Any]]:
    """What the page says, once the sandbox had its time to start."""
    client = create_app(runtime, options).test_client()
    runtime.sandbox.call("signing.isolation:die_with_parent", signal_number=9)
    response = client.get("/salud/lista")
    return response.status_code, response.json or {}


def test_with_every_part_there_it_is_ready(runtime: Runtime, whole: WebOptions) -> None:
    assert _asked(runtime, whole) == (200, well())


def test_without_the_broker_it_is_ready_because_the_outbox_waits(runtime: Runtime, options: WebOptions) -> None:
    [port] = free_ports(1)
    status, said = _asked(runtime, replace(options, redis_url=f"redis://{LOOPBACK}:{port}/0"))
    assert (status, said) == (200, well(broker=False))


def _without(runtime: Runtime, part: str, folder: Path) -> Runtime:
    [port] = free_ports(1)
    if part == "almacen":
        nowhere = Bucket(f"http://{LOOPBACK}:{port}", "llave", "secreto-largo", bucket="nada", region="us-east-1")
        return replace(runtime, bucket=nowhere)
    if part == "registro":
        return replace(runtime, database=Database(f"sqlite:///{folder / 'vacia.db'}"))
    return replace(runtime, spool=folder / "no-existe")


@pytest.mark.parametrize("part", ["almacen", "registro", "espacio"])
def test_without_a_part_it_is_not_ready_and_names_it(
    runtime: Runtime, whole: WebOptions, tmp_path: Path, part: str
) -> None:
    status, said = _asked(_without(runtime, part, tmp_path), whole)
    assert (status, said["lista"], said["partes"]) == (503, False, ALL | {part: False})


def test_a_bucket_that_does_not_exist_is_no_storage(runtime: Runtime, whole: WebOptions, s3: Any) -> None:
    status, said = _asked(replace(runtime, bucket=s3.bucket("no-existe")), whole)
    assert (status, said["partes"]["almacen"]) == (503, False)


def test_with_too_little_room_in_the_spool_it_is_not_ready(runtime: Runtime, whole: WebOptions) -> None:
    status, said = _asked(runtime, replace(whole, min_free_bytes=1 << 60))
    assert (status, said["partes"]) == (503, ALL | {"espacio": False})


def test_where_drafts_cannot_grow_it_is_told_and_the_form_of_one_page_still_files(
    runtime: Runtime, whole: WebOptions, tmp_path: Path
) -> None:
    free = shutil.disk_usage(runtime.drafts.folder).free
    gone = replace(runtime, drafts_dir=tmp_path / "no-montada")
    for office, options in ((gone, whole), (runtime, replace(whole, min_free_bytes=free * 2 // 3))):
        status, said = _asked(office, options)
        assert (status, said["partes"], said["avisos"]["borradores"]) == (200, ALL, False)


def test_where_nothing_can_be_isolated_it_is_not_ready(
    runtime: Runtime, whole: WebOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.sandbox._hello", lambda _control: NO_WALLS)
    with _closing(Sandbox(require_isolation=True)) as box:
        client = create_app(replace(runtime, sandbox=box), whole).test_client()
        assert client.get("/salud/lista").status_code == 503
        assert (client.get("/salud/lista").json or {})["partes"] == ALL | {"aislamiento": False}


@contextmanager
def _closing(box: Sandbox) -> Iterator[Sandbox]:
    yield box
    box.close()


def test_while_the_register_is_locked_it_says_so_in_two_seconds(runtime: Runtime, whole: WebOptions) -> None:
    client = create_app(runtime, whole).test_client()
    with runtime.database.transaction() as session:
        session.execute(text("UPDATE ledger_head SET size = size"))
        began = time.monotonic()
        said = client.get("/salud/lista").json or {}
        assert time.monotonic() - began < SECONDS + SLACK
        assert said["partes"] == ALL | {"registro": False}
    assert eventually(lambda: client.get("/salud/lista").status_code == 200)


def test_parts_that_never_answer_are_out_in_two_seconds_and_hold_one_thread_each(
    runtime: Runtime, options: WebOptions
) -> None:
    with unanswering() as port:
        mute = Bucket(f"http://{LOOPBACK}:{port}", "llave", "secreto-largo", bucket="nada", region="us-east-1")
        url = f"redis://{LOOPBACK}:{port}/0"
        lookout = Lookout(replace(runtime, bucket=mute), redis_url=url, min_free_bytes=0)
        before = set(threading.enumerate())
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: lookout.look(), range(16)))
        assert time.monotonic() - began < 2 * (SECONDS + SLACK)
        assert (
            len([thread for thread in set(threading.enumerate()) - before if "salud" in thread.name]) <= len(ALL) + 4
        )  # broker, seal, ledger and drafts
    assert {each.parts["almacen"] for each in found} == {False}
    assert not any(each.ready or each.broker for each in found)


def test_it_lives_whatever_is_out(runtime: Runtime, options: WebOptions, tmp_path: Path) -> None:
    out = _without(_without(_without(runtime, "almacen", tmp_path), "registro", tmp_path), "espacio", tmp_path)
    response = create_app(out, options).test_client().get("/salud/viva")
    assert (response.status_code, response.text, response.mimetype) == (200, "viva\n", "text/plain")


@pytest.mark.parametrize("path", ["/salud/viva", "/salud/lista"])
def test_it_tells_nobody_anything_and_costs_nothing(
    runtime: Runtime, options: WebOptions, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Visitor(create_app(runtime, replace(options, throttle="1 per hour")))
    with caplog.at_level(logging.INFO):
        answers = [visitor.get(path) for _ in range(5)]
    assert len({answer.status_code for answer in answers}) == 1
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answers[0].headers
    assert not any(word in answers[0].text for word in ("/", "sqlite", "http", "127.0.0.1", "Error"))
    assert path not in caplog.text


def test_a_damaged_register_is_an_outage_and_no_fault_of_the_program(
    runtime: Runtime, options: WebOptions, tmp_path: Path
) -> None:
    (tmp_path / "danada.db").write_bytes(b"No soy una base de datos. " * 1000)
    damaged = replace(runtime, database=Database(f"sqlite:///{tmp_path / 'danada.db'}"))
    answer = create_app(damaged, options).test_client().get("/presentar/en-una-pagina")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
