"""What a leaf costs as the ledger grows: appended in its transaction, added to the tree, proven from its tiles."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, update

from oficialia.clock import now
from oficialia.db import Database, upgrade
from oficialia.domain.filing import Acto
from oficialia.domain.ledger import SALT_BYTES, make_leaf
from oficialia.domain.merkle import inclusion_proof, is_included
from oficialia.domain.tiles import ENTRIES, GrowingTree, Tile, TiledTree
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.services import ledger, publication

SIZES = (1_000, 10_000, 100_000, 1_000_000)
APPENDS, PROOFS = 100, 200
AT = datetime(2026, 11, 25, 18, tzinfo=UTC)
RECORD = {"acto": Acto.RESTAURACION}
BATCH = 10_000


def measure(sizes: Sequence[int] = SIZES) -> list[dict[str, float]]:
    """A row for each size, in milliseconds but for ``recomputed_s``; on SQLite and on files."""
    with TemporaryDirectory(prefix="libro-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'oficialia.db'}"
        upgrade(url)
        database = Database(url)
        try:
            return [_row(database, folder, size) for size in sizes]
        finally:
            database.close()


def table(rows: Sequence[Mapping[str, float]]) -> str:
    """The rows for people."""
    head = "hojas      asentar ms  publicar ms  probar ms (mediana, la más lenta)  rehacer el árbol s"
    lines = [
        f"{row['leaves']:>9,.0f}  {row['append_ms']:>10.2f}  {row['publish_ms']:>11.3f}  "
        f"{row['proof_ms']:>17.2f} {row['slowest_proof_ms']:>12.2f}  {row['recomputed_s']:>22.1f}"
        for row in rows
    ]
    return "\n".join([head, *lines])


def _row(database: Database, folder: Path, size: int) -> dict[str, float]:
    _fill(database, size)
    tree, recomputed = _recomputed(database, folder)
    appended = [_timed(lambda: _append(database)) for _ in range(APPENDS)]
    published = [_timed(lambda: _publish(tree)) for _ in range(APPENDS)]
    tree, _ = _recomputed(database, folder)
    proven = [_timed(partial(_prove, folder, tree, index)) for index in _some(tree.size)]
    return {
        "leaves": size,
        "append_ms": statistics.median(appended),
        "publish_ms": statistics.median(published),
        "proof_ms": statistics.median(proven),
        "slowest_proof_ms": max(proven),
        "recomputed_s": recomputed,
    }


def _fill(database: Database, size: int) -> None:
    """Leaves up to that many, many at once."""
    start = publication.head_size(database)
    for first in range(start, size, BATCH):
        indexes = range(first, min(first + BATCH, size))
        with database.transaction() as session:
            session.execute(insert(LedgerLeaf), [_leaf(index) for index in indexes])
            session.execute(update(LedgerHead).values(size=indexes[-1] + 1))


def _leaf(index: int) -> dict[str, object]:
    salt = index.to_bytes(SALT_BYTES, "big")
    leaf = make_leaf(
        act=Acto.RESTAURACION, folio="", registered_at=AT, area="", tramite="", record=RECORD | {"n": index}, salt=salt
    )
    return {
        "index": index, "filing_id": None, "act": Acto.RESTAURACION, "folio": "", "registered_at": AT,
        "data": leaf.data.decode(), "hash": leaf.hash.hex(), "record": leaf.record.decode(), "salt": salt,
    }  # fmt: skip


def _append(database: Database) -> None:
    with database.transaction() as session:
        ledger.append_public(session, ledger.take_turn(session, now()), Acto.RESTAURACION, RECORD)


def _publish(tree: GrowingTree) -> None:
    """What one more leaf costs the publisher, without its writes: the tiles that change, and the root to be signed."""
    before = tree.size
    tree.add(b"{}" * 150)
    tree.partial(before)
    tree.root()


def _recomputed(database: Database, folder: Path) -> tuple[GrowingTree, float]:
    """The tree over all leaves, as the publisher makes it at its start, and the seconds; its tiles become files."""
    tree, seconds = GrowingTree(), 0.0
    entries = publication.entries(database, 0, publication.head_size(database))
    while True:
        began = time.perf_counter()
        batch = _next(entries)
        full = [each for entry in batch for each in tree.add(entry)]
        seconds += time.perf_counter() - began
        if not batch:
            break
        _write(folder, full)
    _write(folder, tree.partial())
    return tree, seconds


def _next(entries: Iterator[publication.Entry]) -> list[bytes]:
    return [entry.data for _, entry in zip(range(BATCH), entries, strict=False)]


def _write(folder: Path, tiles: Sequence[tuple[Tile, bytes]]) -> None:
    for tile, content in tiles:
        if tile.level != ENTRIES:
            path = folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _prove(folder: Path, tree: GrowingTree, index: int) -> None:
    """A proof from nothing but the files."""
    nodes = TiledTree(tree.size, lambda tile: (folder / tile.path).read_bytes())
    proof = inclusion_proof(index, tree.size, nodes.node)
    assert is_included(nodes.node(0, index), index, tree.size, proof, tree.root())


def _some(size: int) -> list[int]:
    return [*range(0, size, max(1, size // PROOFS)), size - 1]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
