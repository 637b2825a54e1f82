"""What is asked of every page that anybody sees, in the state in which they see it; and a picture of it, to look at.

axe-core judges it by every rule for WCAG 2.0 to 2.2, A and AA, and by its best practices. Besides, nothing may need
sideways scrolling on the narrowest phone, nor with text twice as large, no text may be cut off, and no page may take
more programs than a poor signal brings soon.
"""

import gzip
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.support.chromium import DESK, NARROW, PHONE, SMALL_TARGETS, UNNAMED

ROOT = Path(__file__).resolve().parents[2]
# Each run of the tests puts its pictures there anew; nothing of them is kept by git.
PICTURES = Path(os.environ.get("OFICIALIA_CAPTURAS", ROOT / "var/capturas"))
BUILT = ROOT / "oficialia/static/hecho"
SCRIPTS = 60 << 10  # bytes of programs that a page may take, packed
FAULTS = "fallas"  # where pages that tell of a fault of ours are expected
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_JUDGED = """async rules => (await axe.run(document, rules)).violations.flatMap(
  found => found.nodes.map(node => `${found.id} at ${node.target.join(' ')}: ${node.failureSummary}`))"""
# Cut off: text that its own box hides. What is there for screen readers alone is one pixel wide.
_CUT = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.clientWidth > 1
  && !e.matches('input, textarea, select, progress, .oculto') && getComputedStyle(e).overflowX === 'hidden'
  && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
_SCRIPTS = "[...document.scripts].filter(each => each.src).map(each => new URL(each.src).pathname)"
_WIDTH = "document.documentElement.scrollWidth"
_WIDEST = """limit => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > limit + 1)
  .slice(-3).map(e => e.outerHTML.slice(0, 80))"""
_TEXT = "size => document.documentElement.style.setProperty('font-size', size)"


@cache
def _axe() -> str:
    return (ROOT / "oficialia/scripts/node_modules/axe-core/axe.min.js").read_text("utf-8")


@dataclass
class Eyes:
    """Looks at the pages of one browser window, and notes every fault, so that all of them are told at once."""

    page: Page
    folder: str
    faults: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Judges what the window shows now and takes its picture; ``name`` tells the page and its state."""
        page = self.page
        page.wait_for_load_state()
        if self.folder != FAULTS and page.locator("main .sobre:has-text('Aviso 5')").count():
            self._note(name, ["a fault of ours"])
        self._sized(PHONE)
        self._note(name, self._judged())
        self._note(name, [f"small target: {each}" for each in page.evaluate(SMALL_TARGETS)])
        self._note(name, [f"field without a name: {each}" for each in page.evaluate(UNNAMED)])
        self._note(name, self._heavy())
        for width, text in ((NARROW, "100%"), (PHONE, "200%"), (DESK // 2, "200%"), (DESK, "100%")):
            self._sized(width)
            page.evaluate(_TEXT, text)
            if page.evaluate(_WIDTH) > width:
                self._note(name, [f"wider than {width} px at {text}: {page.evaluate(_WIDEST, width)}"])
            self._note(name, [f"cut off at {width} px, {text}: {each}" for each in page.evaluate(_CUT)])
        page.evaluate(_TEXT, "")
        for width in (DESK, PHONE):
            self._sized(width)
            self.picture(f"{name}-{width}")

    def must_be_content(self) -> None:
        """Fails with every fault of every page that was looked at."""
        assert not self.faults, "\n".join(self.faults)

    def picture(self, name: str) -> None:
        """Takes a picture of the whole page."""
        path = PICTURES / self.folder / f"{name}.jpg"
        self.page.screenshot(path=path, type="jpeg", quality=80, full_page=True)

    def _sized(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 740})

    def _judged(self) -> list[str]:
        self.page.evaluate(_axe())
        found: list[str] = self.page.evaluate(_JUDGED, _RULES)
        return found

    def _heavy(self) -> list[str]:
        loaded = self.page.evaluate(_SCRIPTS)
        packed = sum(len(gzip.compress((BUILT / Path(each).name).read_bytes())) for each in loaded)
        return [f"{packed} bytes of programs"] if packed > SCRIPTS or not loaded else []

    def _note(self, name: str, faults: list[str]) -> None:
        self.faults += [f"{name}: {fault}" for fault in faults]
