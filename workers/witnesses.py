"""Asking the witnesses of the ledger to cosign a checkpoint, all at once and with little patience.

Only addresses of the policy are asked. A witness that is away, slow, or says something else than a good signature costs
a few seconds once, and is left alone for a minute then: no witness holds the publisher.
"""

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import requests

from oficialia.domain import spelling
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.tlog_witness import AddCheckpoint
from signing.bounded_http import Answer, Bounds, FetchFailed, ask, open_session
from signing.errors import NoteInvalid
from signing.note import Note, Signature, parse_signatures
from signing.tlog_policy import Party
from storage.errors import StorageError

PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 60.0
_BOUNDS = Bounds(PATIENCE_SECONDS, 16 * 1024)
_HEADERS = {"Content-Type": "text/plain; charset=utf-8"}
_log = logging.getLogger("oficialia.libro")

ProofFrom = Callable[[int], tuple[bytes, ...]]
"""The hashes that lead from the tree of that many leaves to the one that is to be cosigned."""


@dataclass
class _Asked:
    """A witness, and what is known of it."""

    party: Party
    session: requests.Session = field(default_factory=open_session)
    size: int = 0  # of what it cosigned last, as far as we know
    not_before: float = 0.0
    running: "Future[Signature | None] | None" = None


class Witnesses:
    """The witnesses that have an address. Not for several threads at once."""

    def __init__(self, parties: Collection[Party], timer: Callable[[], float] = time.monotonic) -> None:
        self._asked = [_Asked(party) for party in parties if party.url]
        self._timer = timer
        self._pool = ThreadPoolExecutor(max_workers=max(len(self._asked), 1), thread_name_prefix="testigo")

    def missing(self, note: Note) -> bool:
        """Whether a witness that may be asked now has not signed the note."""
        return bool(self._due(note))

    def cosign(self, note: Note, checkpoint: Checkpoint, proof_from: ProofFrom) -> tuple[Signature, ...]:
        """The signatures, all verified, that came in time. ``proof_from`` must bear being called by several threads."""
        due = self._due(note)
        for each in due:
            each.running = self._pool.submit(self._ask, each, note, checkpoint, proof_from)
        started = {each.running: each for each in due if each.running}
        done, late = wait(started, timeout=PATIENCE_SECONDS)
        for future in late:
            self._leave_alone(started[future], "it did not answer in time")
        return tuple(signature for future in done if (signature := future.result()))

    def close(self) -> None:
        """Stops asking."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _due(self, note: Note) -> list[_Asked]:
        signed = {(each.name, each.key_id) for each in note.signatures}
        now = self._timer()
        return [
            each
            for each in self._asked
            if (each.party.key.name, each.party.key.key_id) not in signed
            and now >= each.not_before
            and (each.running is None or each.running.done())
        ]

    def _leave_alone(self, asked: _Asked, why: str) -> None:
        asked.not_before = self._timer() + PAUSE_SECONDS
        _log.warning("no cosignature by %s: %s", asked.party.key.name, why)

    def _ask(self, asked: _Asked, note: Note, checkpoint: Checkpoint, proof_from: ProofFrom) -> Signature | None:
        try:
            answer = self._send(asked, note, checkpoint, proof_from)
            if answer.status == requests.codes.conflict:
                asked.size = spelling.number(answer.body.decode("ascii").removesuffix("\n"))
                if asked.size <= checkpoint.size:
                    answer = self._send(asked, note, checkpoint, proof_from)
            if answer.status == requests.codes.conflict:
                _log.error("%s cosigned another ledger of %d leaves under our key", asked.party.key.name, asked.size)
            if answer.status != requests.codes.ok:
                self._leave_alone(asked, f"HTTP {answer.status}")
                return None
            return self._verified(asked, note, checkpoint, answer.body.decode())
        # Whatever it said, or failed to say, is its own fault and is told in the log; what we publish goes on.
        except (FetchFailed, NoteInvalid, ValueError, StorageError) as fault:
            self._leave_alone(asked, f"{type(fault).__name__}: {fault}")
            return None

    def _send(self, asked: _Asked, note: Note, checkpoint: Checkpoint, proof_from: ProofFrom) -> Answer:
        hashes = proof_from(asked.size) if asked.size < checkpoint.size else ()
        body = AddCheckpoint(asked.size, hashes, note.content).text.encode()
        return ask(asked.session, "POST", f"{asked.party.url}/add-checkpoint", _BOUNDS, body=body, headers=_HEADERS)

    def _verified(self, asked: _Asked, note: Note, checkpoint: Checkpoint, lines: str) -> Signature | None:
        key = asked.party.key
        for signature in parse_signatures(lines):
            mine = (signature.name, signature.key_id) == (key.name, key.key_id)
            if mine and key.signed_at(note.text, signature.value) is not None:
                asked.size = checkpoint.size
                return signature
        self._leave_alone(asked, "its answer has no good signature of its own")
        return None
