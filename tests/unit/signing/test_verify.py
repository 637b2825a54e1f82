"""The verdict on real documents: every class of signature of a test PKI, and everything else that a file can be."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from certs.development import make_development_pki
from signing.reason import Change, Colour, Integrity, Reason, Revocation
from signing.revocation import Responders, RevocationClient
from signing.sandbox import Limits, Sandbox
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict
from signing.verify import verify
from tests.support.authorities import Asked, serving
from tests.support.citizens import Flaw, flawed, rotate_page, sign_as, signer_of, stamped, stamper_of, updated
from tests.support.papers import Paper, need_appearances, text_field, write_pdf

DAY, YEAR = timedelta(days=1), timedelta(days=365)
Look = Callable[..., DocumentVerdict]


@pytest.fixture(scope="module")
def authorities(development_pki: Path, now: datetime) -> Iterator[tuple[str, Asked]]:
    """The responders of the PKI, on a port."""
    with serving(development_pki, lambda: now) as served:
        yield served


@pytest.fixture(scope="module")
def client(authorities: tuple[str, Asked], anchors: TrustAnchors) -> RevocationClient:
    """Asks them."""
    url, _ = authorities
    return RevocationClient(Responders(ocsp=(f"{url}/ocsp",), crl=(f"{url}/raiz.crl",)), anchors)


@pytest.fixture
def look(seal_sandbox: Sandbox, anchors: TrustAnchors, client: RevocationClient, now: datetime, tmp_path: Path) -> Look:
    """The verdict on these bytes; the authorities are asked."""

    def run(content: bytes, *, trusting: TrustAnchors = anchors, ask: bool = True, **more: object) -> DocumentVerdict:
        path = tmp_path / "documento"
        path.write_bytes(content)
        options = {"at": now, **more}
        return verify(seal_sandbox, path, anchors=trusting, revocation=client if ask else None, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_pdf(tmp_path_factory.mktemp("papel") / "a.pdf", Paper(filled=())).read_bytes()


@pytest.fixture(scope="module")
def maria(development_pki: Path, paper: bytes) -> bytes:
    """A document that MARÍA PEÑA NÚÑEZ signed."""
    return sign_as(paper, signer_of(development_pki, "maria"))


def test_a_good_signature_is_green(look: Look, maria: bytes) -> None:
    found = look(maria)
    [signature] = found.signatures
    assert (found.colour, found.integrity, found.reasons) == (Colour.GREEN, Integrity.INTEGRO, ())
    assert (found.sha256, found.size, found.media_type) == (sha256(maria).hexdigest(), len(maria), "application/pdf")
    assert signature.holder.name == "MARÍA PEÑA NÚÑEZ"
    assert (signature.holder.kind, signature.holder.rfc) == ("efirma", "PENM850101AB2")
    assert (signature.revocation, signature.revocation_from, signature.trusted) == (Revocation.GOOD, "autoridad", True)
    assert (signature.revision_end, signature.algorithms) == (len(maria), "SHA-256, RSA-2048")
    assert (signature.proven_time, signature.tsa, signature.indication) == (None, "", "TOTAL-PASSED")


def test_unknown_revocation_is_amber_and_says_so(look: Look, maria: bytes) -> None:
    [signature] = look(maria, ask=False).signatures
    assert (signature.colour, signature.reasons) == (Colour.AMBER, (Reason.REVOCATION_UNKNOWN,))
    assert (signature.revocation, signature.sub_indication) == (Revocation.UNKNOWN, "TRY_LATER")


def test_an_expired_certificate_is_amber_without_a_proof_and_green_with_one_from_before(
    look: Look, paper: bytes, development_pki: Path, now: datetime
) -> None:
    signer = signer_of(development_pki, "vencida")
    [signature] = look(sign_as(paper, signer)).signatures
    assert signature.reasons == (Reason.OUT_OF_TERM,)
    assert (signature.colour, signature.trusted, signature.in_force) == (Colour.AMBER, True, False)
    before = stamper_of(development_pki, now - 2 * YEAR, certified=now - 2 * YEAR)
    [proven] = look(sign_as(paper, signer, timestamper=before), ask=False).signatures
    assert (proven.proven_time, proven.in_force) == (now - 2 * YEAR, True)
    assert Reason.OUT_OF_TERM not in proven.reasons
    after = stamper_of(development_pki, now)
    [late] = look(sign_as(paper, signer, timestamper=after)).signatures
    assert (late.reasons, late.colour) == ((Reason.EXPIRED,), Colour.RED)


def test_a_time_stamp_of_who_may_give_none_proves_nothing_and_is_told(
    look: Look, paper: bytes, development_pki: Path, now: datetime
) -> None:
    nobody = signer_of(development_pki, "empresa")
    stamper = DummyTimeStamper(nobody.signing_cert, nobody.signing_key, nobody.cert_registry, fixed_dt=now)
    found = look(sign_as(paper, signer_of(development_pki, "maria"), timestamper=stamper))
    assert (found.colour, found.reasons) == (Colour.AMBER, (Reason.TIMESTAMP_UNTRUSTED,))
    assert found.signatures[0].proven_time is None


def test_a_certificate_revoked_before_and_after_it_signed(
    look: Look, paper: bytes, development_pki: Path, now: datetime
) -> None:
    signer = signer_of(development_pki, "revocada")  # since 30 days
    [unproven] = look(sign_as(paper, signer)).signatures
    assert (unproven.reasons, unproven.colour) == ((Reason.REVOKED_WITHOUT_PROOF,), Colour.RED)
    assert unproven.revoked_at == now - 30 * DAY
    [before] = look(sign_as(paper, signer, timestamper=stamper_of(development_pki, now))).signatures
    assert (before.reasons, before.sub_indication) == ((Reason.REVOKED,), "REVOKED")
    early = stamper_of(development_pki, now - 40 * DAY, certified=now - 40 * DAY)
    [after] = look(sign_as(paper, signer, timestamper=early, claimed=now - 40 * DAY)).signatures
    assert (after.colour, after.reasons, after.revocation) == (Colour.GREEN, (), Revocation.REVOKED)


@pytest.mark.parametrize("flaw", [
    Flaw(usage=("key_encipherment",)),
    Flaw(usage=("key_cert_sign", "crl_sign")),
    Flaw(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
])  # fmt: skip
def test_a_certificate_that_is_not_for_signing_documents(
    look: Look, paper: bytes, development_pki: Path, now: datetime, flaw: Flaw
) -> None:
    [signature] = look(sign_as(paper, flawed(development_pki, now, flaw)), ask=False).signatures
    assert Reason.USAGE in signature.reasons
    assert (signature.colour, signature.sub_indication) == (Colour.AMBER, "CHAIN_CONSTRAINTS_FAILURE")


def test_a_csd_is_never_a_green_signature_of_a_person(look: Look, paper: bytes, development_pki: Path) -> None:
    [signature] = look(sign_as(paper, signer_of(development_pki, "csd"))).signatures
    assert (signature.reasons, signature.holder.kind) == ((Reason.NOT_A_PERSON,), "csd")


def test_weak_algorithms_are_named(look: Look, paper: bytes, development_pki: Path, now: datetime) -> None:
    sha_1 = sign_as(paper, signer_of(development_pki, "maria"), digest="sha1")
    short = sign_as(paper, flawed(development_pki, now, Flaw(bits=1024)))
    for content, algorithms in ((sha_1, "SHA-1, RSA-2048"), (short, "SHA-256, RSA-1024")):
        [signature] = look(content, ask=False).signatures
        assert signature.algorithms == algorithms
        assert signature.colour is Colour.AMBER
        assert Reason.WEAK_ALGORITHM in signature.reasons
        assert signature.integrity is Integrity.INTEGRO


def test_an_unknown_authority_is_amber_and_nobody_is_asked(
    look: Look, paper: bytes, now: datetime, tmp_path: Path, authorities: tuple[str, Asked]
) -> None:
    make_development_pki(tmp_path / "otra", at=now, base_url="http://pki.invalid")
    asked = len(authorities[1].paths)
    [signature] = look(sign_as(paper, signer_of(tmp_path / "otra", "maria"))).signatures
    assert (signature.reasons, signature.trusted) == ((Reason.UNTRUSTED,), False)
    assert signature.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert len(authorities[1].paths) == asked


def test_a_time_stamp_proves_when_and_by_whom(look: Look, paper: bytes, development_pki: Path, now: datetime) -> None:
    content = sign_as(paper, signer_of(development_pki, "maria"), timestamper=stamper_of(development_pki, now))
    [signature] = look(content).signatures
    assert (signature.colour, signature.proven_time) == (Colour.GREEN, now)
    assert signature.tsa.startswith("Autoridad de sellado de tiempo")


def test_a_time_stamp_over_the_document_proves_the_time_of_what_is_before_it(
    look: Look, maria: bytes, development_pki: Path, now: datetime
) -> None:
    found = look(stamped(maria, stamper_of(development_pki, now)))
    signature, stamp = found.signatures
    assert (found.colour, signature.proven_time, stamp.is_timestamp) == (Colour.GREEN, now, True)
    assert signature.changes == (Change.SIGNATURES,)


def test_a_time_stamp_from_before_its_authority_existed_proves_nothing(
    look: Look, paper: bytes, development_pki: Path, now: datetime
) -> None:
    early = stamper_of(development_pki, now - 90 * DAY)
    [signature] = look(sign_as(paper, signer_of(development_pki, "maria"), timestamper=early)).signatures
    assert signature.proven_time is None


def test_one_byte_of_the_signed_revision_is_enough(look: Look, maria: bytes) -> None:
    altered = bytearray(maria)
    altered[altered.index(b"/MediaBox") + 12] ^= 1
    found = look(bytes(altered))
    assert (found.colour, found.integrity, found.reasons) == (
        Colour.RED,
        Integrity.ALTERADO,
        (Reason.CONTENT_ALTERED,),
    )


def test_what_changed_is_told_in_words_and_the_signed_revision_can_be_cut_off(look: Look, maria: bytes) -> None:
    changed = updated(maria, rotate_page)
    found = look(changed)
    [signature] = found.signatures
    assert (found.colour, found.integrity) == (Colour.RED, Integrity.CAMBIO)
    assert (signature.reasons, signature.changes) == ((Reason.CHANGED,), (Change.PAGES,))
    assert changed[: signature.revision_end] == maria


def name_language(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = pdf_string("es-MX")
    writer.update_root()


def attach(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/AF")] = writer.add_object(DictionaryObject({pdf_name("/Type"): pdf_name("/Filespec")}))
    writer.update_root()


def open_with_an_action(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/OpenAction")] = DictionaryObject({pdf_name("/S"): pdf_name("/URI")})
    writer.update_root()


def add_a_signature_field(writer: IncrementalPdfFileWriter) -> None:
    append_signature_field(writer, SigFieldSpec("Otra", box=(10, 10, 90, 90)))


@pytest.mark.parametrize(("change", "part", "reason"), [
    (name_language, Change.STRUCTURE, Reason.UNSEEN_CHANGES),
    (attach, Change.ATTACHMENTS, Reason.CHANGED),
    (open_with_an_action, Change.ACTIONS, Reason.CHANGED),
    (add_a_signature_field, Change.FIELDS, Reason.FILLED_IN),
])  # fmt: skip
def test_the_parts_that_a_later_revision_changed(
    look: Look, maria: bytes, change: Callable[[IncrementalPdfFileWriter], None], part: Change, reason: Reason
) -> None:
    [signature] = look(updated(maria, change)).signatures
    assert part in signature.changes
    assert signature.reasons == (reason,)


def test_who_signs_later_may_note_its_program_and_the_date_where_no_details_were(
    look: Look, paper: bytes, development_pki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as silent:  # a program that writes neither
        silent.setattr(IncrementalPdfFileWriter, "_update_meta", lambda _: None)
        first = sign_as(paper, signer_of(development_pki, "maria"))
    assert b"/Info" not in first
    found = look(sign_as(first, signer_of(development_pki, "empresa"), "Firma2"))
    assert found.signatures[0].changes == (Change.SIGNATURES,)
    assert found.colour is Colour.GREEN


def test_nothing_may_change_after_a_certification_that_forbids_it(
    look: Look, paper: bytes, development_pki: Path
) -> None:
    locked = sign_as(paper, signer_of(development_pki, "maria"), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    [signature] = look(updated(locked, name_language)).signatures
    assert (signature.docmdp, signature.reasons) == (1, (Reason.CHANGED,))


def test_a_form_filled_in_afterwards_is_amber(look: Look, development_pki: Path, tmp_path: Path) -> None:
    form = write_pdf(tmp_path / "f.pdf", form=need_appearances(text_field("nombre", "", (72, 700, 300, 720))))
    content = sign_as(form.read_bytes(), signer_of(development_pki, "maria"))

    def fill(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[pdf_name("/V")] = pdf_string("otro")
        writer.update_container(field)

    [signature] = look(updated(content, fill)).signatures
    assert (signature.reasons, signature.changes, signature.colour) == (
        (Reason.FILLED_IN,),
        (Change.FIELDS,),
        Colour.AMBER,
    )


def test_an_object_that_the_signed_page_already_named_is_a_change_of_the_page(
    look: Look, development_pki: Path, tmp_path: Path
) -> None:
    source = write_pdf(tmp_path / "h.pdf", Paper(filled=())).read_bytes()
    hole = source.replace(b"/Rotate 0", b"/X 90 0 R")
    assert hole != source
    content = sign_as(hole, signer_of(development_pki, "maria"))

    def define(writer: IncrementalPdfFileWriter) -> None:
        name_language(writer)
        writer.objects[0, 90] = DictionaryObject({pdf_name("/Shown"): pdf_string("ahora sí")})

    [signature] = look(updated(content, define)).signatures
    assert Change.PAGES in signature.changes
    assert signature.colour is Colour.RED


def test_bytes_after_the_end_are_told_from_blanks_and_from_hidden_objects(look: Look, maria: bytes) -> None:
    assert look(maria + b"\r\n").colour is Colour.GREEN
    inert = look(maria + b"<script>")
    assert (inert.reasons, inert.signatures[0].changes) == ((Reason.NOT_COVERED,), (Change.TRAILING_DATA,))
    assert look(maria + b"9 0 obj << >> endobj").reasons == (Reason.NOT_COMPARED,)


def test_data_of_a_signature_without_a_field_are_not_passed_over(look: Look, maria: bytes) -> None:
    hidden = maria.replace(b"/AcroForm", b"/AcroFurm")
    found = look(hidden)
    assert (found.signatures, found.reasons, found.colour) == ((), (Reason.HIDDEN_SIGNATURE,), Colour.AMBER)


def test_two_good_signatures_are_green(look: Look, maria: bytes, development_pki: Path) -> None:
    found = look(sign_as(maria, signer_of(development_pki, "empresa"), "Firma2"))
    assert (found.colour, len(found.signatures)) == (Colour.GREEN, 2)


def test_a_file_without_signatures_a_picture_and_something_else(look: Look, paper: bytes) -> None:
    assert (look(paper).colour, look(paper).integrity) == (Colour.NONE, None)
    picture = look(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert (picture.colour, picture.media_type) == (Colour.NONE, "image/png")
    for content in (b"", b"hola", b"%PDF-1.7 y nada"):
        found = look(content)
        assert (found.colour, found.integrity) == (Colour.RED, Integrity.ILEGIBLE)


def test_what_meets_a_limit_is_red_and_says_so(
    anchors: TrustAnchors, maria: bytes, now: datetime, tmp_path: Path, seal_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "a.pdf").write_bytes(maria)
    monkeypatch.setattr(seal_sandbox, "_limits", Limits(reply_bytes=100))
    found = verify(seal_sandbox, tmp_path / "a.pdf", anchors=anchors, at=now)
    assert (found.colour, found.reasons) == (Colour.RED, (Reason.TOO_HEAVY,))
    assert found.sha256 == sha256(maria).hexdigest()


def test_an_original_attached_as_source_is_verified_too(
    look: Look, maria: bytes, development_pki: Path, tmp_path: Path
) -> None:
    with pikepdf.new() as cover:
        cover.add_blank_page()
        spec = pikepdf.AttachedFileSpec(cover, maria, filename="original.pdf", relationship=pikepdf.Name.Source)
        cover.attachments["original.pdf"] = spec
        cover.save(tmp_path / "c.pdf")
    found = look(sign_as((tmp_path / "c.pdf").read_bytes(), signer_of(development_pki, "sello"), "Sello"))
    [original] = found.embedded
    assert (found.colour, original.sha256) == (Colour.GREEN, sha256(maria).hexdigest())
    assert original.signatures[0].holder.name == "MARÍA PEÑA NÚÑEZ"
    assert original.colour is Colour.GREEN


def test_sat_certificates_of_the_corpus_tell_their_holder_and_kind(
    seal_sandbox: Sandbox, corpus: Path, now: datetime
) -> None:
    folder = corpus / "signed" / "generated-fiel"
    kinds = {}
    for file in folder.glob("*.pdf"):
        [signature] = verify(seal_sandbox, file, anchors=TrustAnchors(), at=now).signatures
        assert signature.holder.rfc
        kinds[file.name.partition("_")[0]] = signature.holder.kind
    assert kinds == {"csd": "csd", "fiel": "efirma"}
