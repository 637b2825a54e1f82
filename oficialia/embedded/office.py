"""The whole office on one machine: services, register, and the processes of the Procfile, until it is told to stop."""

import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import FrameType

from certs.development import make_development_pki, make_ledger_key
from oficialia.clock import now
from oficialia.embedded import demo_staff, mail_sink, procfile, responders, valkey, witnesses
from oficialia.embedded.folder import base_environment
from oficialia.embedded.guard import STOP_SIGNALS, end_orphans
from oficialia.embedded.installation import WITNESSES, Installation, opened
from oficialia.embedded.ports import LOOPBACK, is_free
from oficialia.embedded.process import Program, ServiceFailed
from oficialia.embedded.supervisor import Echo, Supervisor
from oficialia.setting_groups import ProcessSettings
from oficialia.settings import PROCESSES, CliSettings

RELEASE, WEB = "release", "web"
# The two that take long to start go first, so that the site answers soon.
START_ORDER = ("worker", WEB, "publisher", "dispatcher", "beat")
# First nobody comes in and nothing more is asked for, then what is being done is ended; the services stop last.
STOP_ORDER = ((WEB, "dispatcher", "beat"), ("worker",), ("publisher",))
Say = Callable[[str], None]


def run(folder: Path, web_port: int, *, say: Say, echo: Echo) -> None:
    """Run the office in `folder` until SIGINT, SIGTERM or SIGHUP. Raises ServiceFailed when it does not come up.

    `say` is told each step, in Spanish; `echo` gets each line that a process prints.
    """
    if not is_free(web_port):
        raise ServiceFailed(f"El puerto {web_port} está ocupado. Libérelo, o elija otro con OFICIALIA_PUERTO.")
    stopping = threading.Event()
    _stop_on_signals(stopping)
    with opened(folder) as installation:
        supervisor = Supervisor(installation.logs, echo, end_orphans)
        try:
            _start(installation, supervisor, web_port, say, stopping)
            supervisor.watch(stopping)
        finally:
            say("Deteniendo todo…")
            supervisor.stop(STOP_ORDER)
            say("Todo quedó detenido.")


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(1)  # asked twice: the guard above ends everything at once
        stopping.set()

    for number in STOP_SIGNALS:
        signal.signal(number, stop)


def _start(
    installation: Installation, supervisor: Supervisor, web_port: int, say: Say, stopping: threading.Event
) -> None:
    steps: list[tuple[str, Callable[[], None]]] = [
        ("PKI de desarrollo", lambda: _make_pki(installation)),
        (
            "Servicios: Valkey, SeaweedFS, correo, sellos de tiempo y testigos",
            lambda: supervisor.start(services(installation)),
        ),
    ]
    commands = procfile.read()
    if RELEASE in commands:
        release = _program(RELEASE, commands.pop(RELEASE), installation, web_port)
        steps.append(("Base de datos, catálogo y depósito", lambda: supervisor.run(release)))
        steps.append(("Cuentas de demostración del personal", lambda: demo_staff.prepare(installation)))
    for name in sorted(commands, key=lambda name: START_ORDER.index(name) if name in START_ORDER else -1):
        program = _program(name, commands[name], installation, web_port)
        steps.append((f"Proceso {name}", partial(supervisor.start, [program])))
    for title, step in steps:
        if stopping.is_set():
            return
        began = time.monotonic()
        step()
        say(f"{title}: listo en {time.monotonic() - began:.1f} s")
    url = f"http://{LOOPBACK}:{web_port}"
    say(f"Listo: {url}/")
    for line in demo_staff.lines(installation.folder, url):
        say(line)


def _make_pki(installation: Installation) -> None:
    try:
        make_development_pki(installation.pki, at=now(), base_url=responders.base_url(installation.ports["sellos"]))
        make_ledger_key(installation.pki, [witnesses.url(installation.ports[name]) for name in WITNESSES])
    except FileExistsError as fault:
        raise ServiceFailed(str(fault)) from fault


def services(installation: Installation) -> list[Program]:
    """The embedded services; none of them gets a setting of ours."""
    ports, plain = installation.ports, base_environment(installation.folder)
    return [
        valkey.program(installation.folder / "valkey", port=ports["valkey"], password=installation.secrets["valkey"]),
        installation.seaweed().program(),
        mail_sink.program(installation.mail, port=ports["correo"], environment=plain),
        responders.program(installation.pki, port=ports["sellos"], environment=plain),
        *(
            witnesses.program(name, installation.pki, installation.witness(name), port=ports[name], environment=plain)
            for name in WITNESSES
        ),
    ]


def _program(name: str, command: str, installation: Installation, web_port: int) -> Program:
    known: Mapping[str, type[ProcessSettings]] = {process.process: process for process in PROCESSES}
    environment = installation.environment(known.get(name, CliSettings), web_port)
    environment["PORT"] = str(web_port)
    environment["BEAT_SCHEDULE"] = str(installation.folder / "beat")
    ready = (lambda: _serves(web_port)) if name == WEB else (lambda: True)
    return Program(name, ("/bin/sh", "-c", f"exec {command}"), environment, ready)


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=5):
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
