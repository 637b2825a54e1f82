"""The wizard in a real browser: by phone with a connection that drops, by keyboard alone, and without JavaScript."""

from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from tests.support.chromium import SECONDS
from tests.support.filing import Office

GO_ON = "main button:has-text('Guardar y continuar')"


def go_on(page: Page, where: str) -> None:
    """Sends the page and waits for the next."""
    page.click(GO_ON)
    page.wait_for_url(f"**/presentar/{where}")


def begin(page: Page, office: Office) -> None:
    """Up to the writing: what is asked for in one's own words, and who asks."""
    page.goto(office.url)
    page.click("a.boton:has-text('Presentar un escrito')")
    page.fill("#q", "hay un bache en mi calle")
    page.click("button:has-text('Buscar')")
    page.check("label:has-text('Solicitud de bacheo')")
    page.click("button:has-text('Empezar')")
    page.wait_for_url("**/presentar/pasos")
    page.click("a.boton:has-text('quién presenta')")
    page.check("label:has-text('Una persona')")
    page.fill("#nombre", "María Peña Núñez")
    go_on(page, "escrito")


def to_the_folio(page: Page) -> None:
    """From the signature to the confirmation."""
    page.check("label:has-text('Con su declaración')")
    go_on(page, "aviso")
    go_on(page, "revisar")
    page.check("#declaracion")
    page.check("#privacidad")
    page.click("main button:has-text('Presentar')")
    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)


def test_by_phone_with_anexos_and_a_connection_that_drops(page: Page, office: Office, signed_petition: Path) -> None:
    photo: FilePayload = {"name": "bache.png", "mimeType": "image/png", "buffer": page.screenshot()}
    begin(page, office)
    page.fill("#asunto", "Bache en la calle Hidalgo")
    page.check("label:has-text('Subo un PDF')")
    go_on(page, "escrito/contenido")
    page.set_input_files("#principal", signed_petition)
    page.wait_for_selector("text=Ver su huella digital")
    go_on(page, "documentos")
    page.context.set_offline(True)
    page.set_input_files("#requisito-fotografias", [photo, photo])
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(page.locator("details.huella:not([hidden])")).to_have_count(2, timeout=60 * SECONDS)
    go_on(page, "documentos/datos")
    page.fill("[name^=titulo-]", "Fotos del bache")
    go_on(page, "firma")
    assert page.is_checked("label:has-text('PDF firmado con certificado')")
    go_on(page, "aviso")
    page.check("#buzon")
    go_on(page, "revisar")
    text = page.inner_text("main")
    assert "Fotos del bache" in text
    assert "una firma electrónica" in text
    page.check("#declaracion")
    page.check("#privacidad")
    page.click("main button:has-text('Presentar')")
    page.wait_for_selector("a:has-text('acuse de recibo')", timeout=120 * SECONDS)


def test_without_javascript(plain_page: Page, office: Office, signed_petition: Path) -> None:
    begin(plain_page, office)
    plain_page.fill("#asunto", "Sin programas")
    plain_page.check("label:has-text('Subo un PDF')")
    go_on(plain_page, "escrito/contenido")
    plain_page.set_input_files("#principal", signed_petition)
    go_on(plain_page, "documentos")
    plain_page.set_input_files("#anexo", signed_petition)
    go_on(plain_page, "documentos/datos")
    go_on(plain_page, "firma")
    to_the_folio(plain_page)
    plain_page.wait_for_selector("a:has-text('acuse de recibo')", timeout=120 * SECONDS)


def test_the_keyboard_alone_files_a_petition(page: Page, office: Office) -> None:
    keys = page.keyboard

    def reach(selector: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard at {page.url}")

    def press(selector: str, where: str) -> None:
        reach(selector)
        keys.press("Enter")
        page.wait_for_url(f"**/{where}", timeout=60 * SECONDS)

    page.goto(f"{office.url}/presentar?tramite=OB-001")
    press("button.grande", "presentar/pasos")
    press("a.boton.grande", "presentar/quien")
    reach("[name=persona]")
    keys.press("Space")
    reach("#nombre")
    keys.type("Ana Ruiz")
    press("button.grande", "presentar/escrito")
    reach("#asunto")
    keys.type("Con el teclado")
    reach("[name=forma]")
    keys.press("Space")
    press("button.grande", "presentar/escrito/contenido")
    reach("#peticion")
    keys.type("Pido agua.")
    press("button.grande", "presentar/documentos")
    press("button.grande", "presentar/firma")
    reach("[name=nivel]")
    keys.press("Space")
    press("button.grande", "presentar/aviso")
    press("button.grande", "presentar/revisar")
    for selector in ("#declaracion", "#privacidad"):
        reach(selector)
        keys.press("Space")
    press("button.grande", "presentado/**")
