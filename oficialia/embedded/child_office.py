"""A whole office as a child of a tool: `oficialia correr` started, listened to, and stopped."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from oficialia.embedded.folder import base_environment
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.process import Program, spawn, stop

# Its own stop takes less; then the office's guard ends what is left.
STOP_SECONDS = 60.0
Say = Callable[[str], None]


class OfficeFailed(Exception):
    """The office did not come up; what it said has the reason."""


@dataclass(frozen=True)
class ChildOffice:
    """A running office: its address, and how it is asked to stop without waiting for it."""

    url: str
    ask_to_stop: Callable[[], None]


@contextmanager
def child_office(
    folder: Path,
    *,
    say: Say,
    meanwhile: Callable[[], object] = lambda: None,
    hear: Say = lambda line: None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[ChildOffice]:
    """An office in `folder` for the time of the block. Raises OfficeFailed.

    `say` is told what it says until it serves, and `hear` what its supervisor says from then on; `meanwhile` runs while
    it starts. `settings` are variables over the embedded default, and need OFICIALIA_ENV=demo among them.
    """
    [port] = free_ports(1)
    argv = (sys.executable, "-m", "oficialia.cli", "correr", f"--carpeta={folder}", f"--puerto={port}", "--callado")
    process = spawn(Program("oficina", argv, {**base_environment(folder), **(settings or {})}), subprocess.PIPE)
    try:
        meanwhile()
        _wait(process, say, hear)
        asked = threading.Event()

        def ask_to_stop() -> None:
            if not asked.is_set():  # asked twice, an office ends without order
                asked.set()
                process.terminate()

        yield ChildOffice(f"http://{LOOPBACK}:{port}", ask_to_stop)
        ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    finally:
        stop([process], seconds=STOP_SECONDS)
        say("  Servicios y procesos detenidos")


def _wait(process: subprocess.Popen[bytes], say: Say, hear: Say) -> None:
    output = process.stdout
    assert output  # noqa: S101 - asked for above
    for raw in output:
        line = _text(raw)
        say(f"  {line}")
        if line.startswith("Listo: "):
            threading.Thread(target=_listen, args=(output, hear), daemon=True).start()
            return
    raise OfficeFailed("La oficina no arrancó. Corrija lo que dice arriba y repita la orden.")


def _listen(output: IO[bytes], hear: Say) -> None:
    for raw in output:
        hear(_text(raw))


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace").rstrip()
