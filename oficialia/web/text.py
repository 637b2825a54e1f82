"""Cleaning what people type and how their files are called, before anything else looks at it.

Control characters (NUL breaks PostgreSQL and PDF alike) and bidirectional overrides (they make ``fdp.exe`` read as
``exe.pdf``) carry no meaning in a form; they are removed, and everything is brought to NFC.
"""

import re
import unicodedata

FILENAME_CHARACTERS = 150
# Categories of Unicode that are never content here: control, format (bidi, zero width, BOM), surrogate, private, none.
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK_LINES = re.compile(r"\n{4,}")


def clean_line(value: str | None) -> str:
    """One line in NFC: no control characters, runs of blanks and line breaks become one space. None becomes empty."""
    joined = " ".join((value or "").split())
    return " ".join(_printable(joined).split())


def clean_text(value: str | None) -> str:
    """Several lines in NFC: line ends are ``\\n``, tabs stay, other control characters go, as do trailing blanks."""
    lines = (_printable(line, keep="\t").rstrip() for line in (value or "").splitlines())
    return _BLANK_LINES.sub("\n\n\n", "\n".join(lines)).strip("\n")


def clean_code(value: str | None, longest: int = 60) -> str:
    """A code as typed, cut to ``longest`` characters so that nobody's megabyte reaches a comparison."""
    return clean_line(value)[:longest]


def clean_filename(value: str | None) -> str:
    """The name of a file as it is shown: no folders of the sender's machine, at most 150 characters, its extension
    kept; ``archivo`` where nothing is left."""
    name = clean_line(value).replace("\\", "/").rsplit("/", 1)[-1].strip(" .")
    if len(name) > FILENAME_CHARACTERS:
        stem, dot, extension = name.rpartition(".")
        tail = dot + extension if stem and len(extension) <= 8 else ""
        name = name[: FILENAME_CHARACTERS - len(tail)].rstrip() + tail
    return name or "archivo"


def _printable(value: str, keep: str = "") -> str:
    normal = unicodedata.normalize("NFC", value)
    return "".join(c for c in normal if c in keep or unicodedata.category(c) not in _NEVER)
