"""A witness that runs in the test's own process, and answers over real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oficialia.clock import Clock
from oficialia.embedded.ports import LOOPBACK
from oficialia.witness.memory import Memory
from oficialia.witness.rules import Witness
from oficialia.witness.server import WitnessServer
from signing.note import WITNESS, SignerKey, VerifierKey
from signing.tlog_policy import Party


@dataclass(frozen=True)
class Running:
    """One that answers now."""

    witness: Witness
    party: Party


@contextmanager
def running(folder: Path, log: VerifierKey, clock: Clock, key: SignerKey | None = None) -> Iterator[Running]:
    """A witness of that log, with its memory in ``folder``."""
    folder.mkdir(exist_ok=True)
    memory = Memory(folder)
    witness = Witness(key or SignerKey.generate(f"{folder.name}.example", WITNESS), [log], memory, clock)
    with WitnessServer((LOOPBACK, 0), witness) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://{LOOPBACK}:{server.server_address[1]}"
            yield Running(witness, Party(folder.name, witness.key.verifier, url))
        finally:
            server.shutdown()
            thread.join()
            memory.close()
