"""The Procfile runs everything that must run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from oficialia.embedded import procfile
from oficialia.settings import PROCESSES, variable
from workers.app import QUEUES, make_app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def commands() -> dict[str, str]:
    return procfile.read()


def test_every_queue_is_consumed(commands: dict[str, str]) -> None:
    conf = make_app("redis://127.0.0.1:1/0").conf
    argv = shlex.split(commands["worker"])
    consumed = set(argv[argv.index("--queues") + 1].split(","))
    routed = {route["queue"] if isinstance(route, dict) else route for route in conf.task_routes.values()}
    assert consumed == set(QUEUES) == routed | {conf.task_default_queue}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "dispatcher", "publisher"])
def test_every_process_lists_its_faults_at_boot_and_does_not_start(commands: dict[str, str], name: str) -> None:
    process = next(process for process in PROCESSES if process.process == name)
    needed = [field for field, value in process.model_fields.items() if value.is_required()]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    environment = {"PATH": path, "OFICIALIA_SEAL_KEY": "/etc/hostname"}
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {commands[name]}"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"La configuración del proceso «{name}» no permite arrancar" in done.stderr
    for field in needed:
        assert f"{variable(field)}: falta" in done.stderr
    if "seal_key" in process.forbidden:
        assert "OFICIALIA_SEAL_KEY: este proceso no debe conocerla" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_every_process_with_settings_is_run(commands: dict[str, str]) -> None:
    # A witness is none of the office's processes: it is somebody else's, elsewhere.
    assert set(commands) == {process.process for process in PROCESSES if process.process not in {"cli", "witness"}} | {
        "release"
    }


def test_the_site_listens_on_the_loopback_unless_told_otherwise(commands: dict[str, str]) -> None:
    assert "--bind 127.0.0.1:${PORT:-8000}" in commands["web"]


def test_gunicorn_opens_no_control_socket(commands: dict[str, str]) -> None:
    assert re.search(r"gunicorn .*--no-control-socket", commands["web"])
