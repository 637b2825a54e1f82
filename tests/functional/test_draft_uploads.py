"""A file goes up from a real browser to a real gunicorn, the connection drops in the middle, and it goes on where it
was: by itself, or when the person comes back."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from oficialia.clock import now
from oficialia.domain.codes import Codes
from oficialia.drafts import record
from oficialia.drafts.draft import Draft
from oficialia.drafts.store import DraftStore
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.process import running
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.limits import Limits
from tests.support.chromium import PHONE, SECONDS, SMALL_TARGETS, UNNAMED, launched
from tests.support.drafting import FILES, words
from tests.support.fault_proxy import Fault, HttpFaultProxy
from tests.support.processes import eventually
from tests.support.upload_page import DONE, PATH
from tests.support.web_process import Line, program, settings
from tests.support.window import hidden_fields

CONTENT = Random(7).randbytes(2_000_000)  # noqa: S311 - of no secret
SHA256 = hashlib.sha256(CONTENT).hexdigest()
GO = ".boton.grande"
UNDER_WAY = re.compile(r"Subiendo: [1-9]\d? %")
SLOW = 200_000  # bytes a second: the first pieces take some seconds


@dataclass(frozen=True)
class Window:
    """A web process, what stands before it, and its drafts."""

    port: int
    proxy: HttpFaultProxy
    drafts: DraftStore
    spool: Path

    @property
    def url(self) -> str:
        """The page with files, behind the proxy."""
        return f"http://{LOOPBACK}:{self.proxy.port}{PATH}"

    def draft(self) -> Draft:
        """The draft that was made last."""
        made = [record.read(folder) for folder in self.drafts.folder.iterdir()]
        return max((draft for draft in made if draft), key=lambda draft: draft.created_at)


def pdf(content: bytes = CONTENT, name: str = "escrito.pdf") -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


@pytest.fixture(scope="module")
def window(
    tmp_path_factory: pytest.TempPathFactory, s3: SeaweedFS, development_pki: Path, valkey_address: str
) -> Iterator[Window]:
    """The window, with the page of the tests."""
    folder, [port] = tmp_path_factory.mktemp("envios"), free_ports(1)
    environment = settings(folder, s3, development_pki, valkey_address)
    web = program(environment, port=port, threads=4, application="tests.support.upload_page:create_app()")
    drafts = DraftStore(folder / "borradores", Codes(environment["OFICIALIA_HMAC_SECRET"].encode()), now, Limits())
    with running(web, folder / "web.log"), HttpFaultProxy(port) as proxy:
        yield Window(port, proxy, drafts, folder / "transito")


@pytest.fixture(scope="module")
def browser(tool: Callable[[str], str]) -> Iterator[Browser]:
    """Debian's Chromium."""
    with launched(tool("chromium")) as started:
        yield started


@pytest.fixture
def context(browser: Browser, window: Window) -> Iterator[BrowserContext]:
    """A browser that was never here, of a phone's size; nothing of the spool may be left at the end."""
    opened = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-MX")
    opened.set_default_timeout(30 * SECONDS)
    yield opened
    window.proxy.fault = Fault()
    opened.close()
    assert eventually(lambda: list(window.spool.iterdir()) == [])


@pytest.fixture
def page(context: BrowserContext, window: Window) -> Iterator[Page]:
    """The page with files; it must not complain of anything."""
    opened, complaints = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Security" in said.text else None)
    opened.goto(window.url)
    yield opened
    assert complaints == []


def slow_down(page: Page) -> Callable[[bool], None]:
    """The line of somebody with bad signal; what is returned takes it away and gives it back."""
    wire = page.context.new_cdp_session(page)

    def set_offline(offline: bool) -> None:
        conditions = {"offline": offline, "latency": 100, "downloadThroughput": SLOW, "uploadThroughput": SLOW}
        wire.send("Network.emulateNetworkConditions", conditions)

    set_offline(False)
    return set_offline


def offsets(page: Page) -> list[int]:
    """Where each piece that is sent from here on begins."""
    found: list[int] = []
    page.on(
        "request", lambda sent: found.append(int(sent.headers["upload-offset"])) if sent.method == "PATCH" else None
    )
    return found


def listen(page: Page) -> None:
    """Keeps what a screen reader is told of the principal from here on."""
    page.evaluate(
        """status => { const told = document.querySelector(status); window.said = [];
        new MutationObserver(() => said.push(told.textContent)).observe(told, {childList: true}); }""",
        status(),
    )


def said(page: Page) -> list[str]:
    """What that was."""
    told: list[str] = page.evaluate("said")
    return told


def status(slot: str = "principal") -> str:
    """What a screen reader is told of the files of one field."""
    return f".envio:has(#{slot}) [role=status]"


def whole(window: Window, slot: str = "principal") -> list[str]:
    """The digests of the files that are there."""
    return [file.sha256 for file in window.draft().in_slot(slot)]


@pytest.mark.parametrize(
    "kind",
    [
        "answer lost",
        pytest.param("cut off", marks=pytest.mark.thorough),
        pytest.param("reset", marks=pytest.mark.thorough),
    ],
)
def test_an_upload_whose_connection_drops_goes_on_by_itself(window: Window, page: Page, kind: str) -> None:
    begun = offsets(page)
    page.set_input_files("#principal", pdf(CONTENT[:300_000], "primero.pdf"))
    expect(page.locator(status())).to_have_text("Listo: primero.pdf", timeout=30 * SECONDS)
    window.proxy.fault = Fault(kind, times=2, only="PATCH")  # type: ignore[arg-type]
    begun.clear()
    listen(page)
    page.set_input_files("#principal", pdf())
    expect(page.locator(status())).to_have_text("Listo: escrito.pdf", timeout=30 * SECONDS)
    assert any("Seguimos solos donde íbamos" in words for words in said(page))
    assert window.proxy.struck == 2
    assert begun == sorted(begun)  # never back to the beginning
    assert whole(window) == [SHA256]
    page.click("text=Ver su huella digital")
    assert page.inner_text(".subidos code").replace(" ", "") == SHA256
    page.click(GO)
    page.wait_for_url(f"**{DONE}")
    assert whole(window) == [SHA256]  # the form sent none


def test_without_network_it_waits_and_the_form_goes_when_all_is_up(window: Window, page: Page) -> None:
    begun = offsets(page)
    set_offline = slow_down(page)
    page.set_input_files("#principal", pdf(CONTENT[:800_000]))
    expect(page.locator(".avance").first).to_have_text(UNDER_WAY, timeout=30 * SECONDS)
    set_offline(True)
    expect(page.locator(".avance")).to_have_text("Sin conexión", timeout=30 * SECONDS)
    page.click(GO)
    expect(page.locator(status())).to_contain_text("siguen subiendo", timeout=30 * SECONDS)
    there = window.draft().unfinished("principal")[0].received
    assert there > 0
    time.sleep(1)
    set_offline(False)
    page.wait_for_url(f"**{DONE}")
    assert whole(window) == [hashlib.sha256(CONTENT[:800_000]).hexdigest()]
    assert begun.count(0) == 1
    assert max(begun) >= there


def test_who_comes_back_later_chooses_the_same_file_and_goes_on(
    window: Window, page: Page, context: BrowserContext
) -> None:
    slow_down(page)
    page.set_input_files("#principal", pdf(CONTENT[:800_000]))
    expect(page.locator(".avance").first).to_have_text(UNDER_WAY, timeout=30 * SECONDS)
    page.close(run_before_unload=False)
    later = context.new_page()
    later.goto(window.url)
    begun = offsets(later)
    expect(later.locator(".a-medias")).to_contain_text("Quedó a medias", timeout=30 * SECONDS)
    assert later.eval_on_selector("#principal", "input => input.required")
    later.set_input_files("#principal", pdf(CONTENT[:800_000]))
    expect(later.locator(status())).to_have_text("Listo: escrito.pdf", timeout=30 * SECONDS)
    assert later.locator(".subidos li").count() == 1
    assert min(begun) > 0
    assert whole(window) == [hashlib.sha256(CONTENT[:800_000]).hexdigest()]


def test_a_file_of_many_is_taken_away_by_keyboard_while_it_goes_up(window: Window, page: Page) -> None:
    slow_down(page)
    page.set_input_files(
        "#fotos", [pdf(CONTENT[:600_000], "una.jpg"), pdf(b"dos", "dos.jpg"), pdf(b"tres", "tres.jpg")]
    )
    expect(page.locator(".avance").first).to_have_text(UNDER_WAY, timeout=30 * SECONDS)
    for name in ("una.jpg", "dos.jpg"):
        page.focus(f"[aria-label='Quitar {name}']")
        page.keyboard.press("Enter")
    expect(page.locator(status("fotos"))).to_have_text("Listo: tres.jpg", timeout=30 * SECONDS)
    expect(page.locator(".subidos li")).to_have_count(1)
    assert eventually(lambda: [file.filename for file in window.draft().files] == ["tres.jpg"])
    assert page.evaluate("document.activeElement.id") == "fotos"


def test_what_is_refused_is_told_where_it_stands(page: Page, tmp_path: Path) -> None:
    page.set_input_files("#principal", pdf(b"", "vacio.pdf"))
    expect(page.locator(".subidos li.mal [role=alert]")).to_contain_text("El archivo está vacío", timeout=30 * SECONDS)
    large = tmp_path / "grande.pdf"
    with large.open("wb") as file:
        file.truncate((25 << 20) + 1)
    page.set_input_files("#principal", large)
    expect(page.locator(".subidos li.mal [role=alert]")).to_contain_text("pesa más de 25 MB", timeout=30 * SECONDS)
    assert page.locator(".subidos li").count() == 1
    assert page.eval_on_selector("#principal", "input => input.required")
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SMALL_TARGETS) == []
    for width in (320, PHONE):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_enter_in_a_field_takes_no_file_away(window: Window, page: Page) -> None:
    page.set_input_files("#principal", pdf(b"uno"))
    expect(page.locator(status())).to_have_text("Listo: escrito.pdf", timeout=30 * SECONDS)
    page.fill("#asunto", "Bache")
    page.press("#asunto", "Enter")
    page.wait_for_url(f"**{DONE}")
    assert len(whole(window)) == 1


def test_without_javascript_the_same_field_sends_the_file(window: Window, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto(window.url)
    page.set_input_files("#principal", pdf())
    page.click(GO)
    page.wait_for_url(f"**{DONE}")
    assert whole(window) == [SHA256]
    page.goto(window.url)
    page.click("button:has-text('Quitar')")
    page.wait_for_url(f"**{PATH}")
    assert whole(window) == []
    context.close()


def test_a_link_fills_the_code_and_leaves_no_trace_of_it(window: Window, page: Page) -> None:
    code = window.drafts.code(window.drafts.create({"que": {}}).id)
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(window.url.replace(PATH, f"/borrador#{code}"))
    expect(page.locator("#codigo")).to_have_value(code)
    assert page.url.endswith("/borrador")
    page.keyboard.press("Enter")  # the button has the focus
    page.wait_for_url("**/presentar/pasos")
    assert not [url for url in asked if code in url.partition("#")[0]]


def test_of_a_piece_that_was_cut_off_what_arrived_is_kept(window: Window) -> None:
    session, base = requests.Session(), f"http://{LOOPBACK}:{window.port}"
    session.headers["Connection"] = "close"
    token = hidden_fields(session.get(f"{base}{PATH}", timeout=30).text)["csrf_token"]
    headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": token}
    told = {"Upload-Length": "600000", "Upload-Metadata": words(slot="principal", filename="escrito.pdf")}
    place = session.post(f"{base}{FILES}", headers=headers | told, timeout=30).headers["Location"]
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    head = f"Cookie: {cookies}\r\nTus-Resumable: 1.0.0\r\nX-CSRFToken: {token}\r\nUpload-Offset: 0\r\n"
    head += "Content-Type: application/offset+octet-stream\r\n"
    with Line(window.port) as line:
        line.post(head, "Content-Length: 600000", place, method="PATCH").send(CONTENT[:250_000])

    def offset() -> int:
        return int(session.head(f"{base}{place}", headers=headers, timeout=30).headers["Upload-Offset"])

    assert eventually(lambda: offset() == 250_000)
    assert window.draft().unfinished("principal")[0].path.read_bytes() == CONTENT[:250_000]
