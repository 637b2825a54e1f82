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
