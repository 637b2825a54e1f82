"""The warm parent of the sandbox's children: `python -m signing.zygote DESCRIPTOR`, started by `signing.sandbox`.

It loads the parsers once, rehearses a call, gives up network and powers, and then forks one child for each call, so
that a call costs milliseconds and not the second that loading takes. While one child works another one makes itself
ready for the next call, with memory of its own (`signing.copying`). The talk is over sockets, inherited or handed:

    control   packets from whoever uses the sandbox: the limits as JSON, with two descriptors (SCM_RIGHTS):
    work      for the child, handed on to it: it reads the request as JSON until EOF, and writes its reply as JSON
    report    for this process: how the child ended, written once it has, whatever the child itself wrote; who has got a
              whole reply does not wait for it

It ends, and kills every child, as soon as control is closed at the other end.
"""

import contextlib
import errno
import gc
import importlib
import json
import logging
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from signing.copying import Range, copy_ahead, pages_written_by
from signing.errors import NO_ROOM, SigningError
from signing.isolation import confine, die_with_parent, stay_alone, withdraw
from signing.landlock import keep_only, prepared, version
from signing.rehearsal import examine, rehearse

# What the children use most; anything else is loaded by the child that needs it.
PRELOADED = ("signing.inspection", "signing.examination", "signing.prepare")
CONTROL_BYTES = 4096
KIB = 1024
# The kernel's answer to RLIMIT_CPU, and what it does to the largest process when the machine has no memory left.
REASONS = {int(signal.SIGXCPU): "time", int(signal.SIGKILL): "memory"}


@dataclass(frozen=True)
class Child:
    """A call under way: monotonic seconds of its start and of its last moment, and where to report."""

    pid: int
    pidfd: int
    report: int
    started: float
    deadline: float


class Spare(NamedTuple):
    """A child that waits for a call: on its line it gets the limits and its socket."""

    pid: int
    line: socket.socket


class Zygote:
    """Forks, watches and reaps. One thread, so that forking is safe. `written`: what its children write to."""

    def __init__(self, control: socket.socket, written: list[Range]) -> None:
        self._control, self._written = control, written
        self._spare = self._forked()
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until control is closed."""
        try:
            while self._serve_once():
                pass
        finally:
            for child in self._children.values():
                _kill(child.pid)
            self._spare.line.close()

    def _serve_once(self) -> bool:
        for key, _ in self._selector.select(self._patience()):
            if key.fileobj is self._control:
                if not self._accept():
                    return False
            else:
                self._reap(self._children.pop(key.fd), "")
        for child in [child for child in self._children.values() if child.deadline <= time.monotonic()]:
            _kill(child.pid)
            self._reap(self._children.pop(child.pidfd), "time")
        return True

    def _patience(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(child.deadline for child in self._children.values()) - time.monotonic())

    def _accept(self) -> bool:
        """Hand one packet to the child that waits, and have another one wait; False at the end of control."""
        packet, descriptors, _, _ = socket.recv_fds(self._control, CONTROL_BYTES, 2)
        if not packet:
            return False
        work, report = descriptors
        started = time.monotonic()
        pid = self._handed_over(packet, work)
        os.close(work)
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = Child(pid, pidfd, report, started, started + json.loads(packet)["wall_seconds"])
        self._selector.register(pidfd, selectors.EVENT_READ)
        self._spare = self._forked()
        return True

    def _handed_over(self, packet: bytes, work: int) -> int:
        """The child that took the packet: the spare one, or a new one where that has died."""
        while True:
            pid, line = self._spare
            with line:
                try:
                    socket.send_fds(line, [packet], [work])
                    return pid
                except OSError:
                    os.waitpid(pid, 0)
            self._spare = self._forked()

    def _forked(self) -> Spare:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            _be_child(theirs.detach(), self._written)
        theirs.close()
        # The child does the same: whichever comes first, it is the head of its group before it can be killed.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        return Spare(pid, ours)

    def _reap(self, child: Child, killed_for: str) -> None:
        self._selector.unregister(child.pidfd)
        os.close(child.pidfd)
        _, status, usage = os.wait4(child.pid, 0)
        died_of = max(0, -os.waitstatus_to_exitcode(status))
        report = {
            "reason": killed_for or REASONS.get(died_of, ""),
            "signal": died_of,
            "peak_mib": usage.ru_maxrss / KIB,
            "seconds": time.monotonic() - child.started,
        }
        # Nobody listens any more when the caller was killed meanwhile.
        with contextlib.suppress(OSError):
            os.write(child.report, json.dumps(report).encode())
        os.close(child.report)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _be_child(place: int, written: list[Range]) -> None:
    """The life of a child: wait for its call, read, confine, run, reply. Never returns."""
    try:
        os.setpgid(0, 0)
        die_with_parent(signal.SIGKILL)
        _keep_only(place)
        stay_alone()
        rules = prepared()
        copy_ahead(written)
        with socket.socket(fileno=place) as waiting:
            packet, descriptors, _, _ = socket.recv_fds(waiting, CONTROL_BYTES, 1)
        if not packet:
            os._exit(0)
        limits = json.loads(packet)
        with socket.socket(fileno=descriptors[0]) as line:
            request = json.loads(_read_all(line))
            function = _function(request["function"])
            confine(**{name: value for name, value in limits.items() if name != "wall_seconds"})
            keep_only(rules, *([Path(place) for place in request[kind]] for kind in ("reads", "writes")))
            line.sendall(_encoded(_outcome(function, request["arguments"])))
    except BaseException:  # noqa: BLE001  (nothing may run on into the code of the parent)
        os._exit(1)
    os._exit(0)


def _keep_only(line: int) -> None:
    """Close what belongs to the parent and to other calls; standard streams go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.closerange(3, line)
    os.closerange(line + 1, 1 << 16)


def _read_all(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def _function(name: str) -> Callable[..., Any]:
    """The function `module:name`, loaded while its code can be read wherever it lies."""
    module, _, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function


def _outcome(function: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Run it; what comes of it, in JSON values: ok, error (a `SigningError`) or failure."""
    try:
        return {"ok": function(**arguments)}
    except SigningError as error:
        return {"error": [type(error).__name__, *map(str, error.args)]}
    except MemoryError:
        return {"failure": ["memory", ""]}
    except Exception as fault:  # noqa: BLE001  (any fault of a parser is told to the caller as a crash)
        number = getattr(fault, "errno", None)
        if number in NO_ROOM:
            return {"error": ["SandboxUnavailable", "no room for the result"]}
        reason = "output" if number == errno.EFBIG else "crash"
        return {"failure": [reason, f"{type(fault).__name__}: {fault}"[:500]]}


def _encoded(outcome: dict[str, Any]) -> bytes:
    """JSON for the wire. Text from a broken document may hold lone surrogates; escaped, they travel."""
    try:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
        return json.dumps({**outcome, "peak_mib": peak}).encode()
    except MemoryError:
        return b'{"failure": ["memory", ""]}'


def main() -> None:
    """Load, rehearse, withdraw, say how, serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    logging.disable()  # nobody reads what the parsers say of hostile files, and writing it takes them long
    for module in PRELOADED:
        importlib.import_module(module)
    rehearse()
    # What is loaded stays shared with the children: the collector must not write into it.
    gc.collect()
    gc.freeze()
    written = pages_written_by(examine)
    isolation = withdraw()
    control.send(json.dumps({"isolation": isolation, "files": version() > 0}).encode())
    Zygote(control, written).run()


if __name__ == "__main__":
    main()
