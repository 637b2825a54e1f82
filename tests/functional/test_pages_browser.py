"""The pages in a real browser: narrow, by keyboard, without JavaScript, and going back."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page

from tests.support.chromium import PHONE, SECONDS, SMALL_TARGETS
from tests.support.filing import Office
from tests.support.shown_papers import blackened, later


@pytest.fixture(scope="module", autouse=True)
def changed(signed_petition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The petition with a black box over it, put there after it was signed."""
    path = tmp_path_factory.mktemp("cambiada") / "cambiada.pdf"
    path.write_bytes(later(signed_petition.read_bytes(), blackened))
    return path


def fill(page: Page, office: Office, asunto: str = "Bache en la calle Vicente Guerrero") -> None:
    """Fills the form with a typed petition."""
    page.goto(f"{office.url}/presentar/en-una-pagina")
    page.check("[name=persona][value=fisica]")
    page.fill("#nombre", "María Peña Núñez")
    page.select_option("#destino", "area:OP")
    page.fill("#asunto", asunto)
    page.check("[name=forma][value=texto]")
    page.fill("#peticion", "Hay un bache.\n\nPido que lo reparen.")
    page.check("#declaracion")
    page.check("#privacidad")


def submit(page: Page) -> None:
    """Presses the button and waits for the confirmation."""
    page.click("main button:has-text('Presentar')")
    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)


def test_a_filing_reaches_its_acuse_without_reloading(page: Page, office: Office) -> None:
    fill(page, office, "Árbol caído " + "sinespacios" * 15)
    submit(page)
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    with page.expect_download(timeout=120 * SECONDS) as download:
        page.click("a:has-text('acuse de recibo')", timeout=120 * SECONDS)
    assert download.value.suggested_filename.endswith(".pdf")
    assert loads == []
    assert "Su acuse de recibo está listo" in page.inner_text("[role=status]#frase")
    page.set_viewport_size({"width": 320, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.thorough
def test_a_filing_needs_no_javascript(plain_page: Page, office: Office) -> None:
    fill(plain_page, office)
    submit(plain_page)
    plain_page.wait_for_selector("a:has-text('acuse de recibo')", timeout=120 * SECONDS)


def test_without_javascript_every_anexo_can_be_reached(plain_page: Page, office: Office) -> None:
    plain_page.goto(f"{office.url}/presentar/en-una-pagina")
    plain_page.click("#mas-anexos > summary")
    plain_page.click("summary:has-text('Anexo 20')")
    assert plain_page.is_visible("#anexo-19")


@pytest.mark.thorough
def test_photographs_and_anexos_are_sent_from_a_phone(page: Page, office: Office) -> None:
    pixels = page.screenshot()

    def photo(name: str) -> FilePayload:
        return {"name": name, "mimeType": "image/png", "buffer": pixels}

    fill(page, office)
    page.check("[name=forma][value=fotos]")
    page.set_input_files("#fotos", [photo("hoja.png"), photo("hoja 2.png")])
    page.set_input_files("#anexo-0", photo("hoja.png"))
    page.click("button:has-text('Agregar el anexo 2')")
    page.set_input_files("#anexo-1", photo("croquis.png"))
    submit(page)
    page.click("a:has-text('Seguimiento') >> nth=-1")
    assert "croquis" in page.inner_text("main")


@pytest.mark.thorough
def test_the_keyboard_alone_files_a_petition(page: Page, office: Office) -> None:
    page.goto(f"{office.url}/presentar/en-una-pagina")
    keys = page.keyboard

    def reach(selector: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "saltar"
    keys.press("Enter")
    reach("[name=persona]")
    keys.press("Space")
    reach("#nombre")
    keys.type("Ana Ruiz")
    reach("#destino")
    keys.press("ArrowDown")
    reach("#asunto")
    keys.type("Con el teclado")
    reach("[name=forma]")
    keys.press("Space")
    reach("#peticion")
    keys.type("Pido agua.")
    for selector in ("#declaracion", "#privacidad"):
        reach(selector)
        keys.press("Space")
    reach("main button[type=submit]")
    keys.press("Enter")
    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)


def test_faults_take_the_focus_and_lead_to_their_fields(page: Page, office: Office) -> None:
    fill(page, office, "a|b")
    page.click("summary:has-text('CURP')")
    page.fill("#curp", "MAL")
    page.click("main button:has-text('Presentar')")
    page.wait_for_selector("#resumen:focus")
    page.click("#resumen a:has-text('CURP')")
    assert page.evaluate("document.activeElement.id") == "curp"
    assert page.input_value("#nombre") == "María Peña Núñez"


def test_going_back_finds_what_was_typed(page: Page, office: Office) -> None:
    fill(page, office)
    submit(page)
    folio = page.inner_text("#folio")
    page.go_back()
    page.wait_for_selector("#asunto")
    assert page.input_value("#asunto") == "Bache en la calle Vicente Guerrero"
    submit(page)
    assert page.inner_text("#folio") == folio
    assert "ya tenía su folio" in page.inner_text("main")


def _saved(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.click(button)
    assert download.value.suggested_filename.startswith("version-firmada-")
    return Path(download.value.path()).read_bytes()


def test_the_result_comes_into_the_page_which_cuts_out_what_was_signed(
    page: Page, office: Office, changed: Path, signed_petition: Path
) -> None:
    page.goto(f"{office.url}/verificar")
    page.set_input_files("#documento", changed)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.click("text=Verificar el archivo")
    page.wait_for_selector("h2:has-text('Cambió después de firmarse')", timeout=60 * SECONDS)
    assert page.title().startswith("Resultado")
    assert page.evaluate("document.activeElement.id") == "contenido"
    assert page.is_visible("img[alt='Página 1 como se firmó']")
    asked = len(sent)
    assert _saved(page, "button:has-text('Descargar la versión firmada')") == signed_petition.read_bytes()
    assert len(sent) == asked  # the file was not sent again
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(SMALL_TARGETS) == []
    page.go_back()
    page.wait_for_selector("#documento")


def test_without_javascript_the_same_file_is_sent_again_for_what_was_signed(
    plain_page: Page, office: Office, changed: Path, signed_petition: Path
) -> None:
    plain_page.goto(f"{office.url}/verificar")
    plain_page.set_input_files("#documento", changed)
    plain_page.click("text=Verificar el archivo")
    plain_page.wait_for_selector("h2:has-text('Cambió después de firmarse')", timeout=60 * SECONDS)
    plain_page.click(".sin-archivo > summary")
    plain_page.set_input_files(".sin-archivo input[type=file]", changed)
    assert _saved(plain_page, ".sin-archivo button") == signed_petition.read_bytes()


def test_a_file_too_large_is_told_before_it_is_sent(page: Page, office: Office, tmp_path: Path) -> None:
    large = tmp_path / "grande.pdf"
    with large.open("wb") as file:
        file.truncate(27 << 20)
    page.goto(f"{office.url}/verificar")
    page.set_input_files("#documento", large)
    assert "pesa 27 MB" in page.inner_text("#aviso-archivos")
    page.click("text=Verificar el archivo")
    assert page.is_visible("#aviso-archivos")
    assert page.url.endswith("/verificar")


@pytest.mark.parametrize("megabytes", [27, 130])
def test_a_file_too_large_is_told_without_javascript_too(
    plain_page: Page, office: Office, tmp_path: Path, megabytes: int
) -> None:
    large = tmp_path / "grande.pdf"
    with large.open("wb") as file:
        file.truncate(megabytes << 20)
    plain_page.goto(f"{office.url}/verificar")
    plain_page.set_input_files("#documento", large)
    plain_page.click("text=Verificar el archivo")
    plain_page.wait_for_selector("text=/25 MB|pesa más/")
