"""Publishing the ledger: tiles into storage, then a checkpoint over them, signed. The log's key is nowhere else.

Starting (``resume``):

1. The lease: one publisher at a time. The last checkpoint that we signed, of our own memory; what is published under
   our key binds us too. Without a memory only a ledger that was never published begins.
2. Every leaf of the register is read from the first on, and the tree over them made again. Where it has not the root
   that was signed, nothing is signed any more (``Inconsistent``), until somebody finds out who changed what.
3. What was signed last is published once more: a crash may have come between the signature and the rest.

Then, each time that the register has more leaves (``step``):

4. The new leaves are read, and the last of those before them: it must be the one that was signed.
5. The tiles that they fill, and the partial ones, go to storage.
6. The checkpoint is signed, and kept on our own disk (``publisher_memory``) before anybody sees it.
7. The witnesses are asked to cosign it (``witnesses``); with the signatures that came in time it is recorded in the
   register, and published. Those that come later are added while there is nothing else to do.

Whatever is interrupted is done again from 1 or 4 with the same bytes: leaves never change, and the same text under the
same key has one signature (Ed25519). Nothing is read twice while the process lives, and the tree is kept as the last
tile of each level, so that a leaf costs the same however many there are.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from oficialia.clock import Clock
from oficialia.db import Database
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import consistency_proof
from oficialia.domain.tiles import GrowingTree, Tile, TiledTree
from oficialia.services import publication, published
from oficialia.services.publication import LEASE, Entry
from signing.errors import NoteInvalid
from signing.note import Note, SignerKey, signed_by
from storage.bucket import Bucket
from workers.publisher_memory import Memory
from workers.witnesses import Witnesses

# A step reads no more: whatever comes after has the next one, and what was published is shown meanwhile.
MOST_LEAVES = 20_000
FORGOTTEN = (
    "Quien publica el libro no recuerda lo último que firmó, y el libro ya se publicó. "
    "Ponga en su carpeta el último punto de control, como lo tienen los testigos."
)
FOREIGN = "Lo último que se firmó, como lo guarda quien publica el libro, no es de su llave."


class Inconsistent(Exception):
    """The register is not the one over which we signed; the sentence (es-MX) says what was seen."""


class Publisher:
    """The publisher of one process. Not for several threads at once."""

    def __init__(
        self,
        database: Database,
        bucket: Bucket,
        key: SignerKey,
        memory: Memory,
        clock: Clock,
        *,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._database = database
        self._bucket = bucket
        self._key = key
        self._memory = memory
        self._clock = clock
        self._witnesses = witnesses
        self._tree = GrowingTree()
        self._pending: tuple[Checkpoint, str] | None = None  # signed, and not yet published
        self._shown: tuple[Checkpoint, Note] | None = None  # published last
        self._resumed = False
        self._claimed: datetime | None = None

    def resume(self) -> None:
        """Steps 1 to 3. Raises AnotherPublisher, Inconsistent, DatabaseUnavailable, StorageError, OSError."""
        self._resumed = False
        self._keep_lease(now=True)  # 1
        shown = published.read_checkpoint(self._bucket)
        signed = self._signed(shown)
        self._tree = self._recomputed([each for each, _ in signed], everything=shown is None)  # 2
        self._pending = signed[-1] if signed else None
        self._finish()  # 3
        self._resumed = True

    def step(self) -> bool:
        """Steps 4 to 7, after ``resume`` where there was none yet; whether something new was published. Raises as it
        does; then it is to be tried again."""
        if not self._resumed:
            self.resume()
        self._keep_lease()
        self._finish()
        size = publication.head_size(self._database)
        if size < self._tree.size:
            raise self._changed(f"El registro tiene {size} hojas, y se firmó un libro de {self._tree.size}.")
        if size == self._tree.size:
            self._ask_again()
            return False
        tree = self._grown(min(size, self._tree.size + MOST_LEAVES))  # 4 and 5
        checkpoint = Checkpoint(self._key.name, tree.size, tree.root())
        note = Note(checkpoint.text, (self._key.sign(checkpoint.text),)).content
        self._memory.keep(note)  # 6
        self._tree, self._pending = tree, (checkpoint, note)
        self._finish()  # 7
        return True

    @property
    def size(self) -> int:
        """How many leaves were signed."""
        return self._tree.size

    def _signed(self, shown: bytes | None) -> list[tuple[Checkpoint, str]]:
        """What we remember to have signed, and what is published under our key, the largest last: of one size, that
        which is published, for it may have more signatures."""
        note = self._memory.last()
        if note is None and (shown is not None or publication.largest(self._database, self._key.name)):
            raise Inconsistent(FORGOTTEN)
        if note is None:
            return []
        found = [(self._own(each), each) for each in (note, (shown or b"").decode(errors="replace"))]
        if found[0][0] is None:
            raise Inconsistent(FOREIGN)
        return sorted(((signed, each) for signed, each in found if signed), key=lambda pair: pair[0].size)

    def _own(self, note: str) -> Checkpoint | None:
        """The checkpoint of a note, if we signed it."""
        try:
            read = Note.parse(note)
            checkpoint = Checkpoint.parse(read.text)
            return checkpoint if signed_by(read, [self._key.verifier]) and checkpoint.origin == self._key.name else None
        except (ValueError, NoteInvalid):
            return None

    def _keep_lease(self, *, now: bool = False) -> None:
        """Raises AnotherPublisher, DatabaseUnavailable."""
        at = self._clock()
        if now or self._claimed is None or at - self._claimed > LEASE / 3:
            publication.claim(self._database, self._memory.holder, at)
            self._claimed = at

    def _recomputed(self, signed: Sequence[Checkpoint], *, everything: bool) -> GrowingTree:
        """The tree over the leaves that were signed, which has each root that was signed on the way; with
        ``everything``, its full tiles go to storage."""
        tree, size = GrowingTree(), signed[-1].size if signed else 0
        for entry in publication.entries(self._database, 0, size):
            for tile, content in self._added(tree, entry):
                if everything:
                    published.write_tile(self._bucket, tile, content)
            if any(each.size == tree.size and each.root != tree.root() for each in signed):
                raise self._changed(f"Las primeras {tree.size} hojas del registro no son las que se firmaron.")
        if tree.size != size:
            raise self._changed(f"El registro tiene {tree.size} hojas, y se firmó un libro de {size}.")
        for tile, content in tree.partial():
            published.write_tile(self._bucket, tile, content)
        return tree

    def _grown(self, size: int) -> GrowingTree:
        """A tree of that size, with its tiles in storage; ours stays as it is until a checkpoint was signed."""
        tree = deepcopy(self._tree)
        entries = publication.entries(self._database, max(tree.size - 1, 0), size)
        if tree.size:
            last = next(entries, None)
            if last is None or (last.index, last.hash) != (tree.size - 1, tree.last_leaf):
                raise self._changed(f"La hoja {tree.size - 1} no es la que se firmó.")
        for entry in entries:
            for tile, content in self._added(tree, entry):
                published.write_tile(self._bucket, tile, content)
        if tree.size != size:
            raise self._changed(f"Al registro le faltan hojas desde la {tree.size}.")
        for tile, content in tree.partial(self._tree.size):
            published.write_tile(self._bucket, tile, content)
        return tree

    def _added(self, tree: GrowingTree, entry: Entry) -> list[tuple[Tile, bytes]]:
        if entry.index != tree.size:
            raise self._changed(f"Al registro le falta la hoja {tree.size}.")
        full = tree.add(entry.data)
        if full:
            self._keep_lease()
        if tree.last_leaf != entry.hash:
            raise self._changed(f"La huella de la hoja {entry.index} no es la de su contenido.")
        return full

    def _finish(self) -> None:
        """Step 7 of whatever was signed."""
        if self._pending:
            checkpoint, note = self._pending
            cosigned = self._cosigned(checkpoint, Note.parse(note))
            self._show(checkpoint, cosigned)
            self._pending = None

    def _show(self, checkpoint: Checkpoint, note: Note) -> None:
        publication.record(self._database, checkpoint, note.content, self._clock())
        published.write_checkpoint(self._bucket, note.content)
        self._shown = (checkpoint, note)

    def _cosigned(self, checkpoint: Checkpoint, note: Note) -> Note:
        """The note with what its witnesses add. Its tiles are in storage."""
        if self._witnesses is None or not checkpoint.size:
            return note
        tree = TiledTree(checkpoint.size, lambda tile: published.read_tile(self._bucket, tile))
        proof_from = lambda old: consistency_proof(old, checkpoint.size, tree.node)  # noqa: E731
        return note.with_more(self._witnesses.cosign(note, checkpoint, proof_from))

    def _ask_again(self) -> None:
        """Asks the witnesses whose signature the last checkpoint lacks, where it is time to."""
        if self._shown and self._witnesses and self._witnesses.missing(self._shown[1]):
            checkpoint, note = self._shown
            cosigned = self._cosigned(checkpoint, note)
            if cosigned != note:
                self._show(checkpoint, cosigned)

    def _changed(self, words: str) -> Inconsistent:
        self._resumed = False  # from the first leaf on, once it is tried again
        return Inconsistent(f"El registro no es aquel sobre el que se firmó el libro. {words}")
