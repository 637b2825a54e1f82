"""What the zygote does once before it serves: a call as they will be, so that all is loaded that is loaded when used.

The document is one of ours, sealed under a development PKI whose keys were thrown away; `tests/support/rehearsing.py`
makes another. It is examined as of when it was made.
"""

from pathlib import Path

from signing.examination import examine_in_child
from signing.inspection import inspect_pdf

FOLDER = Path(__file__).parent / "ensayo"
DOCUMENT, ANCHOR = FOLDER / "sellado.pdf", FOLDER / "raiz.pem"
AT = "2026-01-02T18:00:00+00:00"


def rehearse() -> None:
    """What most calls do."""
    inspect_pdf(str(DOCUMENT), 10)
    examine()


def examine() -> None:
    """What most calls that somebody waits for do."""
    examine_in_child(str(DOCUMENT), [ANCHOR.read_text("ascii")], AT, True)
