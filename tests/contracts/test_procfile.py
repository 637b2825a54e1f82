"""The Procfile runs everything that must run."""

import importlib
import re
import shlex

import pytest

from oficialia.embedded import procfile
from oficialia.settings import PROCESSES


@pytest.fixture
def commands() -> dict[str, str]:
    return procfile.read()


def test_every_queue_is_consumed(commands: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFICIALIA_ENV", "demo")
    monkeypatch.setenv("OFICIALIA_REDIS_URL", "redis://127.0.0.1:1/0")
    workers = importlib.import_module("workers.app")
    argv = shlex.split(commands["worker"])
    consumed = set(argv[argv.index("--queues") + 1].split(","))
    routed = {route["queue"] if isinstance(route, dict) else route for route in workers.app.conf.task_routes.values()}
    assert consumed == set(workers.QUEUES) == routed | {workers.app.conf.task_default_queue}


def test_every_process_with_settings_is_run(commands: dict[str, str]) -> None:
    assert set(commands) == {process.process for process in PROCESSES if process.process != "cli"} | {"release"}


def test_the_site_listens_on_the_loopback_unless_told_otherwise(commands: dict[str, str]) -> None:
    assert "--bind 127.0.0.1:${PORT:-8000}" in commands["web"]


def test_gunicorn_opens_no_control_socket(commands: dict[str, str]) -> None:
    assert re.search(r"gunicorn .*--no-control-socket", commands["web"])
