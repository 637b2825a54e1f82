"""Typesetting with Typst: a template of ours and data of anybody's in, a tagged PDF out.

Data is written beside the template as JSON and read with `json("data.json")`: Typst gives it to the page as strings,
which are never parsed as markup or code, so `#read("/etc/passwd")`, `$x$` or `@ref` come out as they were typed. The
project root is a folder made for the one call; nothing outside of it can be read, the templates use no packages, and no
font of the machine is looked at.
"""

import json
import os
import tempfile
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import TypeAlias

import typst

from signing.errors import SigningError
from signing.fonts import FAMILY, Weight, font_path
from signing.missing_glyphs import missing_characters, write_code_font

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

_DATA = "data.json"
# Overrides and isolates let a text read otherwise than it is written; the order of Hebrew or Arabic needs none of them.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\t": " "})
_NO_CHARACTER = "\ufffd"
_EVERY_FACE = f"""
#set text(font: "{FAMILY}")
a #text(weight: "semibold")[a] #text(weight: "bold")[a] #text(style: "italic")[a]
""".encode()
_warming = threading.Lock()


class TypesettingFailed(SigningError):
    """A template, its data or the installation is at fault; never what a citizen typed."""


def compile_pdf(
    template: str,
    data: Mapping[str, JSON],
    *,
    files: Mapping[str, bytes] | None = None,
    archival: bool = False,
    created_at: datetime | None = None,
) -> bytes:
    """The PDF of a template of `signing/typst`, tagged after PDF/UA-1, its fonts embedded.

    `files` (plain names) lie beside the template while it compiles. `archival` adds PDF/A-3a and needs `created_at`,
    aware. The same arguments give the same bytes. Raises TypesettingFailed.
    """
    _refuse_after_fork()
    if archival and created_at is None:
        raise TypesettingFailed("PDF/A needs a date of creation")
    if created_at is not None and created_at.tzinfo is None:
        raise TypesettingFailed("a date of creation without its zone")
    shown = json.dumps(_clean(data), ensure_ascii=False)
    with tempfile.TemporaryDirectory(prefix="typeset-") as folder:
        root = Path(folder)
        _furnish(root, files or {})
        (root / _DATA).write_text(shown, encoding="utf-8")
        return _run(root, template, _fonts_for(shown, root), archival=archival, created_at=created_at)


def draws(text: str) -> bool:
    """Whether a page shows each character of `text` as itself: none boxed, none replaced by U+FFFD."""
    return all(map(_is_drawable, text.translate(_BREAKS))) and not missing_characters(text)


def _run(root: Path, template: str, fonts: typst.Fonts, *, archival: bool, created_at: datetime | None) -> bytes:
    # A compiler for each call costs 0.3 ms and shares nothing between threads; what is slow, the fonts, is kept.
    compiler = typst.Compiler(
        input=str(root / template),
        root=str(root),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"dated": "1" if created_at else ""},
    )
    # Typst takes whole seconds at a fixed offset.
    timestamp = created_at.astimezone(UTC).replace(microsecond=0) if created_at else None
    standards: typst.PDFStandards = ["ua-1", "a-3a"] if archival else ["ua-1"]
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=standards, timestamp=timestamp)
    except typst.TypstError as error:
        raise TypesettingFailed(template, error.message) from error
    if not isinstance(pdf, bytes):
        raise TypesettingFailed(template, "no single document")
    return pdf


def _furnish(root: Path, files: Mapping[str, bytes]) -> None:
    for source in package_files("signing").joinpath("typst").iterdir():
        if source.name.endswith(".typ"):
            (root / source.name).write_bytes(source.read_bytes())
    for name, content in files.items():
        if not name or name != Path(name).name or name == _DATA or name.endswith(".typ"):
            raise TypesettingFailed("not a plain file name", name)
        (root / name).write_bytes(content)


def _clean(value: JSON) -> JSON:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_clean(item) for item in value]
    return value


def _clean_text(text: str) -> str:
    """What can be drawn: line breaks as one kind, and U+FFFD for what is no character or would reorder the line."""
    lines = text.replace("\r\n", "\n").translate(_BREAKS)
    return "".join(char if _is_drawable(char) else _NO_CHARACTER for char in lines)


def _is_drawable(char: str) -> bool:
    if char == "\n":
        return True
    code = ord(char)
    is_noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    # PDF/A has no room for controls, surrogates and private characters, nor for a byte order mark.
    return not (
        is_noncharacter
        or char in _BIDI_CONTROLS
        or char == "\ufeff"
        or unicodedata.category(char) in {"Cc", "Cs", "Co"}
    )


def _fonts_for(text: str, root: Path) -> typst.Fonts:
    missing = missing_characters(text)
    if not missing:
        with _warming:
            return _office_fonts()
    write_code_font(missing, root / "missing.ttf")
    return _load_fonts(root)


def _load_fonts(folder: Path) -> typst.Fonts:
    # Linked one by one: the wheel holds each face twice, and which one wins would be left to chance.
    for weight in Weight:
        (folder / font_path(weight).name).symlink_to(font_path(weight))
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


@cache
def _office_fonts() -> typst.Fonts:
    """The fonts for the life of the process. Typst reads a face when it is first used; here that is at once."""
    with tempfile.TemporaryDirectory(prefix="typeset-fonts-") as folder:
        fonts = _load_fonts(Path(folder))
        typst.Compiler(_EVERY_FACE, font_paths=fonts, ignore_system_fonts=True).compile(format="pdf")
    return fonts


def _refuse_after_fork() -> None:
    """Typst keeps a thread pool, which does not survive a fork: the child would wait for ever. Say so instead."""
    if _first_process() != os.getpid():
        raise TypesettingFailed("this process was forked from one that had typeset already")


@cache
def _first_process() -> int:
    return os.getpid()
