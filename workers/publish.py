"""The publisher of the ledger as a process: `python -m workers.publish`. `publisher.py` says what it does.

An outage is waited for. A register that is not the one over which it signed is an alarm, in its log every half minute
and in the register for whoever looks (`/salud/lista`, `oficialia revisar`), until a person has mended it: nothing is
signed meanwhile, and filings are received all the same.
"""

import contextlib
import logging
import signal
import sys
import threading

from oficialia.alone import Busy
from oficialia.clock import now
from oficialia.db import Database, DatabaseUnavailable
from oficialia.logs import configure
from oficialia.runtime import bucket_of, policy_of
from oficialia.services import publication
from oficialia.services.publication import AnotherPublisher
from oficialia.settings import PublisherSettings, load_or_exit
from signing.note import SignerKey
from storage.errors import StorageError
from workers.publisher import Inconsistent, Publisher
from workers.publisher_memory import Memory
from workers.witnesses import Witnesses

log = logging.getLogger("oficialia.libro")
# A citizen waits for the acuse, which waits for the checkpoint; it costs the database one cheap read each time.
POLL_SECONDS = 0.4
# After a fault of the database, the store or our own disk.
PAUSE_SECONDS = 2.0
# While somebody is needed.
ALARM_SECONDS = 30.0
OTHER = "Otro proceso publica ya este libro. Solo puede haber uno."


def run(publisher: Publisher, database: Database, memory: Memory, stop: threading.Event) -> None:
    """Publishes until ``stop`` is set. Raises AnotherPublisher when somebody else took over."""
    pause, told = 0.0, ""
    while not stop.wait(pause):
        pause = POLL_SECONDS
        try:
            if publisher.step():
                log.info("published %d leaves", publisher.size)
            if told:
                told = _tell(database, memory, "")
        except Inconsistent as fault:
            log.error("nothing is signed: %s", fault)
            told, pause = _tell(database, memory, str(fault)), ALARM_SECONDS
        except (DatabaseUnavailable, StorageError, OSError) as fault:
            log.warning("not published now, trying again: %s", type(fault).__name__)
            pause = PAUSE_SECONDS


def _tell(database: Database, memory: Memory, trouble: str) -> str:
    # The log has it in any case; a database that is away is told the next time.
    with contextlib.suppress(DatabaseUnavailable):
        publication.tell(database, memory.holder, trouble, now())
    return trouble


def main() -> None:
    """Publishes until it is told to stop."""
    settings = load_or_exit(PublisherSettings)
    configure(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        memory = Memory(settings.ledger_dir)
    except Busy:
        sys.exit(OTHER)
    except (OSError, ValueError) as fault:
        sys.exit(f"No se puede usar la carpeta de quien publica el libro: {fault}")
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    key = SignerKey.parse(settings.ledger_key.get_secret_value())
    policy = policy_of(settings)
    witnesses = Witnesses(policy.witnesses if policy else ())
    try:
        run(Publisher(database, bucket_of(settings), key, memory, now, witnesses=witnesses), database, memory, stop)
        with contextlib.suppress(DatabaseUnavailable):
            publication.release(database, memory.holder, now())
    except AnotherPublisher:
        sys.exit(OTHER)
    finally:
        witnesses.close()
        database.close()
        memory.close()


if __name__ == "__main__":
    main()
