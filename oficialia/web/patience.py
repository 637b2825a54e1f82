"""How long a connection may keep a thread waiting: sockets that lose patience with a peer that is silent or too slow.

gunicorn reads requests from blocking sockets, so that one byte a minute would hold a thread for ever. The limits are
made for phones on bad networks; attackers with many machines are for nginx to keep out, which reads whole requests
before it passes them on.
"""

import errno
import select
import socket
import time
from dataclasses import dataclass
from typing import Any, Self


class TooSlow(ConnectionResetError):
    """The peer was silent for too long, or sends too slowly; the connection is of no more use."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the peer is too slow")


@dataclass(frozen=True)
class Patience:
    """What is waited for, in seconds and bytes a second."""

    # A phone that changes its cell, or goes through a tunnel, is back by then; TCP itself asks again after 1, 3, 7, 15.
    silence: float = 30
    # Every request has this long, however slow: a typed petition needs no more on any network.
    grace: float = 60
    # After the grace, on average: 64 kbit/s is the least that EDGE gives. 25 MiB take 53 minutes so; whoever has less
    # gives up before us, and thinner photographs serve them better.
    bytes_per_second: int = 8 << 10
    # For each block (64 KiB at most) that we send.
    unread: float = 60


class PatientSocket(socket.socket):
    """A connection that raises TooSlow, where another would wait on."""

    patience = Patience()
    _started = 0.0
    _received = 0

    @classmethod
    def taken_from(cls, other: socket.socket, patience: Patience) -> Self:
        """The connection of ``other``, which is of no more use."""
        taken = cls(other.family, other.type, other.proto, fileno=other.detach())
        taken.patience = patience
        taken.begin()
        return taken

    def begin(self) -> None:
        """A request begins: its time and its bytes count from here."""
        self._started, self._received = time.monotonic(), 0

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """As of any socket; what has arrived already is always given. Raises TooSlow."""
        waiting = select.poll()
        waiting.register(self, select.POLLIN)
        if not waiting.poll(max(0.0, self._left()) * 1000):
            raise TooSlow
        data = super().recv(bufsize, flags)
        self._received += len(data)
        return data

    def _left(self) -> float:
        earned = self._started + self.patience.grace + self._received / self.patience.bytes_per_second
        return min(self.patience.silence, earned - time.monotonic())

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """As of any socket. Raises TimeoutError when the peer does not read."""
        self.settimeout(self.patience.unread)
        super().sendall(data, flags)
