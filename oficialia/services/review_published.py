"""The ledger as it was published, against the register: what an administrator of both cannot make agree again.

1. While the leaves are walked, the root at every size that was ever signed (``Walk``): by the checkpoints of the
   register, and by every version that the store keeps of the published one, which nobody can take away.
2. Each checkpoint: signed by the log's key, and over the leaves that the register has. One over more leaves says that
   the register went back, or lost its end; two over the same size, that two ledgers were shown.
3. The tiles of the last checkpoint: there, and of the same leaves.

Nothing of it is done where no policy says whose signatures count. ``review_proofs`` looks at acuses and promises.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from oficialia.db import Database
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import Compact
from oficialia.domain.tiles import GrowingTree, Tile
from oficialia.models import LedgerCheckpoint, LedgerLeaf
from oficialia.services import publication, published
from oficialia.services.review_findings import Code, Finding
from signing.errors import NoteInvalid
from signing.note import Note
from signing.tlog_policy import TlogPolicy
from storage.bucket import Bucket
from storage.errors import StorageMismatch
from storage.keys import ledger_key


@dataclass(frozen=True)
class Signed:
    """A checkpoint that somebody was or may have been shown, and where it was found."""

    where: str
    checkpoint: Checkpoint
    recorded: bool  # in the register

    @property
    def size(self) -> int:
        """How many leaves it is over."""
        return self.checkpoint.size


@dataclass(frozen=True)
class Publication:
    """Every checkpoint of the ledger of today, since when it is published, and what is no checkpoint of any log."""

    policy: TlogPolicy
    signed: tuple[Signed, ...] = ()
    foreign: tuple[Finding, ...] = ()
    began: datetime | None = None

    @property
    def newest(self) -> int:
        """The largest size that was signed."""
        return max((each.size for each in self.signed), default=0)

    @property
    def roots(self) -> dict[int, bytes]:
        """By size."""
        return {each.size: each.checkpoint.root for each in self.signed}


def measure(database: Database, bucket: Bucket, policy: TlogPolicy, *, quick: bool = False) -> Publication:
    """As of now; ``quick`` asks the store for its newest checkpoint alone. Raises StorageUnavailable."""
    with database.reading() as session:
        newest = publication.newest(session)
        query = select(LedgerCheckpoint.size, LedgerCheckpoint.note).order_by(LedgerCheckpoint.size)
        rows = [(f"punto de control {size} del registro", note, True) for size, note in session.execute(query)]
        began = session.scalar(select(func.min(LedgerCheckpoint.signed_at)))
    origin = newest.origin if newest else policy.logs[-1].key.name if policy.logs else ""
    found = [read(policy, *each) for each in [*rows, *_stored(bucket, quick=quick)]]
    signed = [each for each in found if isinstance(each, Signed) and each.checkpoint.origin == origin]
    return Publication(policy, tuple(signed), tuple(each for each in found if isinstance(each, Finding)), began)


def _stored(bucket: Bucket, *, quick: bool) -> Iterator[tuple[str, str, bool]]:
    """Every version that the store keeps of the published checkpoint."""
    key = ledger_key(published.CHECKPOINT)
    if quick:
        newest = published.read_checkpoint(bucket)
        yield from [(key, newest.decode(errors="replace"), False)] if newest is not None else ()
        return
    for version in bucket.versions(key):
        if version.key == key:
            content = bucket.read(key, version_id=version.version_id, at_most=published.MOST_NOTE_BYTES)
            yield f"{key} (versión {version.version_id})", content.decode(errors="replace"), False


def read(policy: TlogPolicy, where: str, note: str, recorded: bool = False) -> Signed | Finding:
    """A checkpoint that was found, or that it is none of a log that the policy knows."""
    try:
        parsed = Note.parse(note)
        checkpoint = Checkpoint.parse(parsed.text)
        log = policy.judge(parsed).log
    except (NoteInvalid, ValueError):
        log = None
    if log is None:
        words = "No está firmado por la llave del libro, o no se puede leer."
        return Finding(Code.CHECKPOINT_FOREIGN, where, words)
    return Signed(where, checkpoint, recorded)


@dataclass
class Walk:
    """What the walk over the leaves finds out on its way: the roots at the sizes that were signed, and the published
    tiles of the largest that are not those of the register."""

    publication: Publication
    bucket: Bucket
    quick: bool = False
    roots: dict[int, bytes] = field(default_factory=dict)
    differing: list[Tile] = field(default_factory=list)
    unread: bool = False
    """Whether a leaf could not be read: nothing is known then of what comes after it."""

    def over(self, leaves: Iterable[LedgerLeaf | Finding]) -> Iterator[LedgerLeaf | Finding]:
        """The same leaves. Raises StorageUnavailable."""
        sizes, newest = {each.size for each in self.publication.signed}, self.publication.newest
        compact, tree = Compact(), GrowingTree()
        for leaf in leaves:
            self.unread = self.unread or isinstance(leaf, Finding)
            if isinstance(leaf, LedgerLeaf) and not self.unread:
                full = tree.add(leaf.data.encode())
                compact.add(tree.last_leaf)
                if compact.size in sizes:
                    self.roots[compact.size] = compact.root()
                if compact.size <= newest:
                    self._compare(full)
                if compact.size == newest:
                    self._compare(tree.partial())
            yield leaf

    def _compare(self, expected: Iterable[tuple[Tile, bytes]]) -> None:
        for tile, content in () if self.quick else expected:
            try:
                same = published.read_tile(self.bucket, tile) == content
            except StorageMismatch:
                same = False
            if not same:
                self.differing.append(tile)


def checkpoints(walk: Walk, leaves: int) -> Iterator[Finding]:
    """Steps 2 and 3, after the walk over that many leaves."""
    signed = walk.publication.signed
    yield from walk.publication.foreign
    told: dict[int, bytes] = {}
    for each in signed:
        size, root = each.size, each.checkpoint.root
        if told.setdefault(size, root) != root:
            words = f"Se firmaron dos libros distintos de {size} hojas: a alguien se le mostró otro."
            yield Finding(Code.LEDGER_FORKED, each.where, words)
        elif size > leaves:
            words = f"Se firmó un libro de {size} hojas y el registro tiene {leaves}: le faltan las últimas."
            yield Finding(Code.REGISTER_WENT_BACK, each.where, words)
        elif not walk.unread and walk.roots.get(size) != root:
            words = f"Las primeras {size} hojas del registro ya no son las que se firmaron."
            yield Finding(Code.LEDGER_REWRITTEN, each.where, words)
    recorded = {each.size for each in signed if each.recorded}
    for each in signed:
        if each.size not in recorded:
            words = f"Se publicó un libro de {each.size} hojas, y el registro no lo tiene entre lo firmado."
            yield Finding(Code.CHECKPOINT_UNKNOWN, each.where, words)
    for tile in walk.differing:
        words = "Lo publicado del libro no está, o no es lo que tiene el registro."
        yield Finding(Code.TILE_DIFFERS, ledger_key(tile.path), words)
