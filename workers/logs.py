"""One line of log an event, to standard output; who runs the process decides where it goes."""

import logging
import sys


def configure(level: int = logging.INFO) -> None:
    """Sets up the root logger; safe to repeat."""
    logging.basicConfig(
        level=level or logging.INFO,
        stream=sys.stdout,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
    # At WARNING it writes whole presigned addresses, signature included.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
