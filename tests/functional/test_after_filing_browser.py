"""A prevención is answered by its promovente, on a phone, and the answer of the authority opened in the buzón."""

import email
import email.policy
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.at_the_desk import enter
from tests.support.chromium import PHONE
from tests.support.filing import Office, file, values
from tests.support.office import blank_pdf

pytestmark = pytest.mark.slow
SECONDS = 90
MARIA = "maria.despues@correo.mx"
PHONE_SIZE: ViewportSize = {"width": PHONE, "height": 740}
ASKED = "La copia no se lee. Envíela otra vez."
LINK = re.compile(r"http\S+/seguimiento#(\S+)/(\S+)")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The promovente's."""
    context = browser.new_context(viewport=PHONE_SIZE, locale="es-MX", accept_downloads=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Another one, without JavaScript."""
    context = browser.new_context(viewport=PHONE_SIZE, locale="es-MX", java_script_enabled=False, accept_downloads=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """The clerk's."""
    context = browser.new_context(locale="es-MX")
    yield context.new_page()
    context.close()


def mail(office: Office, subject: str, nth: int = 1) -> EmailMessage:
    """The ``nth`` message to María with that in its subject, once it is there."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        paths = sorted((office.folder / "correo").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        found = [each for each in messages if each["To"] == MARIA and subject in each["Subject"]]
        if len(found) >= nth:
            return found[nth - 1]
        time.sleep(0.3)
    raise AssertionError(f"no mail «{subject}»")


def words(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


def code_in(message: EmailMessage) -> str:
    found = re.search(r"\b\d{6}\b", words(message))
    assert found
    return found[0]


def until_shown(page: Page, text: str) -> None:
    """Loads the page again until it says so."""
    until = time.monotonic() + SECONDS
    while text not in page.inner_text("main"):
        assert time.monotonic() < until, page.inner_text("main")
        time.sleep(0.5)
        page.reload()


def downloaded(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click(f"a:has-text('{link}')")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_what_is_asked_is_handed_in_and_what_is_answered_is_opened(
    office: Office, phone: Page, plain: Page, desk: Page, judge: Callable[[Page, Path], None], tmp_path: Path
) -> None:
    folio = filed(office, blank_pdf(tmp_path / "escrito.pdf", "después de presentar"))
    enter(desk, office, "oficial")
    turn_and_prevent(office, desk, folio)
    proof = opened_from_the_mail(office, phone, folio, tmp_path)
    answer = handed_in(phone, folio, blank_pdf(tmp_path / "copia.pdf", "copia"))
    mail(office, "Recibimos lo que le pedimos")
    phone.goto(f"{office.url}/seguimiento/{folio}")
    assert answer in phone.inner_text("main")
    assert "Turnado:" in phone.inner_text("main")
    desk.click("button:has-text('Salir')")
    enter(desk, office, "obras")
    answer_the_whole(office, desk, folio, answer, blank_pdf(tmp_path / "oficio.pdf", "oficio"))
    given, second = opened_in_the_inbox(office, plain, folio, answer, tmp_path)
    for path in (proof, given, second):
        judge(plain, path)


@pytest.fixture
def judge(office: Office, tool: Callable[[str], str]) -> Callable[[Page, Path], None]:
    """Fails where poppler or our own page does not find the document sealed by us, and whole."""
    pdfsig = tool("pdfsig")

    def judged(page: Page, path: Path) -> None:
        said = subprocess.run([pdfsig, "-nocert", str(path)], capture_output=True, text=True, check=True).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said
        page.goto(f"{office.url}/verificar")
        page.set_input_files("input[type=file]", path)
        page.click("main button:has-text('Verificar')")
        assert re.search(r"Es nuestr[oa]\b", page.inner_text("main"))

    return judged


def filed(office: Office, sheet: Path) -> str:
    """The folio of a filing of who consented to the buzón and confirmed an address."""
    made = file(office, values(correo=MARIA, buzon="1", asunto="Luz en la calle Hidalgo"), {"principal": sheet})
    page = made.browser.open(made.page.url)
    code = code_in(mail(office, "Código para confirmar"))
    made.browser.send(page, page.form_with("codigo"), {"codigo": code}, {})
    return made.folio


def turn_and_prevent(office: Office, desk: Page, folio: str) -> None:
    desk.goto(f"{office.url}/mesa/expedientes/{folio}/turnar")
    desk.select_option("#area", "OB")
    desk.fill("#motivo", "Es alumbrado.")
    desk.click("main button:has-text('Turnar')")
    desk.goto(f"{office.url}/mesa/expedientes/{folio}/prevenir")
    desk.check("main input[type=checkbox] >> nth=0")
    desk.fill("#motivo", ASKED)
    desk.click("main button:has-text('Continuar')")
    desk.click("main button:has-text('Prevenir')")
    mail(office, "Enviamos su escrito al área")


def opened_from_the_mail(office: Office, phone: Page, folio: str, folder: Path) -> Path:
    """Follows the link, opens the prevención and has its acuse."""
    link = LINK.search(words(mail(office, "Tiene una notificación en su buzón")))
    assert link
    phone.goto(f"{office.url}/seguimiento#{link[1]}/{link[2]}")
    phone.wait_for_url(f"**/seguimiento/{folio}")
    assert ASKED not in phone.inner_text("main")
    phone.click("button:has-text('Abrir y darme por notificado')")
    assert ASKED in phone.inner_text("main")
    until_shown(phone, "Acuse de notificación 1")
    proof = downloaded(phone, "Acuse de notificación 1", folder)
    assert [part.get_filename() for part in mail(office, "Acuse de notificación").iter_attachments()] == [proof.name]
    return proof


def handed_in(phone: Page, folio: str, copy: Path) -> str:
    """Answers in the steps, where only what was asked for is asked; the folio that this got."""
    phone.click("button:has-text('Responder')")
    phone.wait_for_url("**/presentar/pasos")
    assert ASKED in phone.inner_text("main")
    assert phone.locator(".tareas > li").count() == 3
    phone.click("a:has-text('Empezar')")
    phone.check("input[name=forma][value=texto]")
    phone.click("button:has-text('Guardar y continuar')")
    phone.fill("#peticion", "Envío la copia otra vez.")
    phone.click("button:has-text('Guardar y continuar')")
    phone.wait_for_url("**/presentar/documentos")
    phone.set_input_files("input[type=file] >> nth=0", copy)
    phone.click("button:has-text('Guardar y continuar')")
    phone.wait_for_url("**/presentar/documentos/datos")
    phone.click("button:has-text('Guardar y continuar')")
    phone.check("input[name=nivel][value=n0]")
    phone.click("button:has-text('Guardar y continuar')")
    phone.wait_for_url("**/presentar/revisar")
    assert folio in phone.inner_text("main")
    assert copy.name in phone.inner_text("main")
    phone.check("#declaracion")
    phone.check("#privacidad")
    phone.click("button:has-text('Presentar')")
    phone.wait_for_url("**/presentado/**")
    assert f"se sumó al expediente {folio}" in phone.inner_text("main")
    return phone.inner_text("#folio")


def answer_the_whole(office: Office, desk: Page, folio: str, added: str, paper: Path) -> None:
    """The area has what was added before it, and answers in the filing with which it began."""
    desk.goto(f"{office.url}/mesa/expedientes/{folio}")
    desk.click(f"main a:has-text('{added}')")
    assert "Se atiende junto con" in desk.inner_text("main")
    desk.goto(f"{office.url}/mesa/expedientes/{folio}/responder")
    desk.fill("#motivo", "Se repara el lunes.")
    desk.click("main button:has-text('Continuar')")
    desk.set_input_files("#respuesta", paper)
    desk.click("main button:has-text('Entregar esta respuesta')")
    mail(office, "Tiene una notificación en su buzón", 2)


def opened_in_the_inbox(office: Office, plain: Page, folio: str, added: str, folder: Path) -> tuple[Path, Path]:
    """Opens the inbox of the address with its code, and there the answer; the answer and its acuse."""
    plain.goto(f"{office.url}/buzon")
    plain.fill("#correo", MARIA)
    plain.click("button:has-text('Enviarme un código')")
    plain.fill("#codigo", code_in(mail(office, "Código para abrir su buzón")))
    plain.click("button:has-text('Abrir mi buzón')")
    assert {folio, added} <= set(re.findall(r"OP-\d{4}-\d{6}-\w", plain.inner_text("main")))
    plain.click(f"li:has-text('{folio}') button:has-text('Ver')")
    assert "Respuesta de la autoridad" not in "".join(plain.locator("main a").all_inner_texts())
    plain.click("button:has-text('Abrir y darme por notificado')")
    given = downloaded(plain, "Descargar respuesta de la autoridad", folder)
    until_shown(plain, "Acuse de notificación 2")
    return given, downloaded(plain, "Acuse de notificación 2", folder)
