"""Every end that a file can come to has its word."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.result import Result, outcome
from oficialia.embedded.corpus.sending import Sent
from oficialia.embedded.corpus.traces import Trace
from signing.finding import DocumentFinding, SignatureFinding
from signing.judgement import judge
from signing.reason import Reason
from signing.verdict import NOBODY
from tests.unit.embedded.corpus.samples import GOOD_SEAL, result

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


def test_the_verdict_in_the_json() -> None:
    signature = SignatureFinding("Firma1", problem=Reason.UNKNOWN_ALGORITHM, holder=replace(NOBODY, name="MARÍA"))
    verdict = judge(DocumentFinding("d1", 1, None, (signature,)), at=datetime(2026, 11, 25, tzinfo=UTC))
    refused = result("signed", "refused:ilegible", verdict=verdict, verdict_seconds=0.123)
    line = json.loads(json.dumps(refused.as_json(Path("/var"))))
    assert (line["colour"], line["integrity"]) == ("amber", "ilegible")
    assert (line["reasons"], line["changes"], line["verdict_seconds"]) == (["algoritmo_desconocido"], [], 0.12)
    [identity] = line["identity"]
    assert (identity["name"], identity["trusted"], identity["revocation"]) == ("MARÍA", False, "desconocida")
    assert identity["indication"] == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
