"""The manifest of a folder of real files: a line a file, with what must become of it."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

NAME = "manifest.tsv"
OPTIONAL = ("class", "kind", "expected", "sha256", "note")


class ManifestUnusable(Exception):
    """There is nothing to go by; the message, in Spanish, says why."""


@dataclass(frozen=True)
class Entry:
    """One file. `group` is its class; `expected` says in English what must become of it."""

    path: str
    group: str
    kind: str
    expected: str
    note: str
    file: Path

    @property
    def may_be_refused(self) -> bool:
        """Whether refusing it, with its reason, is right too."""
        return "refused" in self.expected.lower()


def read(folder: Path) -> tuple[list[Entry], list[str]]:
    """The entries whose file is there, in the order of the manifest, and remarks on what is not as it says.

    Raises ManifestUnusable without a manifest or without its column `path`. Of the other columns any may be missing; a
    missing `class` is the first folder of the path.
    """
    try:
        with (folder / NAME).open(encoding="utf-8-sig", newline="") as manifest:
            reader = csv.DictReader(manifest, delimiter="\t")
            columns = reader.fieldnames or ()
            rows = [{name: value or "" for name, value in row.items() if name} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise ManifestUnusable(f"No se puede leer {folder / NAME}: {fault}") from fault
    if "path" not in columns:
        raise ManifestUnusable(f"{folder / NAME} no tiene la columna «path».")
    remarks = [f"El manifiesto no tiene la columna «{name}»." for name in OPTIONAL if name not in columns]
    entries = []
    for row in rows:
        entry = _entry(folder, row)
        if remark := _remark(folder, entry, row.get("sha256", "")):
            remarks.append(f"{entry.path}: {remark}")
        if _is_within(folder, entry.file):
            entries.append(entry)
    return entries, remarks


def _entry(folder: Path, row: dict[str, str]) -> Entry:
    path = row.get("path", "")
    group = row.get("class") or path.partition("/")[0]
    return Entry(path, group, row.get("kind") or group, row.get("expected", ""), row.get("note", ""), folder / path)


def _is_within(folder: Path, file: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())


def _remark(folder: Path, entry: Entry, sha256: str) -> str:
    if not _is_within(folder, entry.file):
        return "falta el archivo; no se cuenta."
    with entry.file.open("rb") as file:
        if sha256 and hashlib.file_digest(file, "sha256").hexdigest() != sha256.lower():
            return "no es el archivo del manifiesto (SHA-256 distinto); se envía así."
    return ""
