"""The desk in a real browser: a clerk who knows nothing of PDF, on a phone, by keyboard, without JavaScript."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.at_the_desk import enter, typed
from tests.support.chromium import DESK, PHONE, SECONDS
from tests.support.filing import Office, file, values
from tests.support.office import blank_pdf

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a phone's size without JavaScript."""
    context = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-MX", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def folio(office: Office, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A filing whose acuse is ready."""
    sheet = blank_pdf(tmp_path_factory.mktemp("mesa") / "escrito.pdf", "mesa")
    filed = file(office, values(asunto="Alumbrado de la mesa"), {"principal": sheet})
    filed.wait()
    return filed.folio


@pytest.mark.thorough  # with JavaScript it is walked by test_after_filing_browser
def test_a_filing_goes_from_the_inbox_to_its_answer(page: Page, office: Office, folio: str, tmp_path: Path) -> None:
    page.goto(f"{office.url}/mesa")
    enter(page, office, "oficial")
    page.fill("#q", "PENA nunez")
    page.click("main button:has-text('Buscar')")
    page.click(f"main a:has-text('{folio}')")
    page.click("a:has-text('Ver páginas') >> nth=0")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.querySelector('img.pagina').naturalWidth") > 1000
    page.click(f"a:has-text('Volver a {folio}')")
    page.click("main a:has-text('Turnar a un área')")
    page.select_option("#area", "OB")
    page.fill("#motivo", "Es alumbrado.")
    page.click("main button:has-text('Turnar')")
    assert "Lo turnó." in page.inner_text("[role=status]")
    page.click("button:has-text('Salir')")
    assert "Cerramos su sesión." in page.inner_text("[role=status]")

    enter(page, office, "obras")
    page.click(f"main a:has-text('{folio}')")
    page.click("main a:has-text('Responder')")
    page.fill("#motivo", "Se repara el lunes.")
    page.click("main button:has-text('Continuar')")
    page.set_input_files("#respuesta", blank_pdf(tmp_path / "respuesta.pdf", "respuesta"))
    page.click("main button:has-text('Entregar esta respuesta')")
    until = time.monotonic() + 60
    while "Resuelto" not in page.inner_text("main") and time.monotonic() < until:
        time.sleep(0.5)
        page.goto(f"{office.url}/mesa/expedientes/{folio}")
    assert "Ya se respondió" in page.inner_text("main")
    assert "Respuesta sellada" in page.inner_text("main")
    page.click("button:has-text('Salir')")

    enter(page, office, "auditor")
    page.goto(f"{office.url}/mesa/bitacora")
    assert "Berta Demostración (obras): Se entregó la respuesta para sellarla" in page.inner_text("main")


@pytest.mark.thorough
def test_the_keyboard_alone_signs_in_and_turns_a_filing(browser: Browser, office: Office, folio: str) -> None:
    context = browser.new_context(viewport={"width": DESK, "height": 740}, locale="es-MX")
    page = context.new_page()
    keys = page.keyboard

    def reach(selector: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    password, code = typed(office, "oficial2")
    page.goto(f"{office.url}/mesa/entrar")
    for selector, text in (("#usuario", "oficial2"), ("#contrasena", password), ("#codigo", code)):
        reach(selector)
        keys.type(text)
    keys.press("Enter")
    page.wait_for_url("**/mesa")
    reach("#q")
    keys.type(folio)
    keys.press("Enter")
    page.wait_for_url(f"**/{folio}")
    for act in ("Ver páginas", "Descargar"):
        assert page.locator(f"a:has-text('{act}')").count() >= 3
    reach(".en-menu button")
    keys.press("Enter")
    page.wait_for_selector("text=Cerramos su sesión.", timeout=20 * SECONDS)
    context.close()
