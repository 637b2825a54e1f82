"""The web server's worker with little patience, so that a test need not have much."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from oficialia.web.patience import Patience
from oficialia.web.worker import PatientWorker


class ImpatientWorker(PatientWorker):
    """Seconds instead of minutes."""

    patience = Patience(silence=1.0, grace=2.0, bytes_per_second=64 << 10, unread=1.5)


def endless(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    """An application whose answers have no end."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return itertools.repeat(bytes(1 << 16))
