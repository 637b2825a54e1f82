"""Evidence for later years: B-T becomes B-LT or B-LTA, is renewed in time, and makes no signature worse."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_timestamp

from certs.development import make_development_pki
from signing.errors import NotNow, ProtectionFailed, RevocationUnavailable, TimestampUnavailable
from signing.finding import SignatureFinding, not_worse
from signing.identity import SealIdentity
from signing.protection import Protected, Protector, Unprotected
from signing.revocation import Responders, RevocationClient
from signing.seal import SealEngine
from signing.timestamp import Timestamper
from signing.trust import load_anchors, validation_context
from tests.support.archive import IN_2040, lasts
from tests.support.authorities import later_authority, serving
from tests.support.kinds import rest_thorough
from tests.support.office import TestClock
from tests.support.papers import LOCK_ALL, Signing, ask_for_appearances, need_appearances, text_field, write_pdf
from tests.support.sealing import Office

QUIET = timedelta(minutes=10)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)
NOWHERE = "http://127.0.0.1:1"


@dataclass
class Archive:
    """An office, its authorities at an hour of the test's own, and whom it asks."""

    office: Office
    clock: TestClock
    url: str
    pki: Path

    def protector(self, *, tsa: str = "", revocation: str = "", ocsp: bool = True) -> Protector:
        """Asks these, or the real ones."""
        base = revocation or self.url
        lists = (f"{base}/crl", f"{base}/raiz.crl")
        responders = Responders(ocsp=(f"{base}/ocsp",) if ocsp else (), crl=lists)
        anchors = self.office.anchors
        return Protector(
            self.office.sandbox,
            anchors,
            revocation=RevocationClient(responders, anchors, timeout_seconds=1, cool_down_seconds=0),
            timestamper=Timestamper(f"{tsa or self.url}/tsa", anchors, timeout_seconds=2, cool_down_seconds=0),
        )

    def sealed(self, source: Path) -> Path:
        """A document sealed with its time, and ten minutes later."""
        timed = replace(self.office, now=self.clock.time).timed(Timestamper(f"{self.url}/tsa", self.office.anchors))
        sealed, target = timed.seal(source)
        assert sealed.level == "b_t"
        self.clock.time += QUIET
        return target.rename(self.office.folder / "b_t.pdf")

    def protect(
        self, source: Path, *, level: Unprotected = "b_t", by: Protector | None = None, name: str = "protegido.pdf"
    ) -> tuple[Protected, Path]:
        """Protect it now."""
        target = self.office.folder / name
        made = (by or self.protector()).protect(source, target, level=level, at=self.clock.time)
        assert (made.sha256, made.size) == (sha256(target.read_bytes()).hexdigest(), target.stat().st_size)
        assert target.read_bytes().startswith(source.read_bytes())
        return made, target

    def examine(self, path: Path) -> tuple[SignatureFinding, ...]:
        """Our own verdict, now."""
        return replace(self.office, now=self.clock.time).examine(path)

    def in_2040(self, path: Path, then: datetime = IN_2040) -> bool:
        """The verdict of pyHanko for 2040, from the document and the root alone."""
        return lasts(path, self.office.anchors, now=self.clock.time, then=then)


@pytest.fixture
def archive(office: Office) -> Iterator[Archive]:
    """An hour ago: pyHanko asks the real clock when it looks back."""
    clock = TestClock(office.now - HOUR)
    with serving(office.pki, clock) as (url, _):
        yield Archive(office, clock, url, office.pki)


@pytest.fixture
def plain(office: Office) -> Path:
    return write_pdf(office.folder / "escrito.pdf")


@pytest.mark.parametrize("ocsp", [True, False], ids=["ocsp", "lists"])
def test_b_t_becomes_b_lta_and_can_be_validated_in_2040(archive: Archive, plain: Path, ocsp: bool) -> None:
    source = archive.sealed(plain)
    assert not archive.in_2040(source)
    made, target = archive.protect(source, by=archive.protector(ocsp=ocsp))
    assert made.level == "b_lta"
    # pyHanko's past validation finds no list for a signer whose issuer is not the anchor itself.
    assert archive.in_2040(target) is ocsp
    with target.open("rb") as file:
        [stamp] = PdfFileReader(file).embedded_timestamp_signatures
        status = asyncio.run(async_validate_pdf_timestamp(stamp, validation_context(archive.office.anchors, at=None)))
        assert status.intact and status.valid and status.trusted
        assert made.until == stamp.signer_cert.not_valid_after


def test_our_seal_is_still_valid_for_poppler(archive: Archive, plain: Path, tool: Callable[[str], str]) -> None:
    _, target = archive.protect(archive.sealed(plain))
    said = subprocess.run([tool("pdfsig"), "-nocert", target], capture_output=True, text=True, check=True).stdout
    ours = said.split("Signature #2")[0]  # it cannot judge document time stamps
    assert "Signature is Valid" in ours, said
    subprocess.run([tool("qpdf"), "--check", target], capture_output=True, check=True)


def test_an_acuse_becomes_b_lta_too(archive: Archive, plain: Path) -> None:
    office = replace(archive.office, now=archive.clock.time).timed(
        Timestamper(f"{archive.url}/tsa", archive.office.anchors)
    )
    source = office.folder / "acuse.pdf"
    assert office.engine.seal_own(plain, source, reason="Acuse de recibo", at=archive.clock.time).level == "b_t"
    archive.clock.time += QUIET
    made, target = archive.protect(source)
    assert made.level == "b_lta"
    assert archive.in_2040(target)


CITIZENS = {
    "signed": (Signing(),),
    "signed three times": (Signing(), Signing("Firma2"), Signing("Firma3")),
    "certified, no changes": (Signing(certify=MDPPerm.NO_CHANGES),),
    "certified, forms": (Signing(certify=MDPPerm.FILL_FORMS),),
    "certified, annotations": (Signing(certify=MDPPerm.ANNOTATE),),
    "all fields locked": (Signing(lock=LOCK_ALL),),
    "locked for good": (Signing(lock=LOCK_ALL, lock_permission=MDPPerm.NO_CHANGES),),
}


@pytest.mark.parametrize("signings", rest_thorough(CITIZENS, "signed three times", "certified, no changes"))
def test_no_signature_of_a_citizen_gets_worse(archive: Archive, plain: Path, signings: tuple[Signing, ...]) -> None:
    signed = archive.office.signed(plain, *signings)
    source = archive.sealed(signed)
    before = archive.examine(source)
    made, target = archive.protect(source)
    after = archive.examine(target)
    assert made.level == "b_lta"
    assert not_worse(before, after)
    assert [finding.is_timestamp for finding in after] == [*(False for _ in before), True]
    assert all(finding.modified_after in {"nada", "solo_firmas"} for finding in after)
    assert archive.in_2040(target)


def test_a_form_that_a_citizen_signed_keeps_its_need_of_appearances(archive: Archive, office: Office) -> None:
    form = need_appearances(text_field("Nombre", "María", (72, 700, 300, 720)))
    signed = ask_for_appearances(office.signed(write_pdf(office.folder / "forma.pdf", form=form), Signing()))
    source = archive.sealed(signed)
    _, target = archive.protect(source)
    assert not_worse(archive.examine(source), archive.examine(target))
    for path in (source, target):
        with pikepdf.open(path) as document:
            assert bool(document.Root.AcroForm.NeedAppearances)


def test_an_encrypted_document_that_opens_without_a_password_is_protected_too(archive: Archive, plain: Path) -> None:
    closed = archive.office.folder / "cifrado.pdf"
    with pikepdf.open(plain) as document:
        document.save(closed, encryption=pikepdf.Encryption(owner="de alguien", user=""))
    made, target = archive.protect(archive.sealed(closed))
    assert made.level == "b_lta"
    assert [finding.trusted for finding in archive.examine(target)] == [True, True]


def test_without_the_authority_of_time_the_evidence_is_kept_and_the_stamp_comes_later(
    archive: Archive, plain: Path
) -> None:
    source = archive.sealed(plain)
    made, half = archive.protect(source, by=archive.protector(tsa=NOWHERE), name="b_lt.pdf")
    assert (made.level, made.until) == ("b_lt", None)
    assert archive.in_2040(half)
    [seal] = archive.examine(half)
    assert (seal.intact, seal.modified_after, seal.covers_whole_file) == (True, "solo_firmas", False)
    archive.clock.time += QUIET
    made, target = archive.protect(half, level="b_lt", by=archive.protector(revocation=NOWHERE))
    assert made.level == "b_lta"
    assert archive.in_2040(target)
    with pytest.raises(TimestampUnavailable):
        archive.protect(half, level="b_lt", by=archive.protector(tsa=NOWHERE), name="otro.pdf")
    assert not (archive.office.folder / "otro.pdf").exists()


def test_without_the_authorities_of_revocation_nothing_is_written(archive: Archive, plain: Path) -> None:
    source = archive.sealed(plain)
    with pytest.raises(RevocationUnavailable):
        archive.protect(source, by=archive.protector(revocation=NOWHERE))
    assert not (archive.office.folder / "protegido.pdf").exists()


def test_what_was_said_before_the_seal_is_no_evidence_for_it(archive: Archive, plain: Path) -> None:
    hour = archive.clock.time
    with serving(archive.pki, lambda: hour - HOUR) as (behind, _):
        source = archive.sealed(plain)
        with pytest.raises(NotNow) as early:
            archive.protect(source, by=archive.protector(revocation=behind))
        assert early.value.when > hour
    assert not (archive.office.folder / "protegido.pdf").exists()


@pytest.mark.parametrize("change", ["not sealed", "no time", "changed", "no pdf"])
def test_what_is_no_timed_seal_is_left_alone(archive: Archive, plain: Path, change: str) -> None:
    source = archive.sealed(plain)
    if change == "not sealed":
        source = write_pdf(archive.office.folder / "otro.pdf")
    elif change == "no time":
        source = archive.office.seal(plain)[1]
    elif change == "changed":
        data = bytearray(source.read_bytes())
        data[12] ^= 1  # in the comment of the header
        source.write_bytes(data)
    else:
        source.write_bytes(b"%PDF-1.7\nnada")
    with pytest.raises(ProtectionFailed):
        archive.protect(source)
    assert not (archive.office.folder / "protegido.pdf").exists()


def test_the_archive_stamp_is_renewed_before_its_certificate_ends_and_carries_over_it(
    office: Office, tmp_path: Path
) -> None:
    """Sealed long ago: by now the certificate of the seal has ended, and that of the authority is about to."""
    pki, begin = tmp_path / "pki", office.now - 5 * YEAR + timedelta(days=20)
    make_development_pki(pki, at=begin, base_url="http://pki.invalid")
    anchors, clock = load_anchors(pki / "anclas"), TestClock(begin + HOUR)
    identity = SealIdentity.from_pkcs12(pki / "sello.p12", (pki / "sello.password").read_text().strip())
    engine = SealEngine(office.sandbox, identity, timestamper=None, anchors=anchors)
    old = Office(engine, office.sandbox, identity, anchors, office.folder, clock.time, pki)
    with serving(pki, clock) as (url, _):
        archive = Archive(old, clock, url, pki)
        first, once = archive.protect(archive.sealed(write_pdf(office.folder / "a.pdf")), name="una.pdf")
        clock.time = office.now - timedelta(days=10)
        with pytest.raises(NotNow):  # the authority has no later certificate yet
            archive.protect(once, level="b_lta", name="igual.pdf")
        assert not (office.folder / "igual.pdf").exists()
        with later_authority(pki, clock.time) as tsa:
            second, twice = archive.protect(once, level="b_lta", by=archive.protector(tsa=tsa), name="dos.pdf")
    assert first.until and second.until and second.until > first.until + 4 * YEAR
    assert archive.in_2040(twice, second.until - HOUR)
    assert not archive.in_2040(once, second.until - HOUR)
    clock.time = first.until + timedelta(days=30)
    # The first stamp alone proves nothing any more; under the second all of it still does.
    assert [finding.trusted for finding in archive.examine(once)] == [False, False]
    assert [finding.trusted for finding in archive.examine(twice)] == [True, True, True]
