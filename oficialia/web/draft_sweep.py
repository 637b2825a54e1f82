"""The window removes the drafts whose time is over, because nobody else can: the folder is its own.

It looks every quarter of an hour, after an answer was sent, whatever was asked for: a window that somebody watches, or
that anybody visits, keeps the promise.
"""

import logging
import threading
import time

from flask import Flask, Response

from oficialia.runtime import Runtime

EVERY_SECONDS = 900
_log = logging.getLogger("oficialia.web")


class Sweeper:
    """One of each process; several at once do no harm."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._next = 0.0

    def after(self, response: Response) -> Response:
        """Has the answer followed by a sweep when it is time."""
        if self._due():
            response.call_on_close(self._sweep)
        return response

    def _due(self) -> bool:
        with self._lock:
            now = time.monotonic()
            due = now >= self._next
            if due:
                self._next = now + EVERY_SECONDS
            return due

    def _sweep(self) -> None:
        try:
            gone = self._runtime.drafts.sweep()
        except OSError as error:  # the answer is sent; the next look tries again
            _log.error("drafts cannot be swept: %s", type(error).__name__)
        else:
            _log.info("drafts swept", extra={"fields": {"drafts": gone}})


def install(app: Flask, runtime: Runtime) -> None:
    """Sweeps from here on."""
    app.after_request(Sweeper(runtime).after)
