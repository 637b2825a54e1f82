"""Every page of the desk in every state, and what an act of the desk looks like to who filed."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.at_the_desk import enter
from tests.support.at_the_window import LONG_NAME, LONG_SUBJECT, follow, unchecked
from tests.support.eyes import Eyes
from tests.support.filing import Filed, Office, file, values
from tests.support.office import blank_pdf

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folios(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Filed]:
    """Three filings whose acuse is ready: one to be answered, one that lacks something, one to be annulled."""
    sheet = blank_pdf(tmp_path_factory.mktemp("mesa") / "escrito.pdf", "mesa")
    filed = {}
    for name in ("responder", "prevenir", "anular"):
        consent = {} if name == "anular" else {"buzon": "1"}
        fields = values(nombre=LONG_NAME, asunto=f"{name}{LONG_SUBJECT}"[:200], destino="tramite:OB-001", **consent)
        filed[name] = file(office, fields, {"principal": sheet})
    for each in filed.values():
        each.wait()
    return filed


@pytest.mark.thorough
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
    for name in ("prevenir", "responder"):
        be_notified(eyes, office, folios[name], name)
    follow(page, office, folios["prevenir"])
    page.click("main button:has-text('Responder')")
    page.wait_for_url("**/pasos")
    eyes.look("responder-lo-que-falta")
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
    page.fill("#motivo", LONG_SUBJECT)
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


def be_notified(eyes: Eyes, office: Office, filed: Filed, name: str) -> None:
    """Opens what the authority told, and waits for the sealed acuse of it."""
    page = eyes.page
    follow(page, office, filed)
    page.click("main button:has-text('Abrir y darme por notificado')")
    eyes.look(f"buzon-recien-abierto-tras-{name}")
    until = time.monotonic() + 60
    while not page.locator("#buzon .documento").count() and time.monotonic() < until:
        time.sleep(0.5)
        page.reload()
    eyes.look(f"buzon-abierto-tras-{name}")
