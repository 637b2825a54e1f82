"""What a witness does when it is shown a checkpoint (https://c2sp.org/tlog-witness), in the order of its steps:

1. The request is read. (400)
2. The origin is that of a log that it watches. (404)
3. The log's own key signed the checkpoint. (403)
4. The old size is not above the new one. (400)
5. The old size is the one that it remembers, and of equal sizes the roots are equal. (409, with the size)
6. The new tree begins with the one that it remembers. (422)
7. The checkpoint is kept on the disk, and only then cosigned with the time. (200, with the signature line)

So a log that shows a witness one history can never get its signature under another one.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass

from oficialia.clock import Clock
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import EMPTY_ROOT, is_consistent
from oficialia.domain.tlog_witness import SIZE_TYPE, AddCheckpoint
from oficialia.witness.memory import Memory
from signing.errors import NoteInvalid
from signing.note import Note, SignerKey, VerifierKey, signed_by

TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What goes back: HTTP status, body, and its type."""

    status: int
    body: str
    media_type: str = TEXT_TYPE


class Witness:
    """A witness of the given logs. May be asked by several threads at once."""

    def __init__(self, key: SignerKey, logs: Collection[VerifierKey], memory: Memory, clock: Clock) -> None:
        self.key = key
        self.logs = tuple(logs)
        self._memory = memory
        self._clock = clock
        self._turn = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to a request. Raises OSError where the memory cannot be read or written, ValueError where it is
        damaged: nothing is signed then."""
        try:
            asked = AddCheckpoint.parse(body.decode())  # 1
            note = Note.parse(asked.checkpoint)
            checkpoint = Checkpoint.parse(note.text)
        except (ValueError, NoteInvalid):
            return Answer(400, "No es una solicitud de c2sp.org/tlog-witness.\n")
        log = self._signer(note, checkpoint.origin)
        if isinstance(log, Answer):
            return log
        if asked.old_size > checkpoint.size:  # 4
            return Answer(400, "El punto de control es más viejo que «old».\n")
        with self._turn:
            return self._next(log, asked, note, checkpoint)

    def sizes(self) -> dict[VerifierKey, int]:
        """How large each log was when it was cosigned last; 0 for never. Raises OSError, ValueError."""
        return {log: last.size if (last := self._memory.last(log)) else 0 for log in self.logs}

    def _signer(self, note: Note, origin: str) -> VerifierKey | Answer:
        mine = [log for log in self.logs if log.name == origin]
        if not mine:  # 2
            return Answer(404, "Este testigo no vigila ese libro.\n")
        try:
            signed = signed_by(note, mine)
        except NoteInvalid:
            signed = ()
        return signed[0].key if signed else Answer(403, "El punto de control no lo firmó la llave de ese libro.\n")  # 3

    def _next(self, log: VerifierKey, asked: AddCheckpoint, note: Note, checkpoint: Checkpoint) -> Answer:
        last = self._memory.last(log) or Checkpoint(log.name, 0, EMPTY_ROOT)
        same = checkpoint.size == last.size
        if asked.old_size != last.size or (same and checkpoint.root != last.root):  # 5
            return Answer(409, f"{last.size}\n", SIZE_TYPE)
        if not is_consistent(last.size, checkpoint.size, asked.hashes, last.root, checkpoint.root):  # 6
            return Answer(422, "El libro nuevo no empieza con el que este testigo ya firmó.\n")
        if not same:
            self._memory.keep(log, checkpoint)  # 7
        return Answer(200, self.key.sign(note.text, at=int(self._clock().timestamp())).line)
