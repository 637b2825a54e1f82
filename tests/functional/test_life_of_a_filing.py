"""From the form to the acuse, as the citizen goes through it, on real parts."""

import base64
import email
import email.policy
import re
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from oficialia.embedded.browser import Browser
from signing.digest import sha256_of
from signing.examine import examine
from signing.sandbox import Sandbox
from signing.trust import load_anchors
from tests.support.filing import KEY, Filed, Office, file, values
from tests.support.pages import page_texts


@pytest.fixture(scope="module")
def filed(office: Office, signed_petition: Path) -> Filed:
    """A filing of a signed petition."""
    return file(office, values(), {"principal": signed_petition})


@pytest.fixture(scope="module")
def documents(filed: Filed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Its acuse and sealed copy."""
    return filed.documents(tmp_path_factory.mktemp("documentos"))


def test_folio_and_key_are_shown_at_once(filed: Filed) -> None:
    assert KEY.search(filed.page.text)


def test_the_sealed_copy_begins_with_the_citizens_bytes(documents: dict[str, Path], signed_petition: Path) -> None:
    original = signed_petition.read_bytes()
    assert documents["sellado"].read_bytes()[: len(original)] == original


def test_both_documents_are_sealed_by_a_trusted_authority_and_time_stamped(
    office: Office, documents: dict[str, Path], now: datetime
) -> None:
    sandbox = Sandbox()
    anchors = load_anchors(office.pki / "anclas")
    for name, signatures in (("sellado", 2), ("acuse", 1)):
        findings = examine(sandbox, documents[name], anchors=anchors, at=now)
        assert len(findings) == signatures
        assert all(finding.intact and finding.trusted and not finding.problem for finding in findings)
        assert findings[-1].covers_whole_file
        assert findings[-1].proven_time is not None
    sandbox.close()


def test_pdfsig_and_qpdf_accept_both(documents: dict[str, Path], tool: Callable[[str], str]) -> None:
    for name, signatures in (("sellado", 2), ("acuse", 1)):
        output = subprocess.run(
            [tool("pdfsig"), "-nocert", documents[name]], capture_output=True, text=True, check=False, timeout=60
        ).stdout
        assert output.count("Signature is Valid") == signatures
        subprocess.run([tool("qpdf"), "--check", documents[name]], check=True, capture_output=True, timeout=60)


def test_the_acuse_can_be_checked_with_openssl_alone(
    office: Office, documents: dict[str, Path], tool: Callable[[str], str], tmp_path: Path
) -> None:
    openssl = tool("openssl")
    with pikepdf.open(documents["acuse"]) as pdf:
        for name in ("cadena-original.txt", "sello.b64", "cadena-original.tsr"):
            (tmp_path / name).write_bytes(pdf.attachments[name].get_file().read_bytes())
    cadena, tsr = tmp_path / "cadena-original.txt", tmp_path / "cadena-original.tsr"
    (tmp_path / "sello.bin").write_bytes(base64.b64decode((tmp_path / "sello.b64").read_bytes()))

    def run(*arguments: str | Path) -> str:
        done = subprocess.run([openssl, *arguments], capture_output=True, text=True, check=True, timeout=60)
        return done.stdout + done.stderr

    public = tmp_path / "sello.pub"
    public.write_text(run("x509", "-in", office.pki / "sello.pem", "-pubkey", "-noout"))
    checked = run("dgst", "-sha256", "-verify", public, "-signature", tmp_path / "sello.bin", cadena)
    assert "Verified OK" in checked
    root = next((office.pki / "anclas").glob("*.pem"))
    assert "Verification: OK" in run(
        "ts", "-verify", "-in", tsr, "-data", cadena, "-CAfile", root, "-untrusted", office.pki / "emisora.pem"
    )
    cadena.write_text(cadena.read_text().replace("OPD1", "OPD2"))
    with pytest.raises(subprocess.CalledProcessError):
        run("dgst", "-sha256", "-verify", public, "-signature", tmp_path / "sello.bin", cadena)


def test_tracking_opens_with_folio_and_key_and_with_nothing_less(office: Office, filed: Filed) -> None:
    key = KEY.search(filed.page.text)
    assert key

    def track(clave: str) -> tuple[int, str]:
        browser = Browser()
        page = browser.open(f"{office.url}/seguimiento")
        answer = browser.send(page, page.form_with("clave"), {"folio": filed.folio, "clave": clave}, {})
        return answer.status, answer.url

    assert track(key[0]) == (200, f"{office.url}/seguimiento/{filed.folio}")
    status, url = track("0000-0000-0000-0000")
    assert status == 404
    assert not url.endswith(filed.folio)
    assert Browser().open(filed.page.url).status == 404
    assert Browser().open(f"{office.url}/seguimiento/{filed.folio}").status == 404


def test_the_sealed_copy_is_known_and_a_changed_one_is_not_called_ours(
    office: Office, filed: Filed, documents: dict[str, Path], tmp_path: Path
) -> None:
    changed = tmp_path / "cambiado.pdf"
    data = bytearray(documents["sellado"].read_bytes())
    data[200] ^= 1
    changed.write_bytes(data)
    browser = Browser()
    page = browser.open(f"{office.url}/verificar")
    form = page.form_with("documento")
    exact = browser.send(page, form, {}, {"documento": documents["sellado"]})
    assert filed.folio in exact.text
    tampered = browser.send(page, form, {}, {"documento": changed})
    assert tampered.status == 200
    assert "Lleva un sello a nuestro nombre que no corresponde al contenido" in tampered.text
    assert "Es exactamente" not in tampered.text
    assert "Lo que sabe esta oficina" not in tampered.text
    assert "válid" not in tampered.text.lower()


def test_typed_text_and_photographs_become_the_main_document(office: Office, tmp_path: Path) -> None:
    photo = tmp_path / "foto.jpg"
    Image.new("RGB", (800, 600), "white").save(photo)
    typed = file(office, values(forma="texto", peticion="Solicito que se repare el bache.\nGracias."), {})
    photographed = file(office, values(forma="fotos"), {"fotos": photo})
    for filing in (typed, photographed):
        documents = filing.documents(tmp_path)
        assert {"acuse", "sellado"} <= set(documents)
    assert sha256_of(photo) in "".join(page_texts(documents["acuse"].read_bytes()))


def test_the_acuse_is_mailed_only_after_the_code(office: Office, signed_petition: Path) -> None:
    filing = file(office, values(correo="maria@correo.mx"), {"principal": signed_petition})
    filing.wait()
    mails = office.folder / "correo"

    def subjects() -> list[str]:
        return [path.read_text("utf-8", errors="replace") for path in sorted(mails.glob("*.eml"))]

    code = _wait_for(lambda: next((m for m in subjects() if "confirmar" in m.lower()), ""))
    assert not any("acuse-" + filing.folio in message for message in subjects())
    page = filing.browser.open(filing.page.url)
    answer = filing.browser.send(page, page.form_with("codigo"), {"codigo": _digits(code)}, {})
    assert answer.status == 200
    assert _wait_for(lambda: next((m for m in subjects() if f"acuse-{filing.folio}" in m), ""))


def _digits(message: str) -> str:
    body = email.message_from_string(message, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    found = re.search(r"\b\d{6}\b", body.get_content())
    assert found
    return found[0]


def _wait_for(look: Callable[[], str], seconds: float = 30) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")
