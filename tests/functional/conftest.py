"""A whole office for the functional tests: every process of the Procfile and every embedded service, over HTTP."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from oficialia.embedded.demo_petition import make_petition
from oficialia.embedded.ports import free_ports
from tests.support import postgres
from tests.support.chromium import PHONE, launched
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


@pytest.fixture(scope="module")
def browser(tool: Callable[[str], str], signed_petition: Path) -> Iterator[Browser]:
    """Debian's Chromium. What is to be signed is signed before, because both want the event loop: `signed_petition`
    here, and what a module makes itself in a fixture of its own that is used automatically."""
    with launched(tool("chromium")) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a phone's size, which must not complain of anything."""
    context = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-MX")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """The same without JavaScript."""
    context = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-MX", java_script_enabled=False)
    yield context.new_page()
    context.close()
