"""From the outbox to the bell: looks for due jobs and rings for each, for as long as the process lives.

This loop is also the sweeper: a job whose bell was lost, or whose worker died, becomes due again by itself
(oficialia/services/outbox.py), and is rung again.
"""

import logging
import signal
import threading

from celery import Celery
from kombu.exceptions import OperationalError as BrokerUnavailable

from oficialia.clock import now
from oficialia.db import Database, DatabaseUnavailable
from oficialia.logs import configure
from oficialia.services import outbox
from oficialia.settings import DispatcherSettings, load_or_exit
from workers.app import TASKS, make_app

log = logging.getLogger("oficialia.despacho")
# A citizen looks at the page: a quarter of a second is not noticed, and costs the database four cheap reads a second.
POLL_SECONDS = 0.25
# After a fault of the database or the broker.
PAUSE_SECONDS = 2.0


def run(database: Database, app: Celery, stop: threading.Event) -> None:
    """Rings until ``stop`` is set. Whatever a database or a broker that is away, full or confused says is named in the
    log, and tried again."""

    def bell(kind: outbox.Kind, job_id: int) -> None:
        app.send_task(TASKS[kind], args=[job_id], retry=False)

    pause = POLL_SECONDS
    while not stop.wait(pause):
        try:
            outbox.ring(database, now(), bell)
            pause = POLL_SECONDS
        except (DatabaseUnavailable, BrokerUnavailable) as error:
            log.warning("no bell now, trying again: %s", type(error).__name__)
            pause = PAUSE_SECONDS
        except Exception as error:  # whatever it is: without the bell nothing is sealed
            log.error("no bell now, trying again", exc_info=error)
            pause = PAUSE_SECONDS


def main() -> None:
    """Runs the dispatcher until it is told to stop."""
    configure()
    settings = load_or_exit(DispatcherSettings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    run(database, make_app(settings.redis_url.get_secret_value()), stop)
    database.close()


if __name__ == "__main__":
    main()
