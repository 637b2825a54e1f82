"""`oficialia demo`: the whole way of a petition, over HTTP, on real parts, with what came out checked.

1. The office starts.  2. María signs her petition with her test e.firma.  3. A browser files it.  4. The browser waits
for the acuse.  5. It downloads both PDFs.  6. Everything stops.  7. Meanwhile their signatures are checked.
"""

import importlib
import time
from collections.abc import Callable
from pathlib import Path

from oficialia.embedded.child_office import OfficeFailed, child_office
from oficialia.embedded.folder import is_busy

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
        with child_office(folder, say=say, meanwhile=lambda: importlib.import_module(FILING)) as office:
            filing = importlib.import_module(FILING)
            folio, files = filing.file_and_download(folder, office.url, say)
            # What was downloaded is checked while the office stops: nothing of it is needed any more.
            office.ask_to_stop()
            lines: list[str] = filing.check(folder, folio, files, say)
    except (DemoFailed, OfficeFailed, LookupError, OSError) as fault:
        _explain(folder, fault, say)
        return 1
    say("\n".join(["", *lines, f"Demostración completa en {time.monotonic() - began:.1f} s."]))
    return 0


def _explain(folder: Path, fault: Exception, say: Say) -> None:
    say(f"\nLa demostración falló: {fault}")
    log = folder / "log" / f"{getattr(fault, 'log', '') or 'web'}.log"
    if log.exists():
        say(f"Últimas líneas de {log}:")
        for line in log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]:
            say(f"    {line}")
    say(f"Las bitácoras están en {folder / 'log'}. Para empezar de cero, borre {folder} y repita «make demo».")
