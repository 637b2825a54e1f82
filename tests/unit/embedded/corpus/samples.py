"""Results made by hand, for the tests of what is said of them."""

from dataclasses import replace
from pathlib import Path

from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.result import Result
from oficialia.embedded.corpus.seals import SealCheck
from oficialia.embedded.corpus.sending import Sent
from oficialia.embedded.corpus.traces import Trace
from signing.finding import SignatureFinding
from signing.reason import Colour, Integrity, Reason
from signing.verdict import DocumentVerdict

GOOD_SEAL = SealCheck(
    ours=True,
    pdfsig="acepta",
    original="al-frente",
    signatures=(),
    signatures_kept=True,
    stamp_read=True,
    words="todas",
)

SIGNATURE = SignatureFinding("Firma1")
GREEN = DocumentVerdict("d1", 1, "application/pdf", Colour.GREEN, Integrity.INTEGRO, (), (), (), None)
UNTRUSTED = replace(GREEN, colour=Colour.AMBER, reasons=(Reason.UNTRUSTED,))
ALTERED = replace(GREEN, colour=Colour.RED, integrity=Integrity.ALTERADO, reasons=(Reason.CONTENT_ALTERED,))


def result(
    group: str,
    outcome: str,
    *,
    kind: str = "k",
    expected: str = "",
    seconds: float = 1.0,
    peak_mib: float = 100.0,
    seal: SealCheck | None = None,
    verdict: DocumentVerdict | None = None,
    verdict_seconds: float = 0.1,
) -> Result:
    """One result; its path is its class and its outcome."""
    path = f"{group}/{outcome}.pdf"
    entry = Entry(path, group, kind, expected, "", Path("/", path))
    status = 303 if outcome.startswith(("sealed", "wrapped")) else 422
    sent, trace = Sent(status, "r1", seconds, "", "", {}), Trace(peak_mib=peak_mib)
    return Result(entry, outcome, sent, trace, seal, verdict, verdict_seconds)
