"""Sealing, end to end: named after the steps of `signing.seal`; pdfsig and qpdf are the judges that are not ours."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from certs import profiles
from signing.certificate import parse
from signing.errors import IdentityUnusable, SealingFailed
from signing.identity import MemoryKey, SealIdentity
from signing.seal import SealEngine
from signing.timestamp import Timestamper
from signing.trust import TrustAnchors
from tests.support.papers import Paper, write_pdf
from tests.support.sealing import STAMP, Office
from tests.support.tsa import answering, server

FULL_PAGE = Paper(filled=((20, 20, 592, 772),))


def test_a_plain_document_is_stamped_and_sealed(office: Office, judged: Callable[[Path], None]) -> None:
    source = write_pdf(office.folder / "a.pdf")
    sealed, target = office.seal(source)
    assert (sealed.strategy, sealed.level, sealed.pages, sealed.earlier) == ("visible", "b_b", 1, ())
    assert target.read_bytes().startswith(source.read_bytes())
    assert (sealed.sha256, sealed.size) == (sha256(target.read_bytes()).hexdigest(), target.stat().st_size)
    judged(target)


def test_our_own_verdict_on_it(office: Office) -> None:
    _, target = office.seal(write_pdf(office.folder / "a.pdf"))
    [seal] = office.examine(target)
    assert seal.intact and seal.trusted and seal.covers_whole_file
    assert seal.claimed_time == office.now
    assert seal.holder.organization.startswith("Municipio de Chalco")


def test_what_would_touch_more_than_its_own_goes_under_a_caratula(
    office: Office, judged: Callable[[Path], None]
) -> None:
    source = write_pdf(office.folder / "a.pdf")
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        # Text with a zero in it comes back as another one when pyHanko writes the page anew.
        document.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(Name=pikepdf.String("Capas\x00".encode("utf-16")))
        document.save(source)
    sealed, target = office.seal(source)
    assert (sealed.strategy, "touch more than its own" in sealed.detail) == ("caratula", True)
    assert office.original_of(target).read_bytes() == source.read_bytes()
    judged(target)


def test_an_authority_that_ends_while_the_process_lives_is_noticed(office: Office) -> None:
    root, issuing, signer = (rsa.generate_private_key(65537, 2048) for _ in range(3))
    top, middle = profiles.authority_name("Raíz"), profiles.authority_name("Emisora que termina")
    anchor = profiles.authority_certificate(top, root.public_key(), top, office.now, path_length=1).sign(root, SHA256())
    ends = office.now + timedelta(days=10)
    authority = x509.CertificateBuilder(top, middle, issuing.public_key(), 1, office.now - timedelta(days=1), ends)
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    own = profiles.seal_certificate(signer.public_key(), middle, office.now, "http://pki.invalid")
    made = [own.sign(issuing, SHA256()), authority.sign(root, SHA256())]
    certificate, *chain = [parse(each.public_bytes(Encoding.DER)) for each in made]
    identity = SealIdentity(MemoryKey(signer), certificate, chain)
    anchors = TrustAnchors((anchor.public_bytes(Encoding.PEM).decode("ascii"),))
    engine = SealEngine(office.sandbox, identity, timestamper=None, anchors=anchors)
    engine.ensure_usable(office.now)
    engine.ensure_usable(ends)
    with pytest.raises(IdentityUnusable, match="sin_confianza"):
        engine.ensure_usable(ends + timedelta(minutes=1))


def test_without_room_the_seal_is_invisible(office: Office, judged: Callable[[Path], None]) -> None:
    sealed, target = office.seal(write_pdf(office.folder / "a.pdf", FULL_PAGE))
    assert (sealed.strategy, sealed.detail) == ("invisible", "no room for the stamp")
    judged(target)


def test_nothing_but_the_result_is_left_behind(office: Office) -> None:
    office.seal(write_pdf(office.folder / "a.pdf"))
    assert sorted(path.name for path in office.folder.iterdir()) == ["a.pdf", "sellado.pdf"]


def test_sealing_twice_gives_two_sound_documents(office: Office, judged: Callable[[Path], None]) -> None:
    source = write_pdf(office.folder / "a.pdf")
    office.seal(source)
    _, target = office.seal(source)
    judged(target)


def test_a_document_sealed_before_keeps_its_seal(office: Office, judged: Callable[[Path], None]) -> None:
    _, first = office.seal(write_pdf(office.folder / "a.pdf"))
    again = first.rename(office.folder / "otra-vez.pdf")
    sealed, target = office.seal(again)
    assert sealed.strategy == "visible"
    assert [before.field_name for before, _ in sealed.earlier] == [f"Sello-{STAMP.folio}"]
    judged(target)


# 1. The identity


def test_step_1_an_expired_seal_signs_nothing(office: Office, identity: SealIdentity) -> None:
    source = write_pdf(office.folder / "a.pdf")
    late = replace(office, now=identity.valid_until + timedelta(days=1))
    with pytest.raises(IdentityUnusable, match="vencido"):
        late.seal(source)
    assert not (office.folder / "sellado.pdf").exists()


def test_step_1_a_seal_that_nobody_trusts_signs_nothing(office: Office, identity: SealIdentity) -> None:
    engine = SealEngine(office.sandbox, identity, timestamper=None, anchors=TrustAnchors())
    with pytest.raises(IdentityUnusable, match="sin_confianza"):
        engine.seal_own(
            write_pdf(office.folder / "a.pdf"), office.folder / "sellado.pdf", reason="Acuse", at=office.now
        )


# 4. The signature and its time


def test_step_4_one_request_to_the_authority_for_each_seal(
    office: Office, tsa: DummyTimeStamper, judged: Callable[[Path], None]
) -> None:
    asked: list[int] = []
    with server(answering(tsa, lambda _request: asked.append(1))) as url:
        timed = office.timed(Timestamper(url, office.anchors))
        for count in (1, 2):
            sealed, target = timed.seal(write_pdf(office.folder / "a.pdf"))
            assert (sealed.level, sealed.timestamp, len(asked)) == ("b_t", office.now, count)
    [seal] = office.examine(target)
    assert seal.proven_time == office.now
    judged(target)


def test_step_4_without_the_authority_the_seal_is_b_b(office: Office) -> None:
    nobody = Timestamper("http://127.0.0.1:1/tsa", office.anchors, timeout_seconds=1)
    sealed, _ = office.timed(nobody).seal(write_pdf(office.folder / "a.pdf"))
    assert (sealed.strategy, sealed.level, sealed.timestamp) == ("visible", "b_b", None)


def test_step_4_a_token_longer_than_expected_gets_a_larger_gap(
    office: Office, tsa: DummyTimeStamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.timestamp.FIRST_TOKEN_SIZE", 16)
    with server(answering(tsa)) as url:
        sealed, _ = office.timed(Timestamper(url, office.anchors)).seal(write_pdf(office.folder / "a.pdf"))
    assert (sealed.strategy, sealed.level) == ("visible", "b_t")


# Papers of our own


def test_our_own_paper_keeps_its_attachments(office: Office, judged: Callable[[Path], None]) -> None:
    source, target = write_pdf(office.folder / "acuse.pdf"), office.folder / "sellado.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.attachments["sello.b64"] = b"c2VsbG8="
        document.save(source)
    sealed = office.engine.seal_own(source, target, reason="Acuse de recibo OP-2026-000123-5", at=office.now)
    assert (sealed.strategy, sealed.detail) == ("invisible", "")
    with pikepdf.open(target) as document:
        assert document.attachments["sello.b64"].get_file().read_bytes() == b"c2VsbG8="
        assert "Acuse de recibo" in str(document.Root.AcroForm.Fields[0].V.Reason)
    judged(target)


# Real files


def test_one_real_file_of_each_producer(office: Office, corpus: Path, judged: Callable[[Path], None]) -> None:
    for folder in sorted((corpus / "accept").iterdir()):
        source = min(folder.glob("*.pdf"), key=lambda path: path.stat().st_size)
        sealed, target = office.seal(source)
        assert sealed.strategy in ("visible", "invisible"), f"{source}: {sealed.detail}"
        assert target.read_bytes().startswith(source.read_bytes())
        judged(target)


@pytest.mark.parametrize("fate", ["sealed", "repaired", "wrapped"])
def test_another_document_than_the_registered_one_is_not_sealed(office: Office, fate: str) -> None:
    source, target = write_pdf(office.folder / "a.pdf"), office.folder / "sellado.pdf"
    if fate == "repaired":
        source.write_bytes(source.read_bytes().replace(b"startxref\n", b"startxref\n9"))
    elif fate == "wrapped":
        source.write_bytes(b"%PDF-1.7\n")
    cover = replace(office.cover(source), sha256="0" * 64)
    with pytest.raises(SealingFailed, match="not the one that was registered"):
        office.engine.seal_document(source, target, stamp=STAMP, cover=cover, at=office.now)
    assert not target.exists()
