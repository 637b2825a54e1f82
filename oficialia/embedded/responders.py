"""The time-stamping authority and the revocation responders of the development PKI, as a program of its own."""

import sys
from pathlib import Path

from oficialia.embedded.ports import LOOPBACK, answers
from oficialia.embedded.process import Program


def base_url(port: int) -> str:
    """Where they answer; /tsa, /ocsp and /crl stand below it."""
    return f"http://{LOOPBACK}:{port}"


def program(pki: Path, *, port: int, environment: dict[str, str]) -> Program:
    """The responders over the development PKI in `pki`."""
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    application = f"certs.responders:create_app({str(pki)!r})"
    options = ("--no-control-socket", "--worker-class=gthread", "--threads=4", f"--bind={LOOPBACK}:{port}")
    return Program(
        "sellos-de-tiempo", (gunicorn, *options, application), environment, lambda: answers(port), quiet=True
    )
