"""The dictamen: all that the verdict says stands on its pages, the verdict itself is attached, any reader opens it."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from oficialia.services.report_words import _signature
from oficialia.services.verdict_json import described
from oficialia.services.verdict_view import masked, view
from signing.reason import Integrity, Reason
from signing.report_pdf import ATTACHMENT, ReportContent, report_pdf
from tests.support.pages import attachments, text_of
from tests.support.verdicts import GOOD, document, signature

CHANGED = masked(document(GOOD, signature(integrity=Integrity.CAMBIO, reasons=(Reason.CHANGED,))))
CONTENT = ReportContent(
    municipality="Municipio de Chalco",
    office="Oficialía de Partes Digital",
    folio="OP-2026-000123-5",
    document="Escrito principal",
    filename="petición #1 $x$ @ref.pdf",
    size="12 KB",
    sha256="cd" * 32,
    received_at="23 de noviembre de 2026, 11:43:10 (UTC-06:00, America/Mexico_City)",
    examined_at="24 de noviembre de 2026, 09:00:00 (UTC-06:00, America/Mexico_City)",
    colour="red",
    colour_name="Rojo",
    headline="Cambió después de firmarse",
    meaning="Lo que se firmó sigue completo dentro del archivo.",
    reasons=("El documento cambió después de firmarse.",),
    actions=("Mire la versión firmada.",),
    signatures=tuple(map(_signature, view(CHANGED).signatures)),
    at_reception="Rojo. Cambió después de firmarse.",
    asked="Ana López, Oficialía de Partes",
    issued_at=datetime(2026, 11, 24, 15, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return report_pdf(CONTENT, described(CHANGED))


@pytest.mark.parametrize(
    "words",
    [
        "Dictamen de verificación", "OP-2026-000123-5", "ROJO", "Mire la versión firmada.",
        "petición #1 $x$ @ref.pdf", "1. MARÍA PEÑA NÚÑEZ", "2. MARÍA PEÑA NÚÑEZ", "PEXM*******B1", "Verde", "e.firma",
        "Íntegro: nada de lo firmado cambió.", "El documento cambió después de firmarse.", "TOTAL-PASSED",
        "Ana López, Oficialía de Partes", "24 de noviembre de 2026, 09:00:00", "cd" * 32, "SHA-256, RSA-2048",
    ],
)  # fmt: skip
def test_all_of_it_is_shown(pdf: bytes, words: str) -> None:
    assert words in " ".join(text_of(pdf).split())


def test_the_verdict_is_attached_for_programs(pdf: bytes) -> None:
    told = json.loads(attachments(pdf)[ATTACHMENT])
    assert told == described(CHANGED)
    assert "PEXM800101AB1" not in json.dumps(told)


def test_it_is_of_the_archives_kind_and_always_the_same(pdf: bytes) -> None:
    assert pdf == report_pdf(CONTENT, described(CHANGED))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        metadata = opened.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")


def test_without_any_signature_it_says_so() -> None:
    bare = replace(CONTENT, colour="none", colour_name="Sin firma", signatures=(), reasons=(), asked="")
    assert "No encontramos ninguna firma electrónica." in text_of(report_pdf(bare, described(document())))
