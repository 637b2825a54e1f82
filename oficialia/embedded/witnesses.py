"""The witnesses of the demo's ledger, as programs of their own. Real ones belong to somebody else, elsewhere."""

import sys
from pathlib import Path

from oficialia.embedded.ports import LOOPBACK, answers
from oficialia.embedded.process import Program
from oficialia.settings import variable
from signing.tlog_policy import TlogPolicy


def url(port: int) -> str:
    """Where one answers."""
    return f"http://{LOOPBACK}:{port}"


def program(name: str, pki: Path, memory: Path, *, port: int, environment: dict[str, str]) -> Program:
    """The witness of that name over the log of the development PKI in `pki`, which has its key."""
    [log] = TlogPolicy.parse((pki / "libro.politica").read_bytes()).logs
    settings = {
        "witness_key_file": str(pki / f"{name}.key"),
        "witness_logs": str(log.key),
        "witness_dir": str(memory),
        "witness_listen": f"{LOOPBACK}:{port}",
    }
    known = {variable(field): value for field, value in settings.items()}
    argv = (str(Path(sys.executable).parent / "oficialia"), "testigo")
    return Program(name, argv, {**environment, **known}, lambda: answers(port), quiet=True)
