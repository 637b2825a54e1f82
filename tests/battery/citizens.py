"""Citizens who file over HTTP and do not give up: the same form is sent again until it has its folio."""

import hashlib
import threading
import time
from dataclasses import dataclass, field

import requests

from oficialia.clock import now
from oficialia.embedded.browser import Browser, Page
from tests.battery.site import Site
from tests.support.filing import FOLIO, values
from tests.support.office import blank_pdf

PAUSE_SECONDS = 0.4
PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Acknowledged:
    """What a citizen was told: the folio, when (epoch seconds), and the digest of what they sent (empty: typed)."""

    folio: str
    at: float
    sha256: str
    tries: int


@dataclass
class Crowd:
    """All citizens: what they were told, what they were answered, and how many forms they filled in."""

    site: Site
    wanted: int
    acknowledged: list[Acknowledged] = field(default_factory=list)
    forms: int = 0
    refusals: dict[int, int] = field(default_factory=dict)  # answers that were no folio, by HTTP status; 0: no answer
    faults: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    served: set[str] = field(default_factory=set)  # folios with their acuse, kept by the referee
    over: threading.Event = field(default_factory=threading.Event)

    def citizen(self) -> None:
        """Files, waits for the acuse, files again, until there are enough filings."""
        while not self.over.is_set() and (number := self._next()):
            try:
                told = self._file(number)
            except (AssertionError, LookupError) as fault:
                with self._lock:
                    self.faults.append(f"form {number}: {fault}")
                continue
            with self._lock:
                self.acknowledged.append(told)
            until = time.monotonic() + PATIENCE_SECONDS
            while told.folio not in self.served and time.monotonic() < until and not self.over.is_set():
                time.sleep(PAUSE_SECONDS)

    def _next(self) -> int:
        with self._lock:
            if self.forms >= self.wanted:
                return 0
            self.forms += 1
            return self.forms

    def _file(self, number: int) -> Acknowledged:
        browser, page = self._form()
        typed = number % 5 == 0
        main = None if typed else blank_pdf(self.site.folder / f"escrito-{number}.pdf", text=f"Escrito {number}")
        fields = values(forma="texto", peticion=f"Petición {number}.") if typed else values()
        files = {"principal": main} if main else {}
        until, tries = time.monotonic() + PATIENCE_SECONDS, 0
        while time.monotonic() < until:
            tries += 1
            status = 0
            try:
                answer = browser.send(page, page.form_with("asunto"), fields, files)
                status = answer.status
                folio = FOLIO.search(answer.url)
                if folio:
                    digest = hashlib.sha256(main.read_bytes()).hexdigest() if main else ""
                    return Acknowledged(folio[0], now().timestamp(), digest, tries)
            except requests.RequestException:
                status = 0
            self._note(status)
            time.sleep(PAUSE_SECONDS)
        raise AssertionError(f"no folio after {tries} tries")

    def _form(self) -> tuple[Browser, Page]:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            browser = Browser()
            try:
                page = browser.open(f"{self.site.url}/presentar/en-una-pagina")
                if page.status == 200:
                    return browser, page
            except requests.RequestException:
                self._note(0)
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("the form never came")

    def _note(self, status: int) -> None:
        with self._lock:
            self.refusals[status] = self.refusals.get(status, 0) + 1
