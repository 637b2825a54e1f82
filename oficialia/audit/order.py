"""What must hold from one leaf to the next, and can be seen in the leaves alone.

1. A leaf is the canonical JSON of docs/formatos.md, and nothing else.
2. Its time is not before that of the leaf before it, nor in the future.
3. The n-th ``ingreso`` of a year has the folio n of that year, which is that of its time in the office's zone.
4. No other act names a folio that was not given yet.
5. A ``restauracion`` says that folios were lost; the series goes on after them.

It keeps one number for each year, however many leaves there are.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import rfc8785

from oficialia.audit.findings import Code, Finding
from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import LEAF_VERSION
from oficialia.domain.plazos import ZONE
from oficialia.domain.wording import iso_local

KEYS = {"v", "acto", "folio", "registrado_en", "area", "tramite", "compromiso"}
# Two clocks, the office's and that of whoever audits.
SLACK = timedelta(minutes=5)


@dataclass
class Day:
    """The filings of a day, by their leaves."""

    filings: int = 0
    first: str = ""
    last: str = ""


class Order:
    """The leaves so far."""

    def __init__(self, now: datetime) -> None:
        self._latest = now + SLACK
        self.last: datetime | None = None
        """The time of the last leaf."""
        self.filings = 0
        self.days: dict[date, Day] = {}
        """Those on which there were filings, in their order."""
        self.closings: list[tuple[int, str]] = []
        """Number and commitment of each leaf that closes a day."""
        self._given: dict[int, int] = {}  # by year, the last number of its series

    def look(self, index: int, data: bytes) -> Iterator[Finding]:
        """What is wrong with the next leaf."""
        where = f"hoja {index}"
        leaf = _read(data)
        if leaf is None:  # 1
            yield Finding(Code.LEAF, where, "No tiene la forma que deben tener las hojas.")
            return
        at = datetime.fromisoformat(leaf["registrado_en"])
        if self.last is not None and at < self.last:  # 2
            words = f"Dice {iso_local(at)}, y la anterior dice {iso_local(self.last)}."
            yield Finding(Code.TIME_BACK, where, words)
        if at > self._latest:
            yield Finding(Code.FUTURE, where, f"Dice {iso_local(at)}, que todavía no llega.")
        self.last = max(at, self.last) if self.last else at
        if leaf["acto"] == Acto.CIERRE:
            self.closings.append((index, leaf["compromiso"]))
        yield from self._series(where, leaf, at)

    def _series(self, where: str, leaf: dict[str, str], at: datetime) -> Iterator[Finding]:
        folio = Folio.parse(leaf["folio"]) if leaf["folio"] else None
        if leaf["folio"] and str(folio) != leaf["folio"]:
            yield Finding(Code.LEAF, where, f"«{leaf['folio']}» no es un folio.")
        elif folio is None:
            if leaf["acto"] == Acto.INGRESO:
                yield Finding(Code.LEAF, where, "Es un ingreso sin folio.")
        elif leaf["acto"] == Acto.INGRESO:
            yield from self._filed(where, folio, at)
        elif leaf["acto"] == Acto.RESTAURACION:
            yield from self._lost(where, folio)
        elif folio.sequence > self._given.get(folio.year, 0):  # 4
            yield Finding(Code.BEFORE_INTAKE, where, f"{leaf['acto']} de {folio}, que no ha ingresado.")

    def _filed(self, where: str, folio: Folio, at: datetime) -> Iterator[Finding]:
        self.filings += 1
        day = self.days.setdefault(at.astimezone(ZONE).date(), Day())
        day.filings, day.first, day.last = day.filings + 1, day.first or str(folio), str(folio)
        if folio.year != at.astimezone(ZONE).year:  # 3
            yield Finding(Code.YEAR, where, f"{folio} se registró el {iso_local(at)}.")
        due = self._given.get(folio.year, 0) + 1
        if folio.sequence > due:
            missing = str(Folio(folio.year, due))
            if folio.sequence > due + 1:
                missing = f"{missing} a {Folio(folio.year, folio.sequence - 1)}"
            yield Finding(Code.GAP, where, f"Es {folio}; no hay hoja de {missing}.")
        elif folio.sequence < due:
            yield Finding(Code.REPEATED, where, f"{folio} ya se había dado; tocaba {Folio(folio.year, due)}.")
        self._given[folio.year] = max(folio.sequence, due - 1)

    def _lost(self, where: str, last: Folio) -> Iterator[Finding]:  # 5
        """Their leaves may be there all the same, if they had been published: it is their filings that are gone."""
        words = f"La oficina restauró un respaldo y declara perdidos expedientes, hasta el folio {last}."
        yield Finding(Code.LOST, where, words)
        self._given[last.year] = max(self._given.get(last.year, 0), last.sequence)


def _read(data: bytes) -> dict[str, str] | None:
    try:
        leaf = json.loads(data)
        words = isinstance(leaf, dict) and set(leaf) == KEYS and leaf.pop("v") == LEAF_VERSION
        if not words or not all(isinstance(each, str) for each in leaf.values()):
            return None
        at = datetime.fromisoformat(leaf["registrado_en"])
        whole = len(bytes.fromhex(leaf["compromiso"])) == 32 and iso_local(at) == leaf["registrado_en"]
        return leaf if whole and rfc8785.dumps({"v": LEAF_VERSION, **leaf}) == data else None
    except (ValueError, TypeError, OverflowError):
        return None
