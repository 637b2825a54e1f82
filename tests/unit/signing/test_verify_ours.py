"""The office's own documents: the proofs of an acuse are computed again, the original in a carátula is verified too."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import tsp
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from signing.acuse_content import seal_reason
from signing.acuse_pdf import acuse_pdf
from signing.reason import Colour, Reason
from signing.timestamp import _request
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict
from signing.verify import verify
from tests.support.acuse_sample import CADENA, acuse
from tests.support.papers import Signing, write_pdf
from tests.support.sealing import Office

FOLIO = "OP-2026-000123-5"
Look = Callable[..., DocumentVerdict]


@pytest.fixture
def look(office: Office) -> Look:
    def run(path: Path, *ours: str) -> DocumentVerdict:
        known = frozenset(ours or (office.identity.sha256,))
        return verify(office.sandbox, path, anchors=office.anchors, at=office.now, ours=known)

    return run


@pytest.fixture
def issue(office: Office, tsa: DummyTimeStamper) -> Callable[..., Path]:
    """An acuse, sealed, with its proofs; each can be replaced."""

    def run(**instead: bytes) -> Path:
        cadena = CADENA.replace("3C91A2B7740F", office.identity.serial)
        digest = hashlib.sha256(cadena.encode()).digest()
        files = {
            "cadena-original.txt": cadena.encode(),
            "sello.b64": b64encode(office.identity.sign(cadena.encode())),
            "cadena-original.tsr": tsa.request_tsa_response(_asked(digest)).dump(),
        }
        files |= {{"cadena": "cadena-original.txt", "sello": "sello.b64", "token": "cadena-original.tsr"}[name]: content
                  for name, content in instead.items()}  # fmt: skip
        plain, target = office.folder / "acuse.pdf", office.folder / "acuse-sellado.pdf"
        plain.write_bytes(acuse_pdf(acuse(), {name: content for name, content in files.items() if content}))
        office.engine.seal_own(plain, target, reason=seal_reason(FOLIO), at=office.now)
        return target

    return run


def test_the_proofs_of_an_acuse_are_computed_again(office: Office, look: Look, issue: Callable[..., Path]) -> None:
    found = look(issue())
    assert found.acuse is not None
    assert (found.ours, found.acuse.folio) == (True, FOLIO)
    assert (found.acuse.sello_fits, found.acuse.token_fits, found.acuse.token_time) == (True, True, office.now)
    assert found.acuse.tsa.startswith("Autoridad de sellado de tiempo")
    assert found.reasons == (Reason.REVOCATION_UNKNOWN,)


def test_an_acuse_whose_token_is_pending_says_so_and_no_more(look: Look, issue: Callable[..., Path]) -> None:
    found = look(issue(token=b""))
    assert found.acuse is not None
    assert (found.acuse.sello_fits, found.acuse.token_fits) == (True, None)
    assert found.reasons == (Reason.REVOCATION_UNKNOWN,)


def test_a_proof_of_something_else_is_red(
    office: Office, look: Look, issue: Callable[..., Path], tsa: DummyTimeStamper
) -> None:
    other = b64encode(office.identity.sign(b"otra cadena"))
    assert look(issue(sello=other)).reasons == (Reason.REVOCATION_UNKNOWN, Reason.ACUSE_SELLO)
    token = tsa.request_tsa_response(_asked(hashlib.sha256(b"otra").digest())).dump()
    found = look(issue(token=token))
    assert (found.colour, found.reasons) == (Colour.RED, (Reason.REVOCATION_UNKNOWN, Reason.ACUSE_TOKEN))


def test_a_cadena_that_names_another_seal_is_red(office: Office, look: Look, issue: Callable[..., Path]) -> None:
    cadena = CADENA.encode()
    found = look(issue(cadena=cadena, sello=b64encode(office.identity.sign(cadena)), token=b""))
    assert found.reasons == (Reason.REVOCATION_UNKNOWN, Reason.ACUSE_SELLO)


def test_an_acuse_that_another_office_sealed_is_no_acuse_of_ours(look: Look, issue: Callable[..., Path]) -> None:
    found = look(issue(), "00" * 32)
    assert (found.ours, found.acuse) == (False, None)


def test_the_proofs_of_an_acuse_in_a_paper_that_the_office_received_are_not_its_own(
    office: Office, look: Look, issue: Callable[..., Path]
) -> None:
    forged = office.folder / "peticion.pdf"
    with pikepdf.open(issue()) as acuse:
        del acuse.Root["/AcroForm"]
        del acuse.pages[0]["/Annots"]
        acuse.save(forged)
    bare = look(forged)
    assert bare.acuse is not None and not bare.acuse.sello_fits
    assert (bare.colour, bare.reasons) == (Colour.RED, (Reason.ACUSE_SELLO,))
    _, received = office.seal(forged)
    found = look(received)
    assert found.ours and found.acuse is not None
    assert (found.acuse.sello_fits, found.colour) == (False, Colour.RED)
    assert Reason.ACUSE_SELLO in found.reasons


def test_without_anchors_nor_seals_an_acuse_is_still_bound_to_its_own_proofs(
    office: Office, issue: Callable[..., Path]
) -> None:
    found = verify(office.sandbox, issue(), anchors=TrustAnchors(), at=office.now)
    assert found.acuse is not None and found.acuse.sello_fits
    assert found.colour is Colour.AMBER
    assert Reason.UNTRUSTED in found.reasons


def test_the_original_in_a_caratula_is_verified_byte_for_byte(office: Office, look: Look) -> None:
    source = office.signed(write_pdf(office.folder / "a.pdf"), Signing(certify=MDPPerm.NO_CHANGES))
    sealed, target = office.seal(source)
    assert sealed.strategy == "caratula"
    found = look(target)
    [original] = found.embedded
    assert original.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (found.ours, original.ours) == (True, False)
    assert [each.docmdp for each in original.signatures] == [1]
    assert original.signatures[0].trusted


def _asked(digest: bytes) -> tsp.TimeStampReq:
    return tsp.TimeStampReq.load(_request(digest, 1))
