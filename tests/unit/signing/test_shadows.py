"""What some readers show and others do not, behind what was signed, is never green, nor under a later signature."""

from datetime import datetime
from pathlib import Path

import pytest

from signing.reason import Change, Colour, Reason
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict
from signing.verify import verify
from tests.support.citizens import sign_as, signer_of, updated
from tests.support.papers import Paper, write_pdf
from tests.support.shadows import TRICKS, shadowed


@pytest.fixture(scope="module")
def signed(development_pki: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    paper = write_pdf(tmp_path_factory.mktemp("papel") / "a.pdf", Paper(filled=())).read_bytes()
    return sign_as(paper, signer_of(development_pki, "maria"))


@pytest.mark.parametrize("trick", TRICKS)
def test_an_object_that_some_readers_would_show_makes_what_was_signed_before_it_red(
    seal_sandbox: Sandbox, anchors: TrustAnchors, now: datetime, tmp_path: Path, development_pki: Path,
    signed: bytes, trick: str,
) -> None:  # fmt: skip
    def look(content: bytes) -> DocumentVerdict:
        path = tmp_path / "documento.pdf"
        path.write_bytes(content)
        return verify(seal_sandbox, path, anchors=anchors, at=now)

    attacked = shadowed(signed, trick)
    assert look(attacked).colour is Colour.RED
    found = look(sign_as(attacked, signer_of(development_pki, "empresa"), "Firma2"))
    assert (found.colour, found.signatures[0].colour) == (Colour.RED, Colour.RED)
    assert {Reason.NOT_COMPARED, Reason.CHANGED} & set(found.signatures[0].reasons)


def test_honest_increments_hide_nothing(
    seal_sandbox: Sandbox, anchors: TrustAnchors, now: datetime, tmp_path: Path, development_pki: Path, signed: bytes
) -> None:
    path = tmp_path / "documento.pdf"
    twice = sign_as(signed, signer_of(development_pki, "empresa"), "Firma2")
    path.write_bytes(updated(updated(twice, lambda writer: writer.update_root()), lambda writer: writer.update_root()))
    found = verify(seal_sandbox, path, anchors=anchors, at=now)
    assert [each.changes for each in found.signatures] == [(Change.SIGNATURES,), ()]
