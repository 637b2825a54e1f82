"""A filing with the e.firma through every part of the office, by phone: from the first page to the sealed copy."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from oficialia.clock import now as present
from signing.sandbox import Sandbox
from signing.trust import load_anchors
from signing.verify import verify
from tests.support.chromium import SECONDS
from tests.support.filing import Office
from tests.support.papers import write_pdf


def go_on(page: Page) -> None:
    """Sends the step."""
    with page.expect_navigation():
        page.click("main button.grande:visible")


def test_a_filing_is_signed_in_the_page_and_sealed_by_the_office(
    page: Page, office: Office, tmp_path: Path, judged: Callable[[Path], None]
) -> None:
    pdf, people = write_pdf(tmp_path / "mi escrito.pdf"), office.pki / "ciudadanos"
    page.goto(f"{office.url}/presentar?q=bache")
    page.locator("[name=destino]").first.check()
    go_on(page)
    page.goto(f"{office.url}/presentar/quien")
    page.check("[name=persona][value=fisica]")
    page.fill("#nombre", "María Peña Núñez")
    page.check("[name=como][value=propio]")
    go_on(page)
    page.fill("#asunto", "Bache en la calle Hidalgo")
    page.check("[name=forma][value=pdf]")
    go_on(page)
    page.set_input_files("[data-envio=principal]", pdf)
    page.wait_for_selector("text=Listo: mi escrito.pdf", timeout=60 * SECONDS)
    go_on(page)
    go_on(page)  # no documents
    page.check("[name=nivel][value=n3]")
    go_on(page)

    page.wait_for_url("**/presentar/firma/aqui")
    page.set_input_files("#efirma-certificado", people / "maria.cer")
    page.set_input_files("#efirma-archivo", people / "maria.key")
    page.fill("#efirma-contrasena", (people / "maria.password").read_text().strip())
    page.click("[data-firmar]")
    page.wait_for_selector("text=Su escrito está firmado", timeout=60 * SECONDS)
    go_on(page)
    go_on(page)  # no notices
    page.wait_for_url("**/presentar/revisar")
    assert "PENM850101AB2" in page.inner_text("main")
    page.check("#declaracion")
    page.check("#privacidad")
    go_on(page)

    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)
    sealed = tmp_path / "sellado.pdf"
    page.wait_for_selector("a:has-text('sellad')", timeout=120 * SECONDS)
    with page.expect_download(timeout=60 * SECONDS) as download:
        page.click("a:has-text('sellad')")
    sealed.write_bytes(Path(download.value.path()).read_bytes())
    assert sealed.read_bytes().startswith(pdf.read_bytes())
    judged(sealed)
    sandbox = Sandbox(require_isolation=False)
    verdict = verify(sandbox, sealed, anchors=load_anchors(office.pki / "anclas"), at=present())
    sandbox.close()
    hers, seal = verdict.signatures
    assert (hers.holder.name, hers.holder.kind, hers.trusted) == ("MARÍA PEÑA NÚÑEZ", "efirma", True)
    assert (hers.integrity, seal.holder.kind) == ("integro", "institucional")
