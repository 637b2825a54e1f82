"""The privacy notice: a versioned text, and the digest of exactly what was shown.

Each version is one template of plain text under ``templates/privacidad/``; versions are only added. The text with the
office's names filled in is what the person accepts: its SHA-256 goes with the filing, and anyone can download the same
bytes and hash them.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, render_template

_FOLDER = "privacidad"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.txt")


@dataclass(frozen=True)
class Notice:
    """One version of the notice as this office shows it."""

    version: str  # the date from which it is shown
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text in UTF-8, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def blocks(self) -> list[tuple[str, list[str]]]:
        """The text as headings (``h2``), lists (``ul``) and paragraphs (``p``), in order."""
        return [_block(block.splitlines()) for block in self.text.strip().split("\n\n")]


def versions() -> list[str]:
    """Every version that was ever in force, oldest first."""
    folder = Path(current_app.root_path) / "templates" / _FOLDER
    return sorted(match[1] for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)))


def current() -> Notice:
    """The version in force: the newest."""
    return notice(versions()[-1])


def notice(version: str) -> Notice:
    """The notice of one of `versions`, its names filled in."""
    return Notice(version, render_template(f"{_FOLDER}/{version}.txt"))


def _block(lines: list[str]) -> tuple[str, list[str]]:
    if lines[0].startswith("## "):
        return "h2", [lines[0][3:]]
    if all(line.startswith("- ") for line in lines):
        return "ul", [line[2:] for line in lines]
    return "p", [" ".join(lines)]
