"""The audit of a whole ledger, in its order:

1. The checkpoint is signed by the key of the log, and the witnesses that signed it did.
2. Every leaf, from the first bundle to the last: its form, its time, its folio (``order.py``).
3. The published hashes are those of the leaves.
4. The root of all is that of the checkpoint; at every size that was seen before, it is that which was seen.
5. The witnesses that signed had the last leaf before them.
6. The closings of the days are those that the leaves commit to (``days.py``).

It needs as much memory for a million leaves as for a thousand: the last tile of each level.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from oficialia.audit.days import Days
from oficialia.audit.findings import Code, Finding
from oficialia.audit.order import SLACK, Order
from oficialia.audit.signatures import read_note
from oficialia.audit.source import MOST_TEXT_BYTES, Source, SourceUnreadable, read_tile
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.tiles import ENTRIES, WIDTH, GrowingTree, Tile, unbundle, width_in
from oficialia.domain.wording import iso_local
from signing.errors import NoteInvalid
from signing.note import Signed
from signing.tlog_policy import TlogPolicy
from signing.trust import TrustAnchors

Progress = Callable[[int, int], None]
"""Told after each bundle: leaves read, leaves in all."""
Grown = Callable[[], None]
CHECKPOINT = "checkpoint"


@dataclass(frozen=True)
class Seen:
    """A checkpoint that somebody kept: from where, and what it says."""

    where: str
    checkpoint: Checkpoint


@dataclass
class Audit:
    """What is known once it is done. ``checkpoint`` is None where there is none that the key signed."""

    note: str = ""
    checkpoint: Checkpoint | None = None
    witnesses: tuple[Signed, ...] = ()
    filings: int = 0
    last: datetime | None = None


def audit(
    source: Source,
    policy: TlogPolicy,
    seen: Sequence[Seen],
    now: datetime,
    *,
    progress: Progress,
    result: Audit,
    anchors: TrustAnchors | None = None,
) -> Iterator[Finding]:
    """The findings as they come; ``result`` is filled meanwhile. Raises SourceUnreadable."""
    content = source.read(CHECKPOINT, MOST_TEXT_BYTES)
    if content is None:
        raise SourceUnreadable("Ahí no hay ningún libro publicado: falta «checkpoint».")
    try:  # 1
        checkpoint, witnesses, enough = read_note(policy, content.decode(errors="replace"))
    except NoteInvalid as fault:
        false = "in the name of" in str(fault)
        words = "Alguien firmó en nombre de otra llave." if false else "No lo firmó la llave del libro."
        yield Finding(Code.WITNESS_FALSE if false else Code.UNSIGNED, "punto de control", words)
        return
    result.note, result.checkpoint, result.witnesses = content.decode(), checkpoint, witnesses
    if not enough:
        words = "No lo firmaron los testigos que pide la política del libro."
        yield Finding(Code.WITNESS_MISSING, "punto de control", words)
    tree, order, roots = GrowingTree(), Order(now), {each.checkpoint.size for each in seen}
    known: dict[int, bytes] = {0: tree.root()}

    def grown() -> None:
        if tree.size in roots:
            known[tree.size] = tree.root()

    yield from _leaves(source, checkpoint, tree, order, progress=progress, grown=grown)  # 2 and 3
    result.filings, result.last = order.filings, order.last
    if tree.size == checkpoint.size and tree.root() != checkpoint.root:  # 4
        yield Finding(Code.ROOT, "punto de control", "Las hojas publicadas no dan la huella que se firmó.")
    yield from _against(seen, checkpoint, known, whole=tree.size == checkpoint.size)
    yield from _early(witnesses, order.last)  # 5
    if tree.size == checkpoint.size:  # 6
        yield from Days(source, policy, anchors).check(order, checkpoint.size)


def _leaves(
    source: Source, checkpoint: Checkpoint, tree: GrowingTree, order: Order, *, progress: Progress, grown: Grown
) -> Iterator[Finding]:
    for index in range(-(-checkpoint.size // WIDTH)):
        bundle = Tile(ENTRIES, index, width_in(ENTRIES, index, checkpoint.size))
        content = read_tile(source, bundle)
        try:
            entries = unbundle(content)[: bundle.width] if content is not None else []
        except ValueError:
            entries = []
        if len(entries) != bundle.width:
            # What follows could be anything: no number, no hash and no folio of it is known.
            yield Finding(Code.MISSING, bundle.path, f"No están las hojas desde la {tree.size}.")
            return
        for entry in entries:
            yield from order.look(tree.size, entry)
            full = [each for each in tree.add(entry) if each[0].level != ENTRIES]
            grown()
            yield from _hashes(source, full)
        progress(tree.size, checkpoint.size)
    yield from _hashes(source, [each for each in tree.partial() if each[0].level != ENTRIES])


def _hashes(source: Source, expected: Sequence[tuple[Tile, bytes]]) -> Iterator[Finding]:
    for tile, content in expected:
        found = read_tile(source, tile)
        if found is None:
            yield Finding(Code.MISSING, tile.path, "No están las huellas de esas hojas.")
        elif found[: len(content)] != content:
            yield Finding(Code.TILE, tile.path, "Las huellas publicadas no son las de las hojas.")


def _against(seen: Sequence[Seen], now: Checkpoint, known: dict[int, bytes], *, whole: bool) -> Iterator[Finding]:
    for each in seen:
        old = each.checkpoint
        if old.origin != now.origin:
            yield Finding(Code.OTHER, each.where, f"Es del libro {old.origin}, y este es {now.origin}.")
        elif old.size > now.size:
            words = f"Entonces el libro tenía {old.size} hojas, y ahora tiene {now.size}."
            yield Finding(Code.WENT_BACK, each.where, words)
        elif old.size in known and known[old.size] != old.root:
            words = f"Las primeras {old.size} hojas ya no son las que se firmaron entonces."
            yield Finding(Code.REWRITTEN, each.where, words)
        elif old.size not in known and whole:
            yield Finding(Code.MISSING, each.where, f"No se pudo rehacer el libro de {old.size} hojas.")


def _early(witnesses: Sequence[Signed], last: datetime | None) -> Iterator[Finding]:
    for each in witnesses:
        at = datetime.fromtimestamp(each.at, UTC)
        if last is not None and at < last - SLACK:
            words = f"{each.key.name} firmó el {iso_local(at)}, y la última hoja dice {iso_local(last)}."
            yield Finding(Code.WITNESS_EARLY, "punto de control", words)
