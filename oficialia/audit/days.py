"""The closings of the days against the leaves: what the office published of each, and what the audit counted itself.

1. There are as many closings as days were over, from that of the first filing on; the last may still be waited for.
2. The record that was published is the one to which the leaf commits, and is of that day.
3. It tells the filings that the leaves of that day have.
4. The checkpoint that was stamped is signed, covers the leaf, and is over the leaves of today's ledger.
5. The time stamp is over that checkpoint; with anchors, its signature too.

A day whose files are not there is passed over: its time stamp may still be waited for.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import rfc8785

from oficialia.audit.findings import Code, Finding
from oficialia.audit.order import Day, Order
from oficialia.audit.signatures import read_note
from oficialia.audit.source import MOST_TEXT_BYTES, Source, read_tile
from oficialia.domain import merkle
from oficialia.domain.filing import Acto
from oficialia.domain.ledger import commitment
from oficialia.domain.plazos import ZONE
from oficialia.domain.tiles import Tile, TiledTree
from signing.errors import NoteInvalid, TimestampUnavailable
from signing.timestamp import read_token, said_time
from signing.tlog_policy import TlogPolicy
from signing.trust import TrustAnchors


@dataclass(frozen=True)
class Days:
    """What it takes to check them."""

    source: Source
    policy: TlogPolicy
    anchors: TrustAnchors | None

    def check(self, order: Order, size: int) -> Iterator[Finding]:
        """What is wrong with the closings among the first ``size`` leaves. Raises SourceUnreadable."""
        committed = dict(order.closings)
        if not order.days or order.last is None:
            return
        day, today = next(iter(order.days)), order.last.astimezone(ZONE).date()
        if len(committed) < (over := (today - day).days) - 1:  # 1
            words = f"Terminaron {over} días desde el primer ingreso, y hay {len(committed)} cierres."
            yield Finding(Code.UNCLOSED, "cierres", words)
        while day < today:
            yield from self._day(day, order.days.get(day, Day()), committed, size)
            day += timedelta(days=1)

    def _day(self, day: date, counted: Day, committed: Mapping[int, str], size: int) -> Iterator[Finding]:
        public, note, token = (self._file(day, kind) for kind in ("json", "checkpoint", "tsr"))
        if public is None:
            return
        index = _leaf_of(public, committed, day, counted)
        if index is None:  # 2 and 3
            yield Finding(Code.CLOSING, day.isoformat(), "Lo publicado de su cierre no es lo que dice el libro.")
        elif note is not None and not self._covers(note, index, size):  # 4
            yield Finding(Code.CLOSING, day.isoformat(), "El punto de control de su cierre no es de este libro.")
        if token is not None and not self._stamped(token, note or b""):  # 5
            yield Finding(Code.TOKEN, day.isoformat(), "El sello de tiempo de su cierre no se pudo comprobar.")

    def _file(self, day: date, kind: str) -> bytes | None:
        return self.source.read(f"cierres/{day.isoformat()}.{kind}", MOST_TEXT_BYTES)

    def _covers(self, note: bytes, index: int, size: int) -> bool:
        try:
            old = read_note(self.policy, note.decode())[0]
            tree = TiledTree(size, self._tile)
            return index < old.size <= size and merkle.root(old.size, tree.node) == old.root
        except (NoteInvalid, ValueError):
            return False

    def _tile(self, tile: Tile) -> bytes:
        return (read_tile(self.source, tile) or b"")[: tile.width * merkle.HASH_BYTES]

    def _stamped(self, token: bytes, note: bytes) -> bool:
        try:
            return bool(read_token(token, note, self.anchors) if self.anchors else said_time(token, note))
        except TimestampUnavailable:
            return False


def _leaf_of(public: bytes, committed: Mapping[int, str], day: date, counted: Day) -> int | None:
    """The number of the leaf that commits to the published record; None where none does, or it tells something else
    than was counted."""
    try:
        said: dict[str, Any] = json.loads(public)
        index, record = int(said["hoja"]), said["registro"]
        mine = commitment(bytes.fromhex(said["sal"]), rfc8785.dumps(record)) == committed[index]
    except (ValueError, TypeError, KeyError):
        return None
    expected = {
        "acto": Acto.CIERRE.value,
        "dia": day.isoformat(),
        "ingresos": counted.filings,
        "primero": counted.first,
        "ultimo": counted.last,
    }
    return index if mine and record == expected else None
