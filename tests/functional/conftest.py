"""A whole office for the functional tests: every process of the Procfile and every embedded service, over HTTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from oficialia.embedded.demo_petition import make_petition
from oficialia.embedded.ports import free_ports
from tests.support import postgres
from tests.support.filing import Office

START_SECONDS = 90


@contextmanager
def running_office(folder: Path, **settings: str) -> Iterator[Office]:
    """`oficialia correr` in ``folder``, with ``settings`` (names without OFICIALIA_) over the embedded default."""
    [port] = free_ports(1)
    # No throttle: the tests are one address that files all day.
    environment = os.environ | {"OFICIALIA_ENV": "demo", "OFICIALIA_THROTTLE": "100000 per minute"}
    environment |= {f"OFICIALIA_{name}": value for name, value in settings.items()}
    argv = [sys.executable, "-m", "oficialia.cli", "correr", f"--carpeta={folder}", f"--puerto={port}", "--callado"]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("Listo: "):
                    break
            else:
                pytest.fail("the office did not start:\n" + "".join(said))
            yield Office(f"http://127.0.0.1:{port}", folder)
        finally:
            process.terminate()
            process.communicate(timeout=60)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office on SQLite, shared by the tests of a worker."""
    with running_office(tmp_path_factory.mktemp("oficina")) as started:
        yield started


@pytest.fixture(scope="session")
def office_postgres_url(postgres_port: int) -> str:
    """The register of the office on PostgreSQL."""
    return postgres.create_database(postgres_port, "oficina")


@pytest.fixture(scope="session")
def office_on_postgres(tmp_path_factory: pytest.TempPathFactory, office_postgres_url: str) -> Iterator[Office]:
    """An office on PostgreSQL."""
    with running_office(tmp_path_factory.mktemp("oficina-pg"), DATABASE_URL=office_postgres_url) as started:
        yield started


@pytest.fixture(scope="session")
def signed_petition(office: Office, tmp_path_factory: pytest.TempPathFactory, now: datetime) -> Path:
    """A petition signed with María's test e.firma."""
    path = tmp_path_factory.mktemp("peticion") / "petición firmada.pdf"
    make_petition(office.pki, path, at=now, date_line="Chalco, Estado de México")
    return path
