"""An unsigned document written anew: repaired, and its form's text drawn. Runs in the sandbox.

qpdf rebuilds what is broken in the cross-references and draws the fields. It draws one line of Western text and no
buttons; a form for which that is not enough is refused here, so that the caller wraps the document and no text is lost.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

MULTILINE = 1 << 12
"""Field flag (ISO 32000-1, table 228)."""
PUSHBUTTON = 1 << 16
MOST_LEVELS = 64


class CannotDraw(Exception):
    """qpdf does not draw what this field holds."""


def rewrite(source: Path, target: Path) -> None:
    """Write `source` anew to `target`; raises pikepdf.PdfError when nothing opens it, CannotDraw when text would go."""
    with pikepdf.open(source) as document:
        if len(document.pages) == 0:
            raise CannotDraw("no pages")
        form = document.Root.get("/AcroForm")
        if form is not None and bool(form.get("/NeedAppearances", False)):
            document.generate_appearance_streams()
            for widget, value, kind, flags in _widgets(form.get("/Fields", ())):
                _require_drawn(widget, value, kind, flags)
            form.NeedAppearances = False
        document.save(target, static_id=False, preserve_pdfa=False)


Field = tuple[Any, Any, str, int]


def _widgets(fields: Any, value: Any = None, kind: str = "", flags: int = 0, depth: int = 0) -> Iterator[Field]:
    """Each widget with what its field holds; value, type and flags are inherited (ISO 32000-1, 12.7.3.1)."""
    if depth > MOST_LEVELS:
        raise CannotDraw("the form has no end")
    for field in fields:
        held = field.get("/V", value)
        own = str(field.get("/FT", kind)), int(field.get("/Ff", flags))
        if "/Kids" in field:
            yield from _widgets(field.Kids, held, *own, depth + 1)
        else:
            yield field, held, *own


def _require_drawn(widget: Any, value: Any, kind: str, flags: int) -> None:
    if kind in ("/Tx", "/Ch"):
        _require_text(widget, value, flags)
    elif kind == "/Btn" and not flags & PUSHBUTTON:
        _require_state(widget, value)


def _require_text(widget: Any, value: Any, flags: int) -> None:
    text = str(value) if isinstance(value, pikepdf.String) else ""
    if isinstance(value, pikepdf.Array | pikepdf.Stream) or (flags & MULTILINE and len(text) > 20):
        raise CannotDraw("a value of several lines")
    if text.strip() and (not _is_western(text) or b"Tj" not in _appearance(widget)):
        raise CannotDraw("a value that qpdf does not write")


def _require_state(widget: Any, value: Any) -> None:
    state = str(value if value is not None else widget.get("/AS", "/Off"))
    normal = widget.get("/AP", {}).get("/N", {})
    if state not in ("/Off", "") and not isinstance(normal, pikepdf.Stream) and len(normal) == 0:
        raise CannotDraw("a button without its marks")


def _appearance(widget: Any) -> bytes:
    normal = widget.get("/AP", {}).get("/N")
    return bytes(normal.read_bytes()) if isinstance(normal, pikepdf.Stream) else b""


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return "\n" not in text and "\r" not in text
