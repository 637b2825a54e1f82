"""How `oficialia verificar` tells what it found: to a person, as JSON lines, or as a table (CSV)."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol, TextIO

import click

from oficialia.services.acuse_proofs import ActProof
from oficialia.services.proof_words import are_false, words
from oficialia.services.verdict_json import described
from oficialia.services.verdict_view import DocumentView, SignatureView, view
from oficialia.services.verdict_words import COLOUR_NAMES
from signing.reason import Colour, Reason
from signing.verdict import DocumentVerdict

_UNREAD = frozenset({Reason.DOCUMENT_UNREADABLE, Reason.TOO_HEAVY})
_PAINT = {Colour.GREEN: "green", Colour.AMBER: "yellow", Colour.RED: "red", Colour.NONE: "bright_black"}
_SIGNS = {Colour.GREEN: "✓", Colour.AMBER: "!", Colour.RED: "✕", Colour.NONE: "–"}
COLUMNS = ("archivo", "color", "integridad", "firmas", "firmantes", "razones", "que_hacer", "sha256", "originales")
"""The last are the colours of the documents that a carátula carries, which its own colour does not count."""


class Status(IntEnum):
    """What a file counts as, and with what the command then ends; the worst of all files counts."""

    GREEN = 0
    AMBER = 10
    """Also a file without any signature: nothing shows who wrote it."""
    RED = 20
    UNREADABLE = 30

    @property
    def words(self) -> str:
        """For the sum at the end."""
        return {0: "en verde", 10: "en ámbar o sin firma", 20: "en rojo", 30: "que no se pudieron leer"}[self.value]


_STATUS = {
    Colour.GREEN: Status.GREEN,
    Colour.AMBER: Status.AMBER,
    Colour.NONE: Status.AMBER,
    Colour.RED: Status.RED,
}


@dataclass(frozen=True)
class Checked:
    """A file with its verdict, or with the fault for which it has none."""

    path: Path
    verdict: DocumentVerdict | None
    fault: str = ""
    proofs: tuple[ActProof, ...] = ()

    @property
    def status(self) -> Status:
        """What it counts as."""
        if self.verdict is None or _UNREAD & set(self.verdict.reasons):
            return Status.UNREADABLE
        return Status.RED if are_false(self.proofs) else _STATUS[self.verdict.colour]

    @property
    def name(self) -> str:
        """As it can be printed, whatever bytes it is made of."""
        return click.format_filename(self.path)


class Writer(Protocol):
    """What takes the results, one after the other."""

    def write(self, checked: Checked) -> None:
        """Tell of one file, at once."""


class PersonWriter:
    """One block a file: colour, what is the matter, each signature, and what to do."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, checked: Checked) -> None:
        """As Writer has it."""
        click.echo("\n".join(_block(checked)) + "\n", file=self._out)


class JsonWriter:
    """One object a line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, checked: Checked) -> None:
        """As Writer has it."""
        found = described(checked.verdict, words(checked.proofs)) if checked.verdict else {"fault": checked.fault}
        line = {"file": checked.name, "status": int(checked.status), **found}
        click.echo(json.dumps(line, ensure_ascii=False), file=self._out)


class CsvWriter:
    """One row a file, in the order of COLUMNS; nothing in it is taken for a formula by a spreadsheet."""

    def __init__(self, out: TextIO) -> None:
        self._rows = csv.writer(out)
        self._out = out
        self._rows.writerow(COLUMNS)

    def write(self, checked: Checked) -> None:
        """As Writer has it."""
        self._rows.writerow(map(_plain, _row(checked)))
        self._out.flush()


WRITERS: dict[str, Callable[[TextIO], Writer]] = {
    "": PersonWriter,
    "json": JsonWriter,
    "csv": CsvWriter,
}


def _block(checked: Checked) -> Iterator[str]:
    verdict = checked.verdict
    if verdict is None:
        yield _painted(Colour.RED, "No se pudo leer", checked.name)
        yield f"    {checked.fault}"
        return
    seen = view(verdict, words(checked.proofs))
    yield _painted(seen.colour, seen.colour_name, checked.name)
    yield f"    {seen.headline.sentence.rstrip('.')}. {seen.headline.meaning}"
    yield from (f"    - {reason.sentence}" for reason in seen.reasons if not seen.signatures)
    yield from (f"    {line}" for each in seen.signatures for line in _signature(each))
    yield from (f"    {line}" for each in seen.embedded for line in _original(each))
    yield from (f"    Acuse: {each.sentence}" for each in seen.acuse)
    actions = (*seen.actions, *(each.action for each in words(checked.proofs)))
    yield from (f"    Qué hacer: {action}" for action in dict.fromkeys(actions) if action)


def _painted(colour: Colour, name: str, file: str) -> str:
    return f"{click.style(f'{_SIGNS[colour]} {name.upper()}', fg=_PAINT[colour], bold=True)}  {file}"


def _original(seen: DocumentView) -> Iterator[str]:
    yield f"El original que lleva dentro: {seen.colour_name.lower()}. {seen.headline.sentence}"
    yield from (f"     - {reason.sentence}" for reason in seen.reasons)
    yield from (f"     {line}" for each in seen.signatures for line in _signature(each))


def _signature(seen: SignatureView) -> Iterator[str]:
    yield f"{seen.number}. {seen.who} ({seen.kind.sentence}): {seen.colour_name.lower()}"
    for aspect in seen.aspects:
        yield f"     {aspect.title}: {' '.join(each.sentence for each in aspect.statements)}"
    yield from (f"     · {change.sentence}" for change in seen.changes)


def _row(checked: Checked) -> tuple[str, ...]:
    verdict = checked.verdict
    if verdict is None:
        return (checked.name, "", "", "", "", checked.fault, "", "", "")
    seen: DocumentView = view(verdict)
    return (
        checked.name,
        COLOUR_NAMES[verdict.colour],
        verdict.integrity.value if verdict.integrity else "",
        str(len(verdict.signatures)),
        "; ".join(each.who for each in seen.signatures),
        ", ".join(reason.value for reason in verdict.reasons),
        " ".join(seen.actions),
        verdict.sha256,
        ", ".join(COLOUR_NAMES[each.colour] for each in verdict.embedded),
    )


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text
