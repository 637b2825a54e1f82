"""Every page in every state, as somebody with a cheap phone, large letters or a screen reader gets it.

The pictures of all of them are in var/capturas when this has run.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from oficialia.embedded.demo_petition import make_petition
from tests.support.at_the_desk import enter
from tests.support.chromium import PHONE, SECONDS, launched
from tests.support.eyes import Eyes
from tests.support.filing import KEY, Filed, Office, file, values
from tests.support.office import blank_pdf
from tests.support.shown_papers import blackened, later
from tests.support.window import idle_app

pytestmark = pytest.mark.slow
FORM = "/presentar/en-una-pagina"
# What breaks a page that counts on short words: a name of sixty letters, and a subject of two hundred, without a blank.
NAME = "Wenceslao" + "Parangaricutirimicuaro" * 2 + "Netza"
HTML = "text/html; charset=utf-8"
SHADES = {"verde": "bien", "ambar": "duda", "rojo": "mal", "sin-firmas": "nada"}
SUBJECT = "Bache" + "enlacallequesellamaCuauhtemoc" * 6 + "yaesurgente" + "porfavor"
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
    ("no-hay-pagina", "/nada"),
    ("no-hay-codigo", "/v/7KQF-M2XD-9PRT-ZB4H"),
]


@pytest.fixture(scope="module")
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
def browser(tool: Callable[[str], str], papers: dict[str, Path]) -> Iterator[Browser]:
    """Debian's Chromium."""
    with launched(tool("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of an office that has a fault, and of one without a register."""
    app = idle_app(tmp_path_factory.mktemp("fallas"))
    app.add_url_rule("/falla", view_func=lambda: str(1 // 0))
    client = app.test_client()
    shown = {"500": client.get("/falla"), "503": client.get("/tramites")}
    assert {name: str(response.status_code) for name, response in shown.items()} == {name: name for name in shown}
    return {name: response.text for name, response in shown.items()}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a phone's size."""
    context = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-MX")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As large as a phone makes them, and turned."""
    path = tmp_path_factory.mktemp("foto") / f"{'IMG' * 30}.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(path, "JPEG", quality=60, exif=exif)
    return path


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


def unchecked(page: Page, button: str) -> None:
    """Presses a button without the browser's own checks: what a form without script sends."""
    page.evaluate("[...document.forms].forEach(form => form.noValidate = true)")
    page.click(f"main button:has-text('{button}')")


def fill(page: Page, office: Office) -> None:
    """Fills the form with long words."""
    page.goto(office.url + FORM)
    page.check("[name=persona][value=fisica]")
    page.fill("#nombre", NAME)
    page.fill("#correo", "vecina@correo.example")
    page.select_option("#destino", "tramite:OB-001")
    page.fill("#asunto", SUBJECT)
    page.check("[name=forma][value=fotos]")
    page.check("#declaracion")
    page.check("#privacidad")


def submit(page: Page) -> None:
    """Presses the button and waits for the confirmation."""
    page.click("main button:has-text('Presentar')")
    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)


def follow(page: Page, office: Office, filed: Filed) -> None:
    """Opens a filing by its folio and clave."""
    clave = KEY.search(filed.page.text)
    assert clave
    page.goto(f"{office.url}/seguimiento")
    page.fill("#folio", filed.folio)
    page.fill("#clave", clave[0])
    page.click("main button:has-text('Ver mi escrito')")
    page.wait_for_url(f"**/seguimiento/{filed.folio}")


def test_every_public_page(page: Page, office: Office) -> None:
    eyes = Eyes(page, "publico")
    for name, path in OPEN:
        page.goto(office.url + path)
        eyes.look(name)
    for name, path, button in (
        ("presentar", FORM, "Presentar"),
        ("seguimiento", "/seguimiento", "Ver mi escrito"),
        ("verificar", "/verificar", "Buscar el código"),
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
    page.click("main a:has-text('Seguimiento')")
    eyes.look("seguimiento")
    page.click("main dd a[href^='/v/']")
    eyes.look("codigo")
    verified(page, office, tmp_path / "acuse.pdf")
    eyes.look("verificar-acuse")
    eyes.must_be_content()


def verified(page: Page, office: Office, path: Path) -> None:
    """Shows a file to the verification."""
    page.goto(f"{office.url}/verificar")
    page.set_input_files("#documento", path)
    page.click("text=Verificar el archivo")
    page.wait_for_selector("h1:has-text('Resultado')", timeout=60 * SECONDS)


def test_every_verdict(page: Page, office: Office, papers: dict[str, Path]) -> None:
    eyes = Eyes(page, "veredicto")
    for name, path in papers.items():
        verified(page, office, path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        eyes.look(name)
        assert page.locator(f".veredicto.{SHADES[name]}").count(), name
    eyes.must_be_content()


def test_a_fault_of_ours_has_its_page_too(page: Page, office: Office, faulty: dict[str, str]) -> None:
    eyes = Eyes(page, "fallas")
    for name, shown in faulty.items():
        page.route(f"{office.url}/{name}", lambda route, _, shown=shown: route.fulfill(body=shown, content_type=HTML))
        page.goto(f"{office.url}/{name}")
        eyes.look(name)
    eyes.must_be_content()


@pytest.fixture(scope="module")
def folios(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Filed]:
    """Three filings whose acuse is ready: one to be answered, one that lacks something, one to be annulled."""
    sheet = blank_pdf(tmp_path_factory.mktemp("mesa") / "escrito.pdf", "mesa")
    filed = {}
    for name in ("responder", "prevenir", "anular"):
        fields = values(nombre=NAME, asunto=f"{name}{SUBJECT}"[:200], destino="tramite:OB-001")
        filed[name] = file(office, fields, {"principal": sheet})
    for each in filed.values():
        each.wait()
    return filed


def test_every_page_of_the_desk(page: Page, office: Office, folios: dict[str, Filed], tmp_path: Path) -> None:
    eyes = Eyes(page, "mesa")
    page.goto(f"{office.url}/mesa/entrar")
    eyes.look("entrar")
    unchecked(page, "Entrar")
    eyes.look("entrar-con-faltas")
    enter(page, office, "oficial")
    the_pages_of_every_day(eyes, office, folios["prevenir"].folio)
    every_form(eyes, office, folios["prevenir"].folio)
    every_act(eyes, office, folios)
    page.click("button:has-text('Salir')")
    eyes.look("entrar-otra-vez")
    enter(page, office, "oficial2")
    annul(eyes, office, folios["anular"].folio)
    page.click("button:has-text('Salir')")
    enter(page, office, "obras")
    eyes.look("bandeja-de-area")
    answer(eyes, office, folios["responder"].folio, blank_pdf(tmp_path / "respuesta.pdf", "respuesta"))
    page.click("button:has-text('Salir')")
    enter(page, office, "auditor")
    page.goto(f"{office.url}/mesa/bitacora")
    eyes.look("bitacora")
    for name, filed in folios.items():
        follow(page, office, filed)
        eyes.look(f"seguimiento-tras-{name}")
    eyes.must_be_content()


def the_pages_of_every_day(eyes: Eyes, office: Office, folio: str) -> None:
    """The inbox, what is opened from it, and what an officer does with their own account."""
    for name, path in (
        ("bandeja", ""),
        ("bandeja-vacia", "?q=zzzzz"),
        ("contrasena", "/contrasena"),
        ("nada", "/nada"),
        ("expediente-presentado", f"/expedientes/{folio}"),
    ):
        eyes.page.goto(f"{office.url}/mesa{path}")
        eyes.look(name)
    eyes.page.click("a:has-text('Ver páginas') >> nth=0")
    eyes.page.wait_for_load_state("networkidle")
    eyes.look("paginas")


def every_form(eyes: Eyes, office: Office, folio: str) -> None:
    """The form of each act, empty and with its faults."""
    for act, button in (("turnar", "Turnar"), ("prevenir", "Continuar"), ("pedir-anulacion", "Pedir la anulación")):
        opened(eyes.page, office, folio, act)
        eyes.look(act)
        unchecked(eyes.page, button)
        eyes.page.wait_for_selector("#resumen")
        eyes.look(f"{act}-con-faltas")


def opened(page: Page, office: Office, folio: str, act: str) -> None:
    """Opens the form of an act."""
    page.goto(f"{office.url}/mesa/expedientes/{folio}/{act}")


def motive(page: Page, button: str) -> None:
    """Gives a long motive and goes on."""
    page.fill("#motivo", SUBJECT)
    page.click(f"main button:has-text('{button}')")


def every_act(eyes: Eyes, office: Office, folios: dict[str, Filed]) -> None:
    """What each act leaves behind."""
    page = eyes.page
    opened(page, office, folios["prevenir"].folio, "prevenir")
    page.check("#requisito-1")
    motive(page, "Continuar")
    eyes.look("prevenir-revisar")
    page.click("main button:has-text('Sí, prevenir')")
    eyes.look("expediente-prevenido")
    opened(page, office, folios["responder"].folio, "turnar")
    page.select_option("#area", "OB")
    motive(page, "Turnar")
    eyes.look("expediente-turnado")
    opened(page, office, folios["anular"].folio, "pedir-anulacion")
    motive(page, "Pedir la anulación")
    eyes.look("expediente-por-anular")


def annul(eyes: Eyes, office: Office, folio: str) -> None:
    """Confirms an annulment."""
    opened(eyes.page, office, folio, "confirmar-anulacion")
    motive(eyes.page, "Continuar")
    eyes.look("confirmar-anulacion-revisar")
    eyes.page.click("main button:has-text('Sí, anular')")
    eyes.look("expediente-anulado")


def answer(eyes: Eyes, office: Office, folio: str, paper: Path) -> None:
    """Answers, at first without the answer."""
    page = eyes.page
    opened(page, office, folio, "responder")
    motive(page, "Continuar")
    unchecked(page, "Entregar esta respuesta")
    page.wait_for_selector("#resumen")
    eyes.look("responder-con-faltas")
    page.set_input_files("#respuesta", paper)
    page.click("main button:has-text('Entregar esta respuesta')")
    eyes.look("expediente-por-responder")
    until = time.monotonic() + 60
    while "Ya se respondió" not in page.inner_text("main") and time.monotonic() < until:
        time.sleep(0.5)
        page.reload()
    eyes.look("expediente-respondido")
