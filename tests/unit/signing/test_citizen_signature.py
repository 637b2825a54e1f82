"""An e.firma signs a PDF with a key that stays elsewhere: prepared here, signed there, checked and finished here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import SimpleSigner

from oficialia.clock import now as present
from signing.citizen_certificate import CitizenCertificate, usable
from signing.citizen_signature import attributes, digest_outside, finish, prepare
from signing.errors import CitizenSignatureRefused
from signing.increment import Gap
from signing.reason import Reason
from signing.revocation import Responders, RevocationClient
from signing.trust import TrustAnchors
from signing.verify import verify
from tests.support.citizens import CITIZEN_PASSWORD, Flaw, flawed
from tests.support.papers import Paper, Signing, need_appearances, text_field, write_pdf
from tests.support.sealing import Office

REASON = "Escrito para la Oficialía de Partes"


@dataclass(frozen=True)
class Citizen:
    """María at her own device: her certificate, and her key, which the office never sees."""

    office: Office
    certificate: CitizenCertificate
    key: RSAPrivateKey

    def prepared(self, source: Path) -> tuple[Path, Gap]:
        """Step 1, at the office."""
        target = self.office.folder / "preparado.pdf"
        gap = prepare(self.office.sandbox, source, target, by=self.certificate, reason=REASON, at=self.office.now)
        return target, gap

    def signature(self, path: Path, gap: Gap) -> bytes:
        """Step 2, at home."""
        signed = attributes(digest_outside(path, gap), self.certificate.der)
        return self.key.sign(signed, PKCS1v15(), hashes.SHA256())

    def finished(self, source: Path) -> Path:
        """All of it."""
        path, gap = self.prepared(source)
        self.finish(source, path, gap, self.signature(path, gap))
        return path

    def finish(self, source: Path, path: Path, gap: Gap, signature: bytes) -> str:
        """Step 3, at the office."""
        return finish(
            self.office.sandbox, path, gap, signature,
            by=self.certificate, basis=source, anchors=self.office.anchors, at=self.office.now,
        )  # fmt: skip


@pytest.fixture
def maria(office: Office) -> Citizen:
    """Who signs."""
    people = office.pki / "ciudadanos"
    key = load_der_private_key((people / "maria.key").read_bytes(), CITIZEN_PASSWORD)
    assert isinstance(key, RSAPrivateKey)
    return Citizen(office, certificate_of(office, "maria"), key)


def certificate_of(office: Office, who: str) -> CitizenCertificate:
    der = (office.pki / "ciudadanos" / f"{who}.cer").read_bytes()
    return usable(der, anchors=office.anchors, at=office.now, revocation=None)


def test_the_prepared_document_begins_with_what_was_chosen(maria: Citizen) -> None:
    source = write_pdf(maria.office.folder / "a.pdf")
    path, gap = maria.prepared(source)
    content = path.read_bytes()
    assert content.startswith(source.read_bytes())
    assert set(content[gap.start + 1 : gap.end - 1]) == {ord("0")}
    assert [each.name for each in sorted(maria.office.folder.iterdir())] == ["a.pdf", "preparado.pdf"]


def test_what_is_signed_are_three_attributes_in_der_and_nothing_else() -> None:
    signed = attributes(b"\1" * 32, b"certificate")
    content_type = "301806092a864886f70d010903310b06092a864886f70d010701"
    message_digest = "302f06092a864886f70d01090431220420" + "01" * 32
    certificate = "3037060b2a864886f70d010910022f31283026302430220420" + sha256(b"certificate").hexdigest()
    assert signed.hex() == "318184" + content_type + message_digest + certificate


def test_pdfsig_qpdf_and_our_own_verdict_accept_it(maria: Citizen, judged: Callable[[Path], None]) -> None:
    path = maria.finished(write_pdf(maria.office.folder / "a.pdf"))
    judged(path)
    verdict = verify(maria.office.sandbox, path, anchors=maria.office.anchors, at=maria.office.now)
    assert verdict.reasons == (Reason.REVOCATION_UNKNOWN,)
    [signature] = verdict.signatures
    assert (signature.holder.rfc, signature.holder.kind) == ("PENM850101AB2", "efirma")
    assert (signature.trusted, signature.in_force, signature.covers_whole_file) == (True, True, True)


def test_it_stays_good_under_the_municipal_seal(maria: Citizen, judged: Callable[[Path], None]) -> None:
    path = maria.finished(write_pdf(maria.office.folder / "a.pdf"))
    sealed, target = maria.office.seal(path)
    assert sealed.strategy == "visible"
    assert [after.trusted for _, after in sealed.earlier] == [True]
    judged(target)


def test_a_document_that_somebody_signed_gets_one_more_signature(
    maria: Citizen, judged: Callable[[Path], None]
) -> None:
    signed = maria.office.signed(write_pdf(maria.office.folder / "a.pdf"), Signing("Firma1"))
    path = maria.finished(signed)
    assert path.read_bytes().startswith(signed.read_bytes())
    judged(path)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(CitizenSignatureRefused) as refused:
        work()
    return refused.value.code.value


def test_a_signature_over_anything_else_is_not_embedded(maria: Citizen) -> None:
    source = write_pdf(maria.office.folder / "a.pdf")
    path, gap = maria.prepared(source)
    before, good = path.read_bytes(), maria.signature(path, gap)
    other = maria.key.sign(attributes(b"\0" * 32, maria.certificate.der), PKCS1v15(), hashes.SHA256())
    for wrong in (other, good[:-1] + bytes([good[-1] ^ 1]), b"", good + b"\0", b"\xff" * 256):
        assert refusal(partial(maria.finish, source, path, gap, wrong)) == "firma_no_corresponde"
    assert path.read_bytes() == before


def test_a_signature_of_another_certificate_is_not_embedded(maria: Citizen) -> None:
    source = write_pdf(maria.office.folder / "a.pdf")
    company = Citizen(maria.office, certificate_of(maria.office, "empresa"), maria.key)
    path, gap = company.prepared(source)
    assert refusal(lambda: company.finish(source, path, gap, company.signature(path, gap))) == "firma_no_corresponde"


def test_a_form_that_relies_on_its_reader_cannot_be_signed_without_being_changed(maria: Citizen) -> None:
    form = need_appearances(text_field("nombre", "María", (80, 600, 300, 620)))
    source = write_pdf(maria.office.folder / "a.pdf", form=form)
    assert refusal(lambda: maria.prepared(source)) == "pdf_no_admite_firma"


def test_a_broken_document_cannot_be_signed_without_being_changed(maria: Citizen) -> None:
    source = write_pdf(maria.office.folder / "a.pdf")
    source.write_bytes(source.read_bytes()[:-40])
    assert refusal(lambda: maria.prepared(source)) == "pdf_no_admite_firma"


def test_who_certified_their_document_as_final_keeps_it_so(maria: Citizen) -> None:
    final = maria.office.signed(
        write_pdf(maria.office.folder / "a.pdf", Paper()), Signing("Firma1", certify=MDPPerm.NO_CHANGES)
    )
    assert refusal(lambda: maria.finished(final)) in {"pdf_no_admite_firma", "danaria_otra_firma"}


@pytest.mark.parametrize(("who", "code"), [("csd", "sello_digital"), ("vencida", "vencida")])
def test_a_certificate_that_may_not_sign_is_told_by_what_is_wrong_with_it(office: Office, who: str, code: str) -> None:
    assert refusal(lambda: certificate_of(office, who)) == code


def certificate_in(signer: SimpleSigner) -> bytes:
    assert signer.signing_cert is not None
    return bytes(signer.signing_cert.dump())


def test_one_that_begins_tomorrow_and_one_with_a_short_key_are_refused(office: Office) -> None:
    def judge(flaw: Flaw) -> str:
        der = certificate_in(flawed(office.pki, office.now, flaw))
        return refusal(lambda: usable(der, anchors=office.anchors, at=office.now, revocation=None))

    assert judge(Flaw(starts=timedelta(days=1))) == "aun_no_vigente"
    assert judge(Flaw(bits=1024)) == "llave_debil"


def test_the_seal_and_what_is_no_certificate_are_no_efirma(office: Office) -> None:
    def judge(der: bytes) -> str:
        return refusal(lambda: usable(der, anchors=office.anchors, at=office.now, revocation=None))

    assert judge(office.identity.certificate.dump()) == "no_es_efirma"
    maria = (office.pki / "ciudadanos/maria.cer").read_bytes()
    for damaged in (
        b"",
        b"hola",
        maria[:-300],
        maria + b"\0",
        (office.pki / "ciudadanos/maria.key").read_bytes(),
        b"0" * 99_999,
    ):
        assert judge(damaged) == "certificado_ilegible"


def test_without_an_authority_that_we_believe_nobody_signs(office: Office) -> None:
    der = (office.pki / "ciudadanos/maria.cer").read_bytes()
    nobody = TrustAnchors()
    assert refusal(lambda: usable(der, anchors=nobody, at=office.now, revocation=None)) == "emisor_desconocido"


def test_a_revoked_one_is_refused_and_a_silent_authority_stops_nobody(office: Office, responders: str) -> None:
    client = RevocationClient(Responders((f"{responders}/ocsp",), (f"{responders}/crl",)), office.anchors)
    silent = RevocationClient(Responders(("http://127.0.0.1:9/ocsp",)), office.anchors, timeout_seconds=1)

    def judge(who: str, asked: RevocationClient) -> CitizenCertificate:
        der = (office.pki / "ciudadanos" / f"{who}.cer").read_bytes()
        return usable(der, anchors=office.anchors, at=present(), revocation=asked)  # the responders' time

    assert judge("maria", client).holder.name == "MARÍA PEÑA NÚÑEZ"
    assert refusal(lambda: judge("revocada", client)) == "revocada"
    assert judge("revocada", silent).holder.rfc == "RATL750605MN3"
