"""What one sees of a sealed copy: whether the stamp's QR is read, and whether all words are still there."""

import re
import shutil
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Literal

import pypdfium2

from oficialia.embedded.corpus.pdfsig import limited
from signing.errors import SandboxFailure
from signing.sandbox import Sandbox

PIXELS_A_POINT = 200 / 72
LARGEST_RASTER = 6000
"""Pixels of the longer side: a poster at 200 dots an inch would take a gigabyte."""
MOST_CODES = 20
Words = Literal["todas", "faltan", "no-responde", "no-instalado"]


def reads_the_stamp(sandbox: Sandbox, sealed: Path) -> bool:
    """Whether page 1, rendered, shows a QR that leads to a verification address. Raises SandboxUnavailable."""
    try:
        reply = sandbox.call(
            "oficialia.embedded.corpus.seeing:codes_in_child", reads=[sealed], path=str(sealed.resolve())
        )
    except SandboxFailure:
        return False
    return any("/v/" in text for text in reply.value)


def codes_in_child(path: str) -> list[str]:
    """The texts of the codes on page 1 of a PDF, some at most; for the sandbox."""
    import zxingcpp  # noqa: PLC0415  (an office without the embedded default has none, and the command line works there)

    with closing(pypdfium2.PdfDocument(path)) as document:
        document.init_forms()
        page = document[0]
        scale = min(PIXELS_A_POINT, LARGEST_RASTER / max(page.get_size()))
        picture = page.render(scale=scale, may_draw_forms=True).to_pil()
    return [code.text for code in zxingcpp.read_barcodes(picture)][:MOST_CODES]


def words_kept(original: Path, sealed: Path) -> Words:
    """Whether every word that poppler's `pdftotext` reads in `original`, fields of forms included, is in `sealed`."""
    program = shutil.which("pdftotext")
    if not program:
        return "no-instalado"
    before, after = (limited(program, "-enc", "UTF-8", str(file), "-") for file in (original, sealed))
    if before is None or after is None:
        return "no-responde"
    return "faltan" if _counted(before) - _counted(after) else "todas"


def _counted(text: str) -> "Counter[str]":
    """Letters and digits rather than words: an appearance drawn anew breaks its lines elsewhere."""
    return Counter(re.sub(r"\W", "", text))
