"""`oficialia demo`: the whole way of a petition, over HTTP, on real parts, with what came out checked.

1. The office starts.  2. María signs her petition with her test e.firma.  3. A browser files it.  4. The browser waits
for the acuse.  5. It downloads both PDFs.  6. Everything stops.  7. Meanwhile their signatures are checked.
"""

import importlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oficialia.embedded.folder import base_environment, is_busy
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.process import Program, spawn, stop

# Our own stop takes less; then the office's guard ends what is left.
STOP_SECONDS = 60.0
TAIL_LINES = 15
# The heavy half of the demo is imported while the services start, when the processors have little else to do.
FILING = "oficialia.embedded.demo_filing"
Say = Callable[[str], None]


class DemoFailed(Exception):
    """The demo did not reach its end; the message says what to do, `log` which log tells more."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


def run(folder: Path, *, say: Say) -> int:
    """Run the demo; its exit status."""
    began = time.monotonic()
    folder = folder.resolve()
    if is_busy(folder):
        folder = folder.with_name(f"{folder.name}-aparte")
        say(f"Ya hay una oficina funcionando; esta demostración usa {folder}")
    try:
        with _office(folder, say) as (url, ask_to_stop):
            filing = importlib.import_module(FILING)
            folio, files = filing.file_and_download(folder, url, say)
            ask_to_stop()
            lines: list[str] = filing.check(folder, folio, files, say)
    except (DemoFailed, LookupError, OSError) as fault:
        _explain(folder, fault, say)
        return 1
    say("\n".join(["", *lines, f"Demostración completa en {time.monotonic() - began:.1f} s."]))
    return 0


@contextmanager
def _office(folder: Path, say: Say) -> Iterator[tuple[str, Callable[[], None]]]:
    [port] = free_ports(1)
    argv = (sys.executable, "-m", "oficialia.cli", "correr", f"--carpeta={folder}", f"--puerto={port}", "--callado")
    process = spawn(Program("oficina", argv, base_environment(folder)), subprocess.PIPE)
    try:
        importlib.import_module(FILING)
        _wait_for_office(process, say)
        # What was downloaded is checked while the office stops: nothing of it is needed any more.
        yield f"http://{LOOPBACK}:{port}", process.terminate
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    finally:
        stop([process], seconds=STOP_SECONDS)
        say("  Servicios y procesos detenidos")


def _wait_for_office(process: subprocess.Popen[bytes], say: Say) -> None:
    output = process.stdout
    assert output  # noqa: S101 - asked for above
    for raw in output:
        line = raw.decode(errors="replace").rstrip()
        say(f"  {line}")
        if line.startswith("Listo: "):
            threading.Thread(target=lambda: shutil.copyfileobj(output, _Nowhere()), daemon=True).start()
            return
    raise DemoFailed("La oficina no arrancó. Corrija lo que dice arriba y repita «make demo».")


class _Nowhere:
    """Where the rest of the office's words go; its logs have them."""

    def write(self, block: bytes) -> int:
        """Forget it."""
        return len(block)


def _explain(folder: Path, fault: Exception, say: Say) -> None:
    say(f"\nLa demostración falló: {fault}")
    log = folder / "log" / f"{getattr(fault, 'log', '') or 'web'}.log"
    if log.exists():
        say(f"Últimas líneas de {log}:")
        for line in log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]:
            say(f"    {line}")
    say(f"Las bitácoras están en {folder / 'log'}. Para empezar de cero, borre {folder} y repita «make demo».")
