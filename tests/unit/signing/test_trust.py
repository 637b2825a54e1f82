"""Only the anchors given are trusted, and a faulty one is never passed over."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from signing.errors import TrustUnusable
from signing.trust import TrustAnchors, load_anchors, validation_context


def test_anchors_come_from_files_and_folders_in_pem_and_der_without_repetition(
    development_pki: Path, tmp_path: Path
) -> None:
    root = load_anchors(development_pki / "anclas")
    (tmp_path / "raiz.cer").write_bytes(root.certificates()[0].dump())
    (tmp_path / "notas.txt").write_text("no es un certificado")
    assert load_anchors(development_pki / "raiz.pem", tmp_path).pem == root.pem
    assert len(root.pem) == 1


def test_an_issuer_is_known_and_not_believed(development_pki: Path, tmp_path: Path) -> None:
    known = load_anchors(development_pki / "anclas")
    [issuer] = known.issuing()
    assert issuer.dump() not in {anchor.dump() for anchor in known.certificates()}
    assert load_anchors(development_pki / "raiz.pem").issuers == ()
    (tmp_path / "intermedias").mkdir()
    (tmp_path / "intermedias/mala.pem").write_text("hola")
    with pytest.raises(TrustUnusable, match=r"mala\.pem"):
        load_anchors(tmp_path)


def test_several_certificates_may_stand_in_one_file(development_pki: Path, tmp_path: Path) -> None:
    both = tmp_path / "dos.pem"
    both.write_bytes((development_pki / "raiz.pem").read_bytes() + (development_pki / "emisora.pem").read_bytes())
    assert len(load_anchors(both).pem) == 2


@pytest.mark.parametrize("content", [b"", b"hola", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_that_is_no_certificate_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mala.pem").write_bytes(content)
    with pytest.raises(TrustUnusable, match=r"mala\.pem"):
        load_anchors(tmp_path)


def test_a_missing_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrustUnusable):
        load_anchors(tmp_path / "no-existe")


def test_without_anchors_nothing_is_trusted_not_even_the_system_store() -> None:
    context = validation_context(TrustAnchors(), at=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(context.path_builder.trust_manager.iter_certs()) == []  # type: ignore[attr-defined]
    assert not context.fetching_allowed
