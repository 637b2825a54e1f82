"""`/certificados`: every certificate with which the office sealed, each at an address that never changes."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from oficialia.runtime import Runtime
from oficialia.services import certificates, ledger
from oficialia.services.seals import certificate_of
from signing.identity import SealIdentity
from tests.support.seals import PASSWORD, Authority
from tests.support.window import Visitor

DAY = timedelta(days=1)


@pytest.fixture
def used(
    runtime: Runtime, authority: Authority, tmp_path_factory: pytest.TempPathFactory, now: datetime
) -> tuple[x509.Certificate, x509.Certificate]:
    """Two certificates that sealed, one after the other; the first has ended."""
    folder = tmp_path_factory.mktemp("usados")
    ended = authority.pkcs12(folder / "a.p12", now - 900 * DAY, now - DAY)
    current = authority.pkcs12(folder / "b.p12", now - DAY)
    for name, at in (("a", now - 800 * DAY), ("b", now)):
        identity = SealIdentity.from_pkcs12(folder / f"{name}.p12", PASSWORD)
        with runtime.database.transaction() as session:
            certificates.remember(session, ledger.take_turn(session, at), certificate_of(identity))
    return ended, current


def _digest(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def test_all_of_them_are_shown_also_the_one_that_ended(
    visitor: Visitor, used: tuple[x509.Certificate, x509.Certificate]
) -> None:
    page = visitor.get("/certificados")
    assert page.status_code == 200
    for certificate in used:
        digest = _digest(certificate)
        assert digest[:8] in page.text and digest[-8:] in page.text
        assert f"/certificados/{digest}.pem" in page.text
        assert f"/certificados/{digest}.cer" in page.text
        assert f"{certificate.serial_number:X}" in page.text
    assert "Autoridad emisora de desarrollo (DEMO), PKI de desarrollo (DEMO, sin valor legal), MX" in page.text
    assert page.text.index(_digest(used[1])) < page.text.index(_digest(used[0]))


def test_each_is_there_in_both_forms_for_ever(
    visitor: Visitor, used: tuple[x509.Certificate, x509.Certificate]
) -> None:
    digest = _digest(used[0])
    pem, der = visitor.get(f"/certificados/{digest}.pem"), visitor.get(f"/certificados/{digest}.cer")
    assert x509.load_pem_x509_certificate(pem.data) == used[0]
    assert hashlib.sha256(der.data).hexdigest() == digest
    for response in (pem, der):
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Content-Disposition"].startswith("attachment; filename=sello-")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["0" * 64 + ".pem", "..%2Fsello.p12", "x.cer", "%00.pem", "A" * 3000 + ".cer"])
def test_nothing_else_is_there(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/certificados/{name}").status_code == 404


def test_the_footer_and_the_verification_lead_there(visitor: Visitor) -> None:
    assert visitor.get("/verificar").text.count('href="/certificados"') == 2
    assert 'href="/certificados"' in visitor.get("/").text


def test_the_page_holds_nothing_secret(
    visitor: Visitor, used: tuple[x509.Certificate, x509.Certificate], tmp_path: Path
) -> None:
    marker = "PRIVATE " + "KEY"
    assert marker not in visitor.get("/certificados").text
    assert marker not in visitor.get(f"/certificados/{_digest(used[1])}.pem").text
