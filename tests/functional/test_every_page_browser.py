"""Every page in every state, as somebody with a cheap phone, large letters or a screen reader gets it.

The pictures of all of them are in var/capturas when this has run.
"""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from oficialia.embedded.demo_petition import make_petition
from tests.support.at_the_window import LONG_NAME, LONG_SUBJECT, mailed_code, make_photograph, unchecked, verified
from tests.support.chromium import SECONDS
from tests.support.eyes import FAULTS, Eyes
from tests.support.filing import Office
from tests.support.office import blank_pdf
from tests.support.shown_papers import blackened, later
from tests.support.window import idle_app

pytestmark = pytest.mark.slow
FORM = "/presentar/en-una-pagina"
MAIL = "vecina@correo.example"
OPENED = "document.querySelectorAll('details').forEach(each => each.open = true)"
HTML = "text/html; charset=utf-8"
SHADES = {"verde": "bien", "ambar": "duda", "rojo": "mal", "sin-firmas": "nada"}
OPEN = [
    ("inicio", "/"),
    ("presentar", FORM),
    ("seguimiento", "/seguimiento"),
    ("verificar", "/verificar"),
    ("tramites", "/tramites"),
    ("tramite", "/tramites/SA-001"),
    ("aviso-de-privacidad", "/aviso-de-privacidad"),
    ("certificados", "/certificados"),
    ("confianza", "/confianza"),
    ("api", "/api"),
    ("libro", "/libro"),
    ("cierres", "/libro/cierres"),
    ("salida", "/hasta-luego"),
    ("programas", "/programas"),
    ("borrador", "/borrador"),
    ("buzon", "/buzon"),
    ("no-hay-pagina", "/nada"),
    ("no-hay-codigo", "/v/7KQF-M2XD-9PRT-ZB4H"),
]


@pytest.fixture(scope="module", autouse=True)
def papers(
    signed_petition: Path, development_pki: Path, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A document for each colour of a verdict, signed before the browser starts: both want the event loop."""
    folder = tmp_path_factory.mktemp("papeles")
    (folder / "rojo.pdf").write_bytes(later(signed_petition.read_bytes(), blackened))
    make_petition(development_pki, folder / "ambar.pdf", at=now, date_line="Firmada con otra autoridad")
    blank_pdf(folder / "sin-firmas.pdf", "nada")
    return {"verde": signed_petition, **{path.stem: path for path in folder.glob("*.pdf")}}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of an office that has a fault, and of one without a register."""
    app = idle_app(tmp_path_factory.mktemp("fallas"))
    app.add_url_rule("/falla", view_func=lambda: str(1 // 0))
    client = app.test_client()
    shown = {"500": client.get("/falla"), "503": client.get("/tramites")}
    assert {name: str(response.status_code) for name, response in shown.items()} == {name: name for name in shown}
    return {name: response.text for name, response in shown.items()}


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As large as a phone makes them, and turned."""
    return make_photograph(tmp_path_factory.mktemp("foto"), "IMG" * 30)


def test_what_is_wrong_is_seen(page: Page) -> None:
    eyes = Eyes(page, "prueba")
    page.set_content(
        "<!doctype html><html lang='es'><title>Mal</title><main><h1>Mal</h1><p style='color:#999'>Casi no se lee</p>"
        "<p style='width:400px'>Ancho</p><p style='width:3em;overflow:hidden;white-space:nowrap'>No cabe aquí</p>"
        "<input name=sin-nombre><button style='width:9px;padding:0'>x</button></main>"
    )
    eyes.look("mal")
    told = "\n".join(eyes.faults)
    for fault in ("color-contrast", "wider than 320 px", "cut off", "without a name: sin-nombre", "small target: x"):
        assert fault in told


def fill(page: Page, office: Office) -> None:
    """Fills the form with long words."""
    page.goto(office.url + FORM)
    page.check("[name=persona][value=fisica]")
    page.fill("#nombre", LONG_NAME)
    page.fill("#correo", MAIL)
    page.select_option("#destino", "tramite:OB-001")
    page.fill("#asunto", LONG_SUBJECT)
    page.check("[name=forma][value=fotos]")
    page.check("#declaracion")
    page.check("#privacidad")


def submit(page: Page) -> None:
    """Presses the button and waits for the confirmation."""
    page.click("main button:has-text('Presentar')")
    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)


def test_every_public_page(page: Page, office: Office) -> None:
    eyes = Eyes(page, "publico")
    for name, path in OPEN:
        page.goto(office.url + path)
        eyes.look(name)
    for name, path, button in (
        ("presentar", FORM, "Presentar"),
        ("seguimiento", "/seguimiento", "Ver mi escrito"),
        ("verificar", "/verificar", "Buscar el código"),
        ("borrador", "/borrador", "Seguir con mi escrito"),
        ("buzon", "/buzon", "Enviarme un código"),
    ):
        page.goto(office.url + path)
        unchecked(page, button)
        page.wait_for_selector("#resumen")
        eyes.look(f"{name}-con-faltas")
    eyes.must_be_content()


def test_every_public_page_of_a_filing(page: Page, office: Office, photograph: Path, tmp_path: Path) -> None:
    eyes = Eyes(page, "escrito")
    fill(page, office)
    page.set_input_files("#fotos", photograph)
    submit(page)
    eyes.look("presentado-en-curso")
    page.fill("#codigo", "000000")
    page.click("main button:has-text('Confirmar')")
    page.wait_for_selector("#resumen")
    eyes.look("presentado-codigo-equivocado")
    with page.expect_download(timeout=120 * SECONDS) as download:
        page.click("a:has-text('acuse de recibo')", timeout=120 * SECONDS)
    download.value.save_as(tmp_path / "acuse.pdf")
    page.goto(page.url.removesuffix("/correo"))
    eyes.look("presentado-listo")
    page.fill("#codigo", mailed_code(office, MAIL, "confirmar"))
    page.click("main button:has-text('Confirmar')")
    page.wait_for_selector("text=está confirmado")
    eyes.look("presentado-correo-confirmado")
    page.click("main a:has-text('Seguimiento')")
    eyes.look("seguimiento")
    page.click("main dd a[href^='/v/']")
    eyes.look("codigo")
    verified(page, office, tmp_path / "acuse.pdf")
    eyes.look("verificar-acuse")
    the_inbox(eyes, office)
    eyes.must_be_content()


def the_inbox(eyes: Eyes, office: Office) -> None:
    """All filings of a confirmed address, by a code."""
    page = eyes.page
    page.goto(f"{office.url}/buzon")
    page.evaluate(OPENED)
    eyes.look("buzon-con-efirma")
    page.fill("#correo", MAIL)
    page.click("main button:has-text('Enviarme un código')")
    eyes.look("buzon-codigo")
    page.fill("#codigo", "000000")
    page.click("main button:has-text('Abrir mi buzón')")
    page.wait_for_selector("#resumen")
    eyes.look("buzon-codigo-equivocado")
    page.fill("#codigo", mailed_code(office, MAIL, "buzón"))
    page.click("main button:has-text('Abrir mi buzón')")
    page.wait_for_selector("h1:has-text('Sus escritos')")
    eyes.look("buzon-bandeja")


def test_every_verdict(page: Page, office: Office, papers: dict[str, Path]) -> None:
    eyes = Eyes(page, "veredicto")
    for name, path in papers.items():
        verified(page, office, path)
        page.evaluate(OPENED)
        eyes.look(name)
        assert page.locator(f".veredicto.{SHADES[name]}").count(), name
    eyes.must_be_content()


def test_a_fault_of_ours_has_its_page_too(page: Page, office: Office, faulty: dict[str, str]) -> None:
    eyes = Eyes(page, FAULTS)
    for name, shown in faulty.items():
        page.route(f"{office.url}/{name}", lambda route, _, shown=shown: route.fulfill(body=shown, content_type=HTML))
        page.goto(f"{office.url}/{name}")
        eyes.look(name)
    eyes.must_be_content()
