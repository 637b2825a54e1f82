"""At intake the verdict on the original bytes is taken and kept; nobody is asked, and nobody waits for it."""

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from sqlalchemy import select

from oficialia.clock import now as present
from oficialia.models import Document, Filing
from oficialia.runtime import Runtime
from oficialia.services import intake
from oficialia.services.received_signatures import is_signed, signers, verdict_of
from oficialia.services.submission import Anexo
from signing.reason import Colour, Integrity, Reason
from signing.revocation import Responders, RevocationClient
from tests.support.authorities import serving
from tests.support.kinds import THOROUGH_POSTGRES
from tests.support.office import TestClock, blank_pdf, submission, upload
from tests.support.shown_papers import blackened, later, signed_petition

ON_BOTH = pytest.mark.parametrize("runtime", ["sqlite", THOROUGH_POSTGRES], indirect=True)
# As documents.findings had it before there were verdicts.
FINDING = {
    "field_name": "Firma1", "is_timestamp": False, "claimed_time": "2026-03-19T17:42:07+00:00", "proven_time": None,
    "covers_whole_file": True, "modified_after": "nada", "docmdp": None, "certificate_sha256": "00", "intact": True,
    "trusted": True, "unchecked": ["la hora de la firma"], "problem": "",
    "holder": {"name": "MARÍA", "rfc": "PEXM800101AB1", "curp": "", "organization": "", "serial": "1", "issuer": "AC",
               "kind": "efirma", "representative_rfc": ""},
}  # fmt: skip


def _documents(runtime: Runtime) -> list[Document]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Document).order_by(Document.number)))


@pytest.fixture
def clock() -> TestClock:
    """The present: a petition is signed now, and not when the tests began."""
    return TestClock(present())


@ON_BOTH
def test_it_is_kept_with_the_filing_and_nobody_is_asked(
    runtime: Runtime, development_pki: Path, tmp_path: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    signed, plain = signed_petition(tmp_path / "firmada.pdf", development_pki), blank_pdf(tmp_path / "lisa.pdf")
    changed = tmp_path / "cambiada.pdf"
    changed.write_bytes(later(signed.read_bytes(), blackened))
    anexos = tuple(
        Anexo(upload(path, f"anexo-{number}"), path.stem, "otro") for number, path in enumerate((plain, changed))
    )
    caplog.set_level(logging.INFO)
    with serving(development_pki, lambda: now) as (url, asked):
        client = RevocationClient(Responders((f"{url}/ocsp",), (f"{url}/crl",)), runtime.anchors)
        form = submission(signed, anexos=anexos, received_at=runtime.clock())
        intake.receive(replace(runtime, revocation=client), form)
        assert asked.paths == []
    assert sum("sandbox signing" in record.message for record in caplog.records) == 3 + 2  # what is not signed: one
    main, unsigned, altered = _documents(runtime)
    assert (main.findings, [is_signed(each) for each in (main, unsigned, altered)]) == ([], [True, False, True])
    verdict, other, last = map(verdict_of, (main, unsigned, altered))
    assert verdict and other and last
    assert (verdict.sha256, other.sha256) == (main.sha256, unsigned.sha256)
    assert verdict.colour is Colour.AMBER and Reason.REVOCATION_UNKNOWN in verdict.reasons
    assert (other.colour, other.integrity, other.signatures) == (Colour.NONE, None, ())
    assert (last.colour, last.integrity) == (Colour.RED, Integrity.CAMBIO)
    with runtime.database.reading() as session:
        assert session.scalars(select(Filing.nivel_firma)).one() == "n2"
    [told] = signers(main, "Escrito principal")
    assert (told.subject[:5], told.curp[4:6], told.rfc[4:6]) == ("MARÍA", "**", "**")
    assert told.verdict == "íntegra: el documento no cambió después de esta firma; emisor reconocido"
    assert set(told.unchecked) == {"la revocación del certificado", "la hora de la firma"}
    [told] = signers(altered, "Anexo 2")
    assert "El documento cambió después de firmarse." in told.verdict


def test_what_was_received_before_there_were_verdicts_is_told_as_it_was() -> None:
    document = Document(verdict=None, findings=[FINDING])
    assert is_signed(document) and verdict_of(document) is None
    [told] = signers(document, "Escrito principal")
    assert told.verdict == "íntegra: el documento no cambió después de esta firma; emisor reconocido"
    assert (told.signed_at, told.unchecked) == (
        "19 de marzo de 2026, 11:42 h (según el firmante)",
        ("la hora de la firma",),
    )
    assert not is_signed(Document(verdict=None, findings=[]))


@ON_BOTH
def test_remains_of_a_signature_are_never_passed_over(runtime: Runtime, tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Resto = Array([Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x"))])
        pdf.save(tmp_path / "resto.pdf")
    intake.receive(runtime, submission(tmp_path / "resto.pdf"))
    [document] = _documents(runtime)
    verdict = verdict_of(document)
    assert verdict and verdict.colour is Colour.AMBER and verdict.reasons == (Reason.HIDDEN_SIGNATURE,)
    [told] = signers(document, "Escrito principal")
    assert told.verdict == "Trae datos de una firma que no está en su lugar."
