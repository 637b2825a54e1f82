"""Each signature of a document is examined by itself: what fits, whom we believe, what came later, what is unknown."""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm

from certs.development import make_development_pki
from signing.examine import examine
from signing.finding import SignatureFinding, Told, not_worse
from signing.reason import Change, Reason, Revocation
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors, load_anchors
from tests.support.citizens import rotate_page, sign_as, signer_of, stamper_of, updated

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    ready = Sandbox()
    yield ready
    ready.close()


@pytest.fixture(scope="module")
def anchors(development_pki: Path) -> TrustAnchors:
    return load_anchors(development_pki / "anclas")


Examine = Callable[..., tuple[SignatureFinding, ...]]


@pytest.fixture
def look(sandbox: Sandbox, anchors: TrustAnchors, now: datetime, tmp_path: Path) -> Examine:
    def run(content: bytes, *, trusting: TrustAnchors = anchors, at: datetime = now) -> tuple[SignatureFinding, ...]:
        path = tmp_path / "firmado.pdf"
        path.write_bytes(content)
        return examine(sandbox, path, anchors=trusting, at=at)

    return run


Sign = Callable[..., bytes]


@pytest.fixture
def sign(development_pki: Path) -> Sign:
    """Sign these bytes as somebody of the development PKI, in one more revision."""

    def run(content: bytes, who: str = "maria", field: str = "Firma1", **options: Any) -> bytes:
        return sign_as(content, signer_of(development_pki, who), field, **options)

    return run


@pytest.fixture(scope="module")
def document() -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    output = io.BytesIO()
    made.save(output)
    return output.getvalue()


def name_language(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = pdf_string("es-MX")
    writer.update_root()


def test_an_efirma_that_fits_and_leads_to_an_anchor(
    look: Examine, sign: Sign, document: bytes, development_pki: Path, now: datetime
) -> None:
    [found] = look(sign(document))
    certificate = x509.Certificate.load((development_pki / "ciudadanos" / "maria.cer").read_bytes())
    assert (found.intact, found.trusted, found.covers_whole_file, found.modified_after) == (True, True, True, "nada")
    assert (found.field_name, found.is_timestamp, found.docmdp, found.problem) == ("Firma1", False, None, None)
    assert (found.holder.name, found.holder.rfc, found.holder.kind) == ("MARÍA PEÑA NÚÑEZ", "PENM850101AB2", "efirma")
    assert found.certificate_sha256 == certificate.sha256.hex()
    assert found.claimed_time is not None
    assert found.claimed_time.utcoffset() is not None
    assert found.proven_time is None
    assert found.told == Told()


def test_a_document_without_signatures_gives_nothing(look: Examine, document: bytes) -> None:
    assert look(document) == ()


def test_without_anchors_a_signature_fits_but_nobody_is_believed(look: Examine, sign: Sign, document: bytes) -> None:
    [found] = look(sign(document), trusting=TrustAnchors())
    assert (found.intact, found.trusted) == (True, False)


def test_one_byte_changed_is_not_intact_and_not_trusted(look: Examine, sign: Sign, document: bytes) -> None:
    signed = bytearray(sign(document))
    signed[signed.index(b"/MediaBox") + 12] ^= 1
    [found] = look(bytes(signed))
    assert (found.intact, found.trusted) == (False, False)
    assert found.holder.rfc == "PENM850101AB2"


def test_an_expired_efirma_fits_but_is_not_trusted(look: Examine, sign: Sign, document: bytes) -> None:
    [found] = look(sign(document, "vencida"))
    assert (found.intact, found.trusted) == (True, False)


def test_the_instant_of_examination_decides_what_has_expired(
    look: Examine, sign: Sign, document: bytes, now: datetime
) -> None:
    signed = sign(document)
    assert look(signed, at=now + 2 * YEAR)[0].trusted
    assert not look(signed, at=now + 4 * YEAR)[0].trusted


def test_a_time_stamp_proves_when_and_outlives_the_certificate(
    look: Examine, sign: Sign, document: bytes, development_pki: Path, now: datetime
) -> None:
    signed = sign(document, timestamper=stamper_of(development_pki, now))
    [found] = look(signed)
    assert found.proven_time == now
    [later] = look(signed, at=now + 4 * YEAR)
    assert (later.trusted, later.proven_time) == (True, now)


def test_a_time_stamp_of_somebody_unknown_proves_nothing(
    look: Examine, sign: Sign, document: bytes, now: datetime, tmp_path: Path
) -> None:
    make_development_pki(tmp_path / "otra", at=now, base_url="http://pki.invalid")
    [found] = look(sign(document, timestamper=stamper_of(tmp_path / "otra", now)))
    assert (found.intact, found.trusted, found.proven_time) == (True, True, None)


def test_a_document_time_stamp_is_examined_as_one(
    look: Examine, sign: Sign, document: bytes, development_pki: Path, now: datetime
) -> None:
    stamped = signers.PdfTimeStamper(stamper_of(development_pki, now)).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(sign(document))), "sha256"
    )
    citizen, stamp = look(stamped.getvalue())
    assert (citizen.is_timestamp, citizen.modified_after, citizen.trusted) == (False, "solo_firmas", True)
    assert (stamp.is_timestamp, stamp.intact, stamp.trusted, stamp.proven_time) == (True, True, True, now)


def test_a_csd_is_named_as_such(look: Examine, sign: Sign, document: bytes) -> None:
    assert look(sign(document, "csd"))[0].holder.kind == "csd"


def test_a_later_signature_is_told_from_a_change_and_makes_nothing_worse(
    look: Examine, sign: Sign, document: bytes
) -> None:
    once = sign(document)
    twice = sign(once, "sello", "Sello")
    before, after = look(once), look(twice)
    assert [found.field_name for found in after] == ["Firma1", "Sello"]
    assert (after[0].modified_after, after[0].covers_whole_file, after[0].trusted) == ("solo_firmas", False, True)
    assert not_worse(before, after)


def test_a_change_of_the_page_is_a_change_and_makes_it_worse(look: Examine, sign: Sign, document: bytes) -> None:
    once = sign(document)
    before, after = look(once), look(updated(once, rotate_page))
    assert (after[0].intact, after[0].modified_after) == (True, "cambios")
    assert not not_worse(before, after)


def test_a_certification_tells_what_it_permits_and_is_broken_by_more(
    look: Examine, sign: Sign, document: bytes
) -> None:
    certified = sign(document, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    [found] = look(certified)
    assert (found.docmdp, found.modified_after) == (1, "nada")
    field = updated(
        certified, lambda writer: writer.root.__setitem__("/Lang", pdf_string("es-MX")) or writer.update_root()
    )
    assert look(field)[0].modified_after == "cambios"


def test_bytes_after_the_end_are_unknown_and_blanks_are_nothing(look: Examine, sign: Sign, document: bytes) -> None:
    signed = sign(document)
    [junk] = look(signed + b"<script>")
    [blank] = look(signed + b"\r\n")
    assert (junk.covers_whole_file, junk.modified_after) == (False, "desconocido")
    assert (blank.covers_whole_file, blank.modified_after) == (False, "nada")


def test_a_signature_that_leaves_out_more_than_itself_is_not_intact(look: Examine, sign: Sign, document: bytes) -> None:
    signed = sign(document)
    start = signed.index(b"/ByteRange")
    end = signed.index(b"]", start)
    _, before, after, length = (int(number) for number in signed[start:end].partition(b"[")[2].split())
    shorter = f"/ByteRange [0 {before - 5} {after} {length}".encode()
    forged = signed[:start] + shorter.ljust(end - start) + signed[end:]
    [found] = look(forged)
    assert (found.intact, found.trusted, found.modified_after) == (False, False, "desconocido")


def test_a_signature_that_cannot_be_read_leaves_the_others_examined(look: Examine, sign: Sign, document: bytes) -> None:
    once = sign(document)
    twice = bytearray(sign(once, "empresa", "Firma2"))
    place = twice.index(b"/Contents <", len(once)) + len(b"/Contents <")
    twice[place : place + 8] = b"00000000"
    first, second = look(bytes(twice))
    assert (first.problem, first.trusted) == (None, True)
    assert second.problem is Reason.SIGNATURE_UNREADABLE
    assert second.holder.name == ""


def test_the_names_of_fields_are_shown_without_control_characters(look: Examine, sign: Sign, document: bytes) -> None:
    assert look(sign(document, field="Fir\u202ema\n1"))[0].field_name == "Firma 1"


def test_sha_1_is_named_as_weak(look: Examine, sign: Sign, document: bytes, development_pki: Path) -> None:
    signer = signer_of(development_pki, "maria")
    metadata = signers.PdfSignatureMetadata(field_name="Firma1", md_algorithm="sha1")
    signed = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), metadata, signer).getvalue()
    [found] = look(signed)
    assert (found.trusted, found.weak) == (False, True)


GOOD = SignatureFinding(
    "Firma1",
    covers=True,
    covers_whole_file=True,
    revision_end=1000,
    digest_fits=True,
    value_fits=True,
    modified_after="nada",
    chain=("00",),
    usage=True,
    in_force=True,
)


@pytest.mark.parametrize("after", [
    (),
    (replace(GOOD, field_name="Otra"),),
    (replace(GOOD, digest_fits=False),),
    (replace(GOOD, chain=()),),
    (replace(GOOD, modified_after="cambios_permitidos"),),
    (replace(GOOD, modified_after="desconocido"),),
    (replace(GOOD, certificate_sha256="00"),),
    (replace(GOOD, problem=Reason.SIGNATURE_UNREADABLE),),
])  # fmt: skip
def test_what_counts_as_worse(after: tuple[SignatureFinding, ...]) -> None:
    assert not not_worse([GOOD], after)


def test_a_signature_that_is_not_examined_to_its_end_can_get_worse() -> None:
    for old in (replace(GOOD, weak=True), replace(GOOD, problem=Reason.UNKNOWN_ALGORITHM)):
        assert not_worse([old], [replace(old, covers_whole_file=False, modified_after="solo_firmas")])
        assert not not_worse([old], [replace(old, modified_after="cambios")])
        assert not not_worse([old], [replace(old, digest_fits=False)])


def test_what_does_not_count_as_worse() -> None:
    allowed = replace(GOOD, covers_whole_file=False, modified_after="solo_firmas")
    unreadable = SignatureFinding("Firma2", problem=Reason.SIGNATURE_UNREADABLE)
    assert not_worse([GOOD], [allowed, unreadable])
    assert not_worse([GOOD, unreadable], [allowed, unreadable])
    assert not_worse([], [])


def test_a_finding_survives_json() -> None:
    instant = datetime.fromisoformat("2026-03-19T17:42:07-06:00")
    told = Told(Revocation.REVOKED, instant, instant, "documento")
    found = replace(GOOD, claimed_time=instant, problem=Reason.NO_CERTIFICATE, changes=(Change.PAGES,), told=told)
    assert SignatureFinding.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_every_signed_file_of_the_corpus_is_examined_in_time_and_none_is_trusted_without_anchors(
    sandbox: Sandbox, corpus: Path, now: datetime
) -> None:
    with corpus.joinpath("manifest.tsv").open(encoding="utf-8", newline="") as file:
        signed = [row for row in csv.DictReader(file, delimiter="\t") if row["class"] == "signed"]
    for row in signed:
        start = time.monotonic()
        found = examine(sandbox, corpus / row["path"], anchors=TrustAnchors(), at=now)
        assert time.monotonic() - start < 30, row["path"]
        assert not any(each.trusted or each.proven_time for each in found), row["path"]
        if row["kind"] == "tampered":
            assert not all(each.intact and each.covers_whole_file for each in found) or "Broken" in row["path"]


def test_sat_efirmas_of_the_corpus_tell_their_holder(sandbox: Sandbox, corpus: Path, now: datetime) -> None:
    folder = corpus / "signed" / "generated-fiel"
    found = {path.name: examine(sandbox, path, anchors=TrustAnchors(), at=now)[0] for path in folder.glob("*.pdf")}
    assert {name: each.intact for name, each in found.items() if "alterada" in name} == {
        "fiel_alterada_EKU9003173C9.pdf": False
    }
    assert found["fiel_vigente_EKU9003173C9.pdf"].holder.kind == "efirma"
    assert found["csd_vigente_EKU9003173C9.pdf"].holder.kind == "csd"
