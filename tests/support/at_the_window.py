"""Using the window of a running office in a browser, with words that break a page which counts on short ones."""

import email
import email.policy
import re
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.support.chromium import SECONDS
from tests.support.filing import KEY, Filed, Office

LONG_NAME = "Wenceslao" + "Parangaricutirimicuaro" * 2 + "Netza"
LONG_SUBJECT = "Bache" + "enlacallequesellamaCuauhtemoc" * 6 + "yaesurgente" + "porfavor"


def unchecked(page: Page, button: str) -> None:
    """Presses a button without the browser's own checks: what a form without script sends."""
    page.evaluate("[...document.forms].forEach(form => form.noValidate = true)")
    page.click(f"main button:has-text('{button}')")


def follow(page: Page, office: Office, filed: Filed) -> None:
    """Opens a filing by its folio and clave."""
    clave = KEY.search(filed.page.text)
    assert clave
    page.goto(f"{office.url}/seguimiento")
    page.fill("#folio", filed.folio)
    page.fill("#clave", clave[0])
    page.click("main button:has-text('Ver mi escrito')")
    page.wait_for_url(f"**/seguimiento/{filed.folio}")


def verified(page: Page, office: Office, path: Path) -> None:
    """Shows a file to the verification."""
    page.goto(f"{office.url}/verificar")
    page.set_input_files("#documento", path)
    page.click("text=Verificar el archivo")
    page.wait_for_selector("h1:has-text('Resultado')", timeout=60 * SECONDS)


def mailed_code(office: Office, address: str, about: str) -> str:
    """The code of the last message to that address with those words in its subject, once it is there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for path in sorted((office.folder / "correo").glob("*.eml"), reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            if address in str(message["To"]) and about in str(message["Subject"]) and body is not None:
                found = re.search(r"\b\d{6}\b", body.get_content())
                assert found
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no message to {address} about {about}")


def make_photograph(folder: Path, name: str) -> Path:
    """One as large as a phone makes them, and turned."""
    path = folder / f"{name}.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(path, "JPEG", quality=60, exif=exif)
    return path
