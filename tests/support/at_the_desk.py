"""Signing in at the desk of a running office with the accounts of the demonstration."""

import json
import time
from base64 import b32decode

from playwright.sync_api import Page

from oficialia.clock import now
from oficialia.embedded import demo_staff
from oficialia.services import credentials
from tests.support.filing import Office

_used: dict[str, int] = {}


def typed(office: Office, username: str) -> tuple[str, str]:
    """Password and code of now of an account of the demonstration, whose code was not used yet."""
    while _used.get(username) == int(now().timestamp()) // credentials.STEP_SECONDS:
        time.sleep(0.5)
    _used[username] = int(now().timestamp()) // credentials.STEP_SECONDS
    kept = json.loads((office.folder / demo_staff.FILE).read_text())[username]
    return kept["contrasena"], credentials.code_at(b32decode(kept["secreto"]), now())


def enter(page: Page, office: Office, username: str) -> None:
    """Signs in."""
    password, code = typed(office, username)
    page.goto(f"{office.url}/mesa")
    page.fill("#usuario", username)
    page.fill("#contrasena", password)
    page.fill("#codigo", code)
    page.click("main button:has-text('Entrar')")
    page.wait_for_url("**/mesa")
