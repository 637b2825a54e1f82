"""Every step of filing one thing a page, in every state, on a cheap phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.at_the_window import LONG_NAME, LONG_SUBJECT, make_photograph, unchecked
from tests.support.chromium import SECONDS
from tests.support.eyes import Eyes
from tests.support.filing import Office
from tests.support.office import blank_pdf

pytestmark = pytest.mark.slow
GO_ON = "Guardar y continuar"
STEPS = "/presentar"


def go_on(page: Page, words: str = GO_ON) -> None:
    """Presses the button of the step."""
    page.click(f"main button:has-text('{words}')")


def with_faults(eyes: Eyes, name: str, words: str = GO_ON) -> None:
    """The page as it opens, and as it comes back when it is sent empty."""
    eyes.look(name)
    unchecked(eyes.page, words)
    eyes.page.wait_for_selector("#resumen")
    eyes.look(f"{name}-con-faltas")


def begin(page: Page, office: Office, destino: str) -> None:
    """Starts a filing about it."""
    kind, _, clave = destino.partition(":")
    assert kind == "tramite"
    page.goto(f"{office.url}{STEPS}?tramite={clave}")
    go_on(page, "Empezar")
    page.wait_for_url("**/pasos")


def step(page: Page, office: Office, path: str) -> None:
    """Opens a step."""
    page.goto(f"{office.url}{STEPS}/{path}")


def test_every_step_up_to_the_folio(page: Page, office: Office, tmp_path: Path) -> None:
    eyes = Eyes(page, "pasos")
    for name, query in (("inicio", ""), ("inicio-hallado", "?q=bache"), ("inicio-nada", "?q=zzzz")):
        page.goto(f"{office.url}{STEPS}{query}")
        eyes.look(name)
    page.goto(f"{office.url}{STEPS}?q=bache")
    unchecked(page, "Empezar")
    page.wait_for_selector("#resumen")
    eyes.look("inicio-con-faltas")
    page.check("#destino")
    go_on(page, "Empezar")
    page.wait_for_url("**/pasos")
    eyes.look("pasos-al-empezar")
    who(eyes, office)
    writing(eyes, office, tmp_path)
    papers(eyes, office, tmp_path)
    signature(eyes, office, tmp_path)
    notices(eyes, office)
    review(eyes, office)
    eyes.must_be_content()


def who(eyes: Eyes, office: Office) -> None:
    """Who files: each way."""
    page = eyes.page
    step(page, office, "quien")
    with_faults(eyes, "quien")
    for way in ("ruego", "varios", "representante"):
        step(page, office, "quien")
        page.check("[name=persona][value=fisica]")
        page.fill("#nombre", LONG_NAME)
        page.check(f"[name=como][value={way}]")
        go_on(page)
        page.wait_for_url("**/quien/mas")
        with_faults(eyes, f"quien-{way}")
    page.fill("#rep_nombre", LONG_NAME)
    go_on(page)


def writing(eyes: Eyes, office: Office, folder: Path) -> None:
    """The writing: each way."""
    page = eyes.page
    step(page, office, "escrito")
    with_faults(eyes, "escrito")
    for way in ("texto", "pdf", "fotos"):
        step(page, office, "escrito")
        page.fill("#asunto", LONG_SUBJECT)
        page.check(f"[name=forma][value={way}]")
        go_on(page)
        page.wait_for_url("**/contenido")
        with_faults(eyes, f"contenido-{way}")
    page.set_input_files("#fotos", [make_photograph(folder, "IMG" * 30), make_photograph(folder, "hoja 2")])
    page.wait_for_selector(".subidos .huella:visible >> nth=1", timeout=60 * SECONDS)
    expect(page.locator("#resumen, .error")).to_have_count(0)  # what was missing came
    eyes.look("contenido-fotos-subidas")
    go_on(page)


def papers(eyes: Eyes, office: Office, folder: Path) -> None:
    """What goes with it."""
    page = eyes.page
    step(page, office, "documentos")
    eyes.look("documentos")
    broken = folder / "dañado.pdf"
    broken.write_bytes(b"no es un PDF")
    slot = page.locator("input[type=file]").first
    slot.set_input_files(broken)
    page.wait_for_selector(".subidos li")
    go_on(page)
    page.wait_for_selector("#resumen", timeout=60 * SECONDS)
    eyes.look("documentos-rechazado")
    slot.set_input_files(blank_pdf(folder / f"{'croquis' * 12}.pdf", "croquis"))
    page.wait_for_selector(".subidos .huella:visible", timeout=60 * SECONDS)
    eyes.look("documentos-subido")
    go_on(page)
    page.wait_for_url("**/documentos/datos", timeout=60 * SECONDS)
    eyes.look("documentos-datos")
    go_on(page)


def signature(eyes: Eyes, office: Office, folder: Path) -> None:
    """How it is signed: by hand, and here."""
    page = eyes.page
    step(page, office, "firma")
    with_faults(eyes, "firma")
    page.check("[name=nivel][value=n1]")
    eyes.look("firma-de-puno-y-letra")
    page.check("[name=nivel][value=n3]")
    go_on(page)
    page.wait_for_url("**/firma/aqui")
    eyes.look("firma-aqui")
    sign(page, office, "vencida")
    page.wait_for_selector("#efirma [role=alert]:visible", timeout=60 * SECONDS)
    eyes.look("firma-aqui-vencida")
    sign(page, office, "maria")
    page.wait_for_selector("#efirma [role=alert]:has-text('corrija sus datos'):visible", timeout=60 * SECONDS)
    eyes.look("firma-aqui-de-otra-persona")
    name(page, office, "María Peña Núñez")
    step(page, office, "firma/aqui")
    sign(page, office, "maria")
    page.wait_for_selector("#efirma .aviso:visible", timeout=60 * SECONDS)
    eyes.look("firma-aqui-leer")
    page.click("[data-si]")
    page.wait_for_selector("text=Su escrito está firmado", timeout=60 * SECONDS)
    eyes.look("firma-aqui-firmado")
    name(page, office, LONG_NAME)


def name(page: Page, office: Office, who: str) -> None:
    """Says who files, for themselves."""
    step(page, office, "quien")
    page.fill("#nombre", who)
    page.check("[name=como][value=propio]")
    go_on(page)


def sign(page: Page, office: Office, name: str) -> None:
    """Gives an e.firma of the development PKI."""
    people = office.pki / "ciudadanos"
    page.set_input_files("#efirma-certificado", people / f"{name}.cer")
    page.set_input_files("#efirma-archivo", people / f"{name}.key")
    page.fill("#efirma-contrasena", (people / f"{name}.password").read_text().strip())
    page.click("[data-firmar]")


def notices(eyes: Eyes, office: Office) -> None:
    """How the person is told."""
    page = eyes.page
    step(page, office, "aviso")
    eyes.look("aviso")
    page.fill("#correo", "no es un correo")
    unchecked(page, GO_ON)
    page.wait_for_selector("#resumen")
    eyes.look("aviso-con-faltas")
    page.fill("#correo", "")
    go_on(page)


def review(eyes: Eyes, office: Office) -> None:
    """All of it before the legal act, and the act."""
    page = eyes.page
    step(page, office, "firma")
    page.check("[name=nivel][value=n0]")
    go_on(page)
    step(page, office, "pasos")
    eyes.look("pasos-completos")
    page.goto(f"{office.url}/borrador")
    eyes.look("borrador-abierto")
    step(page, office, "revisar")
    with_faults(eyes, "revisar", "Presentar")
    page.check("#declaracion")
    page.check("#privacidad")
    go_on(page, "Presentar")
    page.wait_for_url("**/presentado/**", timeout=60 * SECONDS)
