"""The witness over HTTP, and as the command that somebody runs with a key and a folder alone."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from oficialia.domain.tlog_witness import SIZE_TYPE, AddCheckpoint
from oficialia.embedded.ports import LOOPBACK, free_ports
from signing.note import WITNESS, SignerKey, VerifierKey
from tests.support.processes import eventually
from tests.support.witnesses import Running, running
from tests.unit.witness.test_rules import LOG, note, request

SECONDS = 10
OFICIALIA = str(Path(sys.executable).parent / "oficialia")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "testigo", LOG.verifier, lambda: datetime(2026, 11, 25, 18, tzinfo=UTC)) as started:
        yield started


def test_a_log_gets_its_cosignature_and_a_stranger_a_status(served: Running) -> None:
    ask = f"{served.party.url}/add-checkpoint"
    good = requests.post(ask, request(0, 3), timeout=SECONDS)
    assert (good.status_code, good.text.count("\n")) == (200, 1)
    assert good.text.startswith(f"— {served.party.key.name} ")
    late = requests.post(ask, request(0, 3), timeout=SECONDS)
    assert (late.status_code, late.headers["Content-Type"], late.text) == (409, SIZE_TYPE, "3\n")
    assert requests.post(ask, b"x", timeout=SECONDS).status_code == 400
    assert requests.post(ask, b"x" * 70_000, timeout=SECONDS).status_code == 413
    assert requests.post(f"{served.party.url}/otra", b"", timeout=SECONDS).status_code == 404
    assert requests.post(ask, iter([b"x"]), timeout=SECONDS).status_code == 411  # a length that is not told


def test_a_person_sees_whom_it_watches(served: Running) -> None:
    page = requests.get(f"{served.party.url}/", timeout=SECONDS)
    assert str(served.party.key) in page.text
    assert f"{LOG.name}: 0 hojas" in page.text
    assert requests.get(f"{served.party.url}/otra", timeout=SECONDS).status_code == 404


def test_who_hangs_up_midway_harms_nobody(served: Running) -> None:
    port = int(served.party.url.rpartition(":")[2])
    for _ in range(40):
        with socket.create_connection((LOOPBACK, port)) as connection:
            connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 5000\r\n\r\nold ")
    assert eventually(lambda: _answers(served.party.url))  # as soon as one of them is found to be gone


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError):  # no room yet
        return requests.get(f"{url}/", timeout=SECONDS).ok
    return False


def test_it_runs_with_a_key_and_a_folder_alone(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"]}
    made = subprocess.run(
        [OFICIALIA, "testigo", "clave", "contraloria.example/testigo", str(tmp_path / "testigo.key")],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    key = VerifierKey.parse(made.stdout.strip())
    assert key.kind == WITNESS
    assert (tmp_path / "testigo.key").stat().st_mode & 0o077 == 0
    [port] = free_ports(1)
    options = ["--llave", tmp_path / "testigo.key", "--libro", LOG.verifier, "--escuchar", f"{LOOPBACK}:{port}"]
    command = [OFICIALIA, "testigo", "--carpeta", tmp_path, *options]
    with subprocess.Popen([*map(str, command)], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert re.match("Testigo contraloria.example/testigo en http", process.stdout.readline())
        body = AddCheckpoint(0, (), note(3)).text.encode()
        assert requests.post(f"http://{LOOPBACK}:{port}/add-checkpoint", body, timeout=SECONDS).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert list(tmp_path.glob("*.checkpoint"))


def test_every_fault_of_its_settings_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "libro.key").write_text(SignerKey.generate("libro").secret_line)
    wrong = ["--llave", str(tmp_path / "libro.key"), "--libro", "nada", "--escuchar", "aquí"]
    done = subprocess.run(
        [OFICIALIA, "testigo", *wrong], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    for name in ("KEY", "LOGS", "LISTEN", "DIR"):
        assert f"OFICIALIA_WITNESS_{name}" in done.stderr
