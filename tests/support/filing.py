"""Filing as a browser does, for the functional tests: over HTTP, through the pages alone."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oficialia.embedded.browser import Browser, Page

FOLIO = re.compile(r"OP-\d{4}-\d{6,}-[0-9A-Z]")
KEY = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b")


@dataclass(frozen=True)
class Office:
    """A running office."""

    url: str
    folder: Path

    @property
    def pki(self) -> Path:
        """Its development PKI."""
        return self.folder / "pki"


@dataclass(frozen=True)
class Filed:
    """A filing as its promovente has it before them."""

    browser: Browser
    page: Page
    folio: str

    def wait(self, seconds: float = 90) -> Page:
        """The page once it offers the acuse. Fails when it does not in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            page = self.browser.open(self.page.url)
            if any("acuse" in words.lower() for url, words in page.links if "/documentos/" in url):
                return page
            time.sleep(0.3)
        raise AssertionError(f"no acuse of {self.folio} in {seconds} s")

    def documents(self, folder: Path) -> dict[str, Path]:
        """``acuse`` and ``sellado``, downloaded."""
        page, found = self.wait(), {}
        for url in dict.fromkeys(url for url, _ in page.links if "/documentos/" in url):
            path = self.browser.download(url, folder, "documento.pdf")
            found[path.name.split("-")[0]] = path
        return found


def values(**changes: str) -> dict[str, str]:
    """The visible fields of a complete form."""
    return {
        "persona": "fisica",
        "nombre": "MARÍA PEÑA NÚÑEZ",
        "destino": "tramite:OP-001",
        "asunto": "Reparación del alumbrado público",
        "forma": "pdf",
        "declaracion": "y",
        "privacidad": "y",
    } | changes


def send(office: Office, fields: Mapping[str, str], files: Mapping[str, Path]) -> tuple[Browser, Page]:
    """Opens the form, fills it, sends it; what was answered."""
    browser = Browser()
    page = browser.open(f"{office.url}/presentar/en-una-pagina")
    return browser, browser.send(page, page.form_with("asunto"), fields, files)


def file(office: Office, fields: Mapping[str, str], files: Mapping[str, Path]) -> Filed:
    """Files and returns the confirmation. Fails when it was not received."""
    browser, answer = send(office, fields, files)
    assert "/presentado/" in answer.url, f"{answer.status}: {answer.text[:800]}"
    match = FOLIO.search(answer.text)
    assert match, answer.text[:800]
    return Filed(browser, answer, match[0])
