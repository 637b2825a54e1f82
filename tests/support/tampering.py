"""Changing a backup behind the back of the program, as an accident or somebody would."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oficialia.services.backup_files import MANIFEST, REGISTER, read_manifest
from signing.digest import sha256_of

# Tables that the first migration did not make.
STAFF = ("staff_accounts", "staff_sessions", "staff_events", "sign_in_failures")
AFTER_FILING = ("follow_ups", "letters", "inbox_entries")
SINCE_0001 = ("reviews", "seal_state", "party_words", "ledger_checkpoints", "ledger_publisher", *STAFF, *AFTER_FILING)


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def set_manifest(path: Path, **changes: object) -> None:
    """Change what the manifest says."""
    manifest = json.loads((path / MANIFEST).read_text("utf-8")) | changes
    (path / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def rewrite(path: Path, change: Callable[[str, list[str], list[Any]], list[Any]]) -> None:
    """Change rows of the register, and the digest with them."""
    lines, name, columns = [], "", []
    for text in gzip.decompress((path / REGISTER).read_bytes()).splitlines():
        value = json.loads(text)
        if isinstance(value, dict):
            name, columns = value["tabla"], [column for column, _ in value["columnas"]]
        else:
            value = change(name, columns, value)
        lines.append(json.dumps(value).encode())
    _replace_register(path, lines)


OF_THE_CATALOGUE = {"areas": ("palabras",), "tramites": ("palabras",), "document_kinds": ("explicacion",)}
"""Columns of the words by which people look for something, which the next loading of the catalogue fills."""
LATER = frozenset(
    {"request_id", "protect_at", "turned_to", "pendiente", "counted_from", "verdict", "checkpoint_size"}
).union(*OF_THE_CATALOGUE.values())


def as_of_0001(path: Path) -> None:
    """The same register as the first migration knew it: without later tables and columns."""
    lines, name, columns = [], "", []
    for text in gzip.decompress((path / REGISTER).read_bytes()).splitlines():
        value = json.loads(text)
        if isinstance(value, dict):
            name, columns = value["tabla"], [column for column, _ in value["columnas"]]
            value["columnas"] = [each for each in value["columnas"] if each[0] not in LATER]
        else:
            value = [each for each, column in zip(value, columns, strict=True) if column not in LATER]
        if name not in SINCE_0001:
            lines.append(json.dumps(value).encode())
    _replace_register(path, lines)
    tables = {name: count for name, count in read_manifest(path).tables.items() if name not in SINCE_0001}
    set_manifest(path, revision="0001", tablas=tables)


def _replace_register(path: Path, lines: list[bytes]) -> None:
    (path / REGISTER).write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    set_manifest(path, registro={"sha256": sha256_of(path / REGISTER)})
