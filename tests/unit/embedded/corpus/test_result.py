"""Every end that a file can come to has its word."""

from pathlib import Path

import pytest

from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.result import Result, outcome
from oficialia.embedded.corpus.sending import Sent
from oficialia.embedded.corpus.traces import Trace
from tests.unit.embedded.corpus.samples import GOOD_SEAL

BOTH = {"sellado": Path("/var/s/sellado.pdf"), "acuse": Path("/var/s/acuse.pdf")}


def sent(status: int = 303, folio: str = "OP-2026-000001-1", error: str = "", files: dict[str, Path] = BOTH) -> Sent:
    return Sent(status, "r1", 1.234, folio, error, files)


@pytest.mark.parametrize(
    ("told", "trace", "word"),
    [
        (sent(), Trace(strategy="visible"), "sealed-visible"),
        (sent(), Trace(strategy="invisible"), "sealed-invisible"),
        (sent(), Trace(strategy="caratula"), "wrapped"),
        (sent(), Trace(), "error:sin-bitacora"),
        (sent(files={"acuse": BOTH["acuse"]}), Trace(strategy="visible"), "error:sin-descargas"),
        (sent(422, folio=""), Trace(code="con_contrasena"), "refused:con_contrasena"),
        (sent(413, folio=""), Trace(), "refused:http-413"),
        (sent(503, folio="", error="http-503"), Trace(code="x"), "error:http-503"),
        (sent(error="sin-acuse"), Trace(), "error:sin-acuse"),
    ],
)
def test_the_word_for_each_end(told: Sent, trace: Trace, word: str) -> None:
    assert outcome(told, trace) == word


def test_the_line_of_the_json() -> None:
    entry = Entry("accept/a.pdf", "accept", "real", "", "", Path("/c/accept/a.pdf"))
    trace = Trace(peak_mib=180.04, strategy="visible", level="B-T", flags=("javascript",))
    line = Result(entry, "sealed-visible", sent(), trace, GOOD_SEAL).as_json(Path("/var"))
    assert line == {
        "path": "accept/a.pdf",
        "class": "accept",
        "kind": "real",
        "outcome": "sealed-visible",
        "seconds": 1.23,
        "peak_mib": 180.0,
        "http_status": 303,
        "flags": ["javascript"],
        "paths": ["s/sellado.pdf", "s/acuse.pdf"],
        "request_id": "r1",
        "seal_level": "B-T",
        "detail": "",
        "seal_ours": True,
        "seal_pdfsig": "acepta",
        "original": "al-frente",
        "signatures_before": 0,
        "signatures": [],
        "stamp_read": True,
        "words": "todas",
        "signatures_kept": True,
    }
