"""Words of ours in somebody's document: what in its text, or in what is attached to it, has a given form."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pypdfium2

from signing.errors import SandboxFailure
from signing.sandbox import Limits, Sandbox

MOST_PAGES = 50
MOST_SECONDS = 2.0
"""CPU time. What stands behind that many pages is no claim that anybody reads."""
LIMITS = Limits(cpu_seconds=4, wall_seconds=5)
"""Somebody waits, and the verdict has been waited for already."""
MOST_FOUND = 5
MOST_ATTACHED = 20
MOST_ATTACHED_BYTES = 1 << 16
"""A cadena original takes half a kilobyte."""


@dataclass(frozen=True)
class Mentions:
    """What was found, each once, the first few: in the title and the pages, and in attached texts."""

    shown: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()


def mentions(sandbox: Sandbox, path: Path, pattern: str) -> Mentions:
    """What the regular expression `pattern` finds. Nothing in a document that cannot be read within the limits.

    Raises SandboxUnavailable.
    """
    place = str(path.resolve())
    try:
        reply = sandbox.call(
            "signing.mentions:mentions_in_child", limits=LIMITS, reads=[path], path=place, pattern=pattern
        )
    except SandboxFailure:
        return Mentions()
    return Mentions(tuple(reply.value["shown"]), tuple(reply.value["attached"]))


def mentions_in_child(path: str, pattern: str) -> dict[str, list[str]]:
    """The same as JSON values; any fault of the document ends the child."""
    form = re.compile(pattern)

    def found(texts: Iterator[str]) -> list[str]:
        return list(islice(dict.fromkeys(word for text in texts for word in form.findall(text)), MOST_FOUND))

    with closing(pypdfium2.PdfDocument(path)) as document:
        return {"shown": found(_shown(document)), "attached": found(_attached(document))}


def _shown(document: pypdfium2.PdfDocument) -> Iterator[str]:
    until = time.process_time() + MOST_SECONDS
    yield from document.get_metadata_dict().values()
    for number in range(min(len(document), MOST_PAGES)):
        if time.process_time() > until:
            return
        with closing(document[number]) as page, closing(page.get_textpage()) as text:
            yield text.get_text_range()


def _attached(document: pypdfium2.PdfDocument) -> Iterator[str]:
    for number in range(min(document.count_attachments(), MOST_ATTACHED)):
        content = document.get_attachment(number).get_data()
        yield bytes(content[:MOST_ATTACHED_BYTES]).decode("utf-8", "replace")
