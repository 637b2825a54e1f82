"""Ports on the loopback, chosen below the range from which the kernel takes ports for outgoing connections.

A port that was chosen is kept for its service while the process that chose it lives: a socket is bound to it that
listens to nobody. That hinders no server (each sets SO_REUSEADDR) and keeps others that choose at the same time away.
"""

import contextlib
import random
import socket

LOOPBACK = "127.0.0.1"
# Linux gives outgoing connections ports from 32768 up: a port from there may be in use when its service starts again.
CHOICES = range(20000, 32000)
_kept: list[socket.socket] = []


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """That many different ports, free at this moment, which nobody else chooses while this process lives."""
    candidates = random.SystemRandom().sample(CHOICES, len(CHOICES))
    free = (port for port in candidates if _keep(port))
    return [next(free) for _ in range(count)]


def _keep(port: int) -> bool:
    kept = socket.socket()
    try:
        kept.bind((LOOPBACK, port))  # without SO_REUSEADDR: it fails where another keeps the port
    except OSError:
        kept.close()
        return False
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _kept.append(kept)
    return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False
