"""The closings of the days against the leaves: what the office published of each, and what the audit counted itself.

1. The record that was published is the one to which the leaf commits, and is of that day.
2. It tells the filings that the leaves of that day have.
3. The checkpoint that was stamped is signed, covers the leaf, and is over the leaves of today's ledger.
4. The time stamp is over that checkpoint; with anchors, its signature too.

A day whose files are not there is passed over: its time stamp may still be waited for.
"""

import json
from collections.abc import Iterator
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
        if not order.days:
            return
        began = next(iter(order.days))
        for number, (index, committed) in enumerate(order.closings):
            day = began + timedelta(days=number)
            public, note, token = (self._file(day, kind) for kind in ("json", "checkpoint", "tsr"))
            if public is not None and not _is_of(public, index, committed, day, order.days.get(day, Day())):  # 1 and 2
                words = "Lo publicado de su cierre no es lo que dice el libro."
                yield Finding(Code.CLOSING, day.isoformat(), words)
            if note is not None and not self._covers(note, index, size):  # 3
                words = "El punto de control de su cierre no es de este libro."
                yield Finding(Code.CLOSING, day.isoformat(), words)
            if token is not None and not self._stamped(token, note or b""):  # 4
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


def _is_of(public: bytes, index: int, committed: str, day: date, counted: Day) -> bool:
    try:
        said: dict[str, Any] = json.loads(public)
        record = said["registro"]
        mine = commitment(bytes.fromhex(said["sal"]), rfc8785.dumps(record)) == committed and said["hoja"] == index
    except (ValueError, TypeError, KeyError):
        return False
    expected = {
        "acto": Acto.CIERRE.value,
        "dia": day.isoformat(),
        "ingresos": counted.filings,
        "primero": counted.first,
        "ultimo": counted.last,
    }
    return mine and record == expected
