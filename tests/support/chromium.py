"""Debian's Chromium, and what is asked of every page in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
NARROW, PHONE, DESK = 320, 360, 1280
SECONDS = 1000
# A small target is one that a thumb misses (WCAG 2.2, 2.5.8); links inside a sentence are exempt, as the rule says.
SMALL_TARGETS = """() => [...document.querySelectorAll(
  'button, input:not([type=hidden]), select, textarea, summary, nav a, .boton')]
  .filter(e => e.checkVisibility()).map(e => [e.id || e.textContent.trim(), e.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(e => !e.labels.length).map(e => e.name)"""


@contextmanager
def launched(program: str) -> Iterator[Browser]:
    """The browser, for the time of the block."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()
