"""The signature is filled into a form: byte for byte what pyHanko would have made of the same digest."""

import asyncio
from pathlib import Path

import pytest
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from signing.cms import SignatureMaker, _filled
from signing.identity import SealIdentity


@pytest.fixture(scope="module")
def pyhanko(development_pki: Path) -> SimpleSigner:
    password = (development_pki / "sello.password").read_bytes().strip()
    signer: SimpleSigner = SimpleSigner.load_pkcs12(str(development_pki / "sello.p12"), passphrase=password)
    signer.embed_roots = False
    return signer


@pytest.mark.parametrize("digest", [bytes(32), b"\xff" * 32, bytes(range(32))], ids=["zeros", "ones", "steps"])
def test_pyhanko_makes_the_same_signature(identity: SealIdentity, pyhanko: SimpleSigner, digest: bytes) -> None:
    settings = PdfCMSSignedAttributes(signing_time=None)
    theirs = asyncio.run(pyhanko.async_sign(digest, "sha256", use_pades=True, signed_attr_settings=settings))
    ours = SignatureMaker(identity, None).sign(digest)
    assert (ours.der, ours.level, ours.time) == (theirs.dump(), "b_b", None)


def test_a_form_takes_nothing_but_what_it_has_a_blank_for() -> None:
    assert _filled(b"a__b", b"__", b"xy") == b"axyb"
    for form, blank, value in ((b"a__b", b"__", b"xyz"), (b"ab", b"__", b"xy"), (b"a__b__", b"__", b"xy")):
        with pytest.raises(ValueError, match="does not fit"):
            _filled(form, blank, value)
