"""The mail server of the embedded default, as a program. Its code is apart (``mail_server``): a town's installation has
neither that server nor its library, and its command line must work all the same.
"""

import sys
from pathlib import Path

from oficialia.embedded.ports import answers
from oficialia.embedded.process import Program


def program(folder: Path, *, port: int, environment: dict[str, str]) -> Program:
    """The mail sink as a program of its own."""
    argv = (sys.executable, "-m", "oficialia.embedded.mail_server", str(port), str(folder))
    return Program("correo", argv, environment, lambda: answers(port), quiet=True)
