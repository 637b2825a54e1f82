"""The first page on a cheap phone with a poor signal, and for who sees it in other colours or without motion."""

import pytest
from playwright.sync_api import Page

from tests.support.chromium import SECONDS
from tests.support.eyes import Eyes
from tests.support.filing import Office

pytestmark = pytest.mark.slow
KIB = 1024
FIRST_PAGE = 100 * KIB
# It takes 1.4 s on such a line, 1.6 s where the processor is four times slower too; the rest is for a busy machine.
FIRST_PAINT = 4 * SECONDS
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
CITIZENS_PAGES = ("/", "/presentar", "/presentar/en-una-pagina", "/seguimiento", "/verificar", "/tramites")

STYLE = "([which, what]) => [...document.querySelectorAll(which)].map(each => getComputedStyle(each)[what])"


@pytest.mark.parametrize("path", ["/", "/presentar?q=bache"])
def test_the_first_pages_are_light_and_there_soon_on_a_slow_line(page: Page, office: Office, path: str) -> None:
    for _ in range(4):  # a process of the window reads the pieces of a page when it is first asked for
        page.context.request.get(office.url + path)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    received: list[float] = []
    kinds: list[str] = []
    line.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    line.on("Network.responseReceived", lambda told: kinds.append(told["type"]))
    page.goto(office.url + path, wait_until="networkidle")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert {"Document", "Stylesheet", "Script", "Image"} <= set(kinds)
    assert "Font" not in kinds
    assert sum(received) <= FIRST_PAGE
    assert painted <= FIRST_PAINT


def test_who_wants_no_motion_gets_none(page: Page, office: Office) -> None:
    page.emulate_media(reduced_motion="reduce")
    for path in CITIZENS_PAGES:
        page.goto(office.url + path)
        assert page.evaluate("document.getAnimations().length") == 0
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_colours_of_ones_own_hide_nothing(page: Page, office: Office) -> None:
    page.emulate_media(forced_colors="active")
    eyes = Eyes(page, "colores-propios")
    for path in CITIZENS_PAGES:
        page.goto(office.url + path)
        assert "0px" not in page.evaluate(STYLE, [".boton", "borderTopWidth"]), path
        here = set(page.evaluate(STYLE, ["nav a[aria-current]", "borderBottomColor"]))
        assert here.isdisjoint(page.evaluate(STYLE, ["nav a:not([aria-current])", "borderBottomColor"])), path
        eyes.picture(path.strip("/").replace("/", "-") or "inicio")
