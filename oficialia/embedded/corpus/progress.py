"""How far the work is: a bar with the time left on a terminal, else a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

import click

LINE_SECONDS = 5.0
Item = TypeVar("Item")
Gain = TypeVar("Gain")


def worked_through(
    title: str, items: Iterable[Item], work: Callable[[Item], Gain], *, at_once: int, say: Callable[[str], None]
) -> list[Gain]:
    """What `work` gives for each item, in their order, `at_once` at a time, showing how far it is.

    The first exception of `work` is raised, and what had not begun is not begun.
    """
    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in _shown(title, as_completed(futures), len(futures), say):
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _shown(title: str, done: Iterable[Item], count: int, say: Callable[[str], None]) -> Iterator[Item]:
    if sys.stdout.isatty():
        with click.progressbar(done, length=count, label=title, show_pos=True) as bar:
            yield from bar
        return
    told = began = time.monotonic()
    for number, item in enumerate(done, start=1):
        yield item
        now = time.monotonic()
        if now - told > LINE_SECONDS or number == count:
            told = now
            left = (now - began) / number * (count - number)
            say(f"{title}: {number}/{count}, faltan unos {left:.0f} s")
