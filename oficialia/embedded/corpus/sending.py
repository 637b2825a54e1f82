"""One file through the real flow, over HTTP, as a browser would: form, folio, acuse, both downloads."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from oficialia.embedded.browser import Browser, Form, Page

# The longest that sealing may take is two minutes, and others are served at the same time.
ACUSE_SECONDS = 240.0
POLL_SECONDS = 0.5
FOLIO = re.compile(r"OP-\d{4}-\d{6,}-[0-9A-Z]")
VALUES = {
    "persona": "fisica",
    "nombre": "MARÍA PEÑA NÚÑEZ",
    "asunto": "Reparación del alumbrado público",
    "declaracion": "y",
    "privacidad": "y",
}
PHOTOS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class Sent:
    """What came of it, as seen from outside.

    `seconds` run from the first byte sent to the refusal, or to the acuse. `error` is empty for a file received or
    refused. `files` are what was downloaded, by what their names begin with: `sellado`, `acuse`.
    """

    http_status: int
    request_id: str
    seconds: float
    folio: str
    error: str
    files: dict[str, Path]


def send(url: str, file: Path, folder: Path) -> Sent:
    """Send `file` to the office at `url`; the acuse and the sealed copy go to `folder`. Never raises for the file."""
    browser, began = Browser(), time.monotonic()
    answer: Page | None = None
    folio, error = "", ""
    files: dict[str, Path] = {}
    seconds = 0.0
    try:
        page = browser.open(f"{url}/presentar/en-una-pagina")
        began = time.monotonic()
        answer = _fill_and_send(browser, page, file)
        seconds = time.monotonic() - began
        folio = _folio(answer)
        if folio:
            ready = _wait(browser, answer)
            seconds = time.monotonic() - began
            files = _download(browser, ready, folder)
        elif answer.answer >= 500 or answer.answer < 400:
            error = f"http-{answer.answer}"
    except (requests.RequestException, LookupError, TimeoutError) as fault:
        error = str(fault) if isinstance(fault, TimeoutError) else type(fault).__name__
    seconds = seconds or time.monotonic() - began
    status, request_id = (answer.answer, answer.request_id) if answer else (0, "")
    return Sent(status, request_id, seconds, folio, error, files)


def _fill_and_send(browser: Browser, page: Page, file: Path) -> Page:
    form = page.form_with("asunto")
    photo = file.suffix.lower() in PHOTOS
    values = {**VALUES, "destino": _destination(form), "forma": "fotos" if photo else "pdf"}
    return browser.send(page, form, values, {"fotos" if photo else "principal": file})


def _destination(form: Form) -> str:
    """The first that the list offers."""
    return next(value for value, _ in form.options["destino"] if value)


def _folio(answer: Page) -> str:
    found = FOLIO.search(answer.text) if "/presentado/" in answer.url else None
    return found[0] if found else ""


def _wait(browser: Browser, answer: Page) -> Page:
    until = time.monotonic() + ACUSE_SECONDS
    while time.monotonic() < until:
        page = browser.open(answer.url)
        if any("acuse" in words.lower() for url, words in page.links if "/documentos/" in url):
            return page
        time.sleep(POLL_SECONDS)
    raise TimeoutError("sin-acuse")


def _download(browser: Browser, page: Page, folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    addresses = dict.fromkeys(url for url, _ in page.links if "/documentos/" in url)
    paths = [browser.download(url, folder, f"documento-{number}.pdf") for number, url in enumerate(addresses)]
    return {path.name.split("-")[0]: path for path in paths}
