"""Results made by hand, for the tests of what is said of them."""

from pathlib import Path

from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.result import Result
from oficialia.embedded.corpus.seals import SealCheck
from oficialia.embedded.corpus.sending import Sent
from oficialia.embedded.corpus.traces import Trace
from signing.finding import SignatureFinding

GOOD_SEAL = SealCheck(
    ours=True,
    pdfsig="acepta",
    original="al-frente",
    signatures=(),
    signatures_kept=True,
    stamp_read=True,
    words="todas",
    green=False,
)

SIGNATURE = SignatureFinding("Firma1")


def result(
    group: str,
    outcome: str,
    *,
    kind: str = "k",
    expected: str = "",
    seconds: float = 1.0,
    peak_mib: float = 100.0,
    seal: SealCheck | None = None,
) -> Result:
    """One result; its path is its class and its outcome."""
    path = f"{group}/{outcome}.pdf"
    entry = Entry(path, group, kind, expected, "", Path("/", path))
    status = 303 if outcome.startswith(("sealed", "wrapped")) else 422
    return Result(entry, outcome, Sent(status, "r1", seconds, "", "", {}), Trace(peak_mib=peak_mib), seal)
