"""The publisher of the ledger in the test's own process, with a key and a memory of its own; and a reader of what it
published, who trusts nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.tiles import ENTRIES, Tile, unbundle, width_in
from oficialia.runtime import Runtime
from oficialia.services import published
from signing.note import Note, SignerKey, signed_by
from signing.tlog_policy import TlogPolicy
from storage.bucket import Bucket
from workers.publisher import Publisher
from workers.publisher_memory import Memory
from workers.witnesses import Witnesses

ORIGIN = "chalco.example/libro"


@dataclass(frozen=True)
class Log:
    """A log's key, and the folder of its publisher's memory."""

    key: SignerKey
    folder: Path

    @property
    def policy(self) -> TlogPolicy:
        """That its signature is enough."""
        return TlogPolicy.parse(f"log {self.key.verifier}\nquorum none\n".encode())

    def of(self, runtime: Runtime) -> Runtime:
        """The same office, which publishes its ledger."""
        return replace(runtime, ledger_policy=self.policy)

    @contextmanager
    def publisher(self, runtime: Runtime, witnesses: Witnesses | None = None) -> Iterator[Publisher]:
        """Its publisher, as it is after a start."""
        memory = Memory(self.folder)
        try:
            yield Publisher(runtime.database, runtime.bucket, self.key, memory, runtime.clock, witnesses=witnesses)
        finally:
            memory.close()

    def publish(self, runtime: Runtime) -> int:
        """Starts, publishes all that there is, and stops; how many leaves are signed then."""
        with self.publisher(runtime) as publisher:
            while publisher.step():
                pass
            return publisher.size


def make_log(folder: Path) -> Log:
    """A log that was never published."""
    memory = folder / "libro"
    memory.mkdir(exist_ok=True)
    return Log(SignerKey.generate(ORIGIN), memory)


def shown(bucket: Bucket, log: Log) -> Checkpoint:
    """The checkpoint that is published now, under the log's key."""
    note = Note.parse(published.read_checkpoint(bucket) or b"")
    assert [each.key for each in signed_by(note, [log.key.verifier])] == [log.key.verifier]
    return Checkpoint.parse(note.text)


def published_entries(bucket: Bucket, size: int) -> list[bytes]:
    """The leaves of a published tree, from its bundles."""
    found: list[bytes] = []
    while len(found) < size:
        index = len(found) // 256
        found += unbundle(published.read_tile(bucket, Tile(ENTRIES, index, width_in(ENTRIES, index, size))))
    return found
