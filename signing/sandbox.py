"""Where documents that somebody else wrote are opened: a child without network, under limits, that answers in JSON.

    reply = Sandbox().call("signing.inspection:inspect_pdf", reads=[path], path=str(path), …)

Each calling process has one warm parent of children (`signing.zygote`), started with the first call, started anew when
it dies, and gone when the caller goes. A fork of the caller starts its own. Calls may overlap, from any thread.
What a child cannot do: reach any network, start a process, gain powers, outlive its time, grow past its memory, open
any file but those that its call names (`signing.landlock`; before Linux 5.13, any file of its user).
"""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from signing.errors import SandboxFailure, SandboxUnavailable, SigningError, rebuild
from signing.isolation import Isolation

JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]

_log = logging.getLogger(__name__)

MIB = 1024 * 1024
ROOT = Path(__file__).resolve().parent.parent
# Loading the parsers takes about a second; a loaded machine may need many.
START_SECONDS = 60
# The zygote enforces the wall clock; a caller waits this much longer before it takes the zygote for stuck.
GRACE_SECONDS = 10
CONTROL_BYTES = 4096


@dataclass(frozen=True)
class Limits:
    """What one call may use. `memory_bytes` is resident memory, libraries included; a file it writes: `file_bytes`."""

    memory_bytes: int = 512 * MIB
    cpu_seconds: int = 20
    wall_seconds: int = 25
    reply_bytes: int = 4 * MIB
    file_bytes: int = 300 * MIB


@dataclass(frozen=True)
class Reply:
    """What a call gave: its value, the child's peak resident memory, and the seconds from fork to end."""

    value: Any
    peak_mib: float
    seconds: float


@dataclass(frozen=True)
class Walls:
    """What keeps a child from the network on this machine, and whether it opens no files but those that are named."""

    isolation: Isolation
    files: bool


class _ZygoteGone(Exception):
    """The zygote died before the call was accounted for."""


class Sandbox:
    """Runs functions of this project on hostile input. Cheap to make; hold one for each process."""

    _lock: threading.Lock
    _process: "subprocess.Popen[bytes] | None"
    _control: socket.socket | None
    _walls: Walls

    def __init__(self, limits: Limits = Limits(), *, require_isolation: bool = True) -> None:
        """`require_isolation=False` also runs where the machine offers none: for demonstrations, and only there."""
        self._limits = limits
        self._require_isolation = require_isolation
        self._forget()
        _everyone.add(self)

    def call(
        self,
        function: str,
        /,
        *,
        limits: Limits | None = None,
        reads: Sequence[Path] = (),
        writes: Path | None = None,
        **arguments: JSON,
    ) -> Reply:
        """Run `function` ("module:name") with `arguments` in a child of its own and give what it returned.

        The child may open the files `reads`, and make and change those in the folder `writes`; all must exist.

        Raises again any `SigningError` raised there; `SandboxFailure` when the child met a limit or died;
        `SandboxUnavailable` when this machine cannot isolate it. A zygote found dead is replaced once.
        The log has a line for each child, however it ended: `peak_mib`, `seconds`, and the `limit` that it met, if any.
        """
        places = {"reads": [str(path.resolve()) for path in reads], "writes": [str(writes.resolve())] if writes else []}
        request = json.dumps({"function": function, "arguments": arguments, **places}).encode("ascii")
        try:
            return self._call_once(function, request, limits or self._limits)
        except _ZygoteGone:
            self.close()
        try:
            return self._call_once(function, request, limits or self._limits)
        except _ZygoteGone as fault:
            raise SandboxFailure("crash", "zygote") from fault

    def isolation(self) -> Isolation:
        """What keeps the children from the network on this machine. Raises `SandboxUnavailable` as `call` does."""
        return self.walls().isolation

    def walls(self) -> Walls:
        """All that this machine has between the children and the rest. Raises `SandboxUnavailable` as `call` does."""
        self._started()
        return self._walls

    def close(self) -> None:
        """End the zygote and the calls under way. The next call starts another."""
        with self._lock:
            process, control = self._process, self._control
            self._process = self._control = None
        if control is not None:
            control.close()
        if process is not None:
            _end(process)

    def _forget(self) -> None:
        """The state of a process that has no zygote: at first, and after a fork, whose parent keeps its own."""
        self._lock = threading.Lock()
        self._process = self._control = None
        self._walls = NO_WALLS

    def _call_once(self, function: str, request: bytes, limits: Limits) -> Reply:
        began = time.monotonic()
        ours, work = socket.socketpair()
        report_reader, report_writer = socket.socketpair()
        with ours, report_reader:
            with work, report_writer:
                self._hand_over(limits, work, report_writer)
            report_reader.settimeout(limits.wall_seconds + GRACE_SECONDS)
            ours.settimeout(limits.wall_seconds + GRACE_SECONDS)
            raw = _converse(ours, request, limits.reply_bytes)
            ours.close()
            # Who has a whole reply need not wait for the end of the child, which takes some milliseconds more.
            outcome = _whole(raw, limits)
            report = b"" if outcome else _read(report_reader, limits.reply_bytes)
        if not outcome and not report:
            raise _ZygoteGone
        told = json.loads(report) if report else _report(outcome, time.monotonic() - began)
        _log.info("sandbox %s", function, extra={"fields": _usage(told)})
        return _judged(raw, outcome, told, limits)

    def _hand_over(self, limits: Limits, work: socket.socket, report: socket.socket) -> None:
        packet = asdict(limits)
        del packet["reply_bytes"]
        try:
            socket.send_fds(self._started(), [json.dumps(packet).encode()], [work.fileno(), report.fileno()])
        except OSError as fault:
            raise _ZygoteGone from fault

    def _started(self) -> socket.socket:
        """The control socket of a zygote that has said how it is isolated."""
        with self._lock:
            if self._control is None:
                self._start()
            return cast(socket.socket, self._control)

    def _start(self) -> None:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # A session of its own: Ctrl-C in a terminal is the caller's to handle. No environment: no secrets.
            process = subprocess.Popen(
                [sys.executable, "-E", "-s", "-m", "signing.zygote", str(theirs.fileno())],
                cwd=ROOT, env={}, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        control.settimeout(START_SECONDS)
        walls = _hello(control)
        control.settimeout(GRACE_SECONDS)
        if walls is None or (walls.isolation == "none" and self._require_isolation):
            control.close()
            _end(process)
            raise SandboxUnavailable("no isolation on this machine" if walls else "the zygote did not start")
        if walls != ALL_WALLS:
            _log.warning("the sandbox has fewer walls than it should on this machine: %s", walls)
        self._process, self._control, self._walls = process, control, walls


NO_WALLS, ALL_WALLS = Walls("none", files=False), Walls("namespaces", files=True)
_everyone: "weakref.WeakSet[Sandbox]" = weakref.WeakSet()


def _after_fork() -> None:
    """In a forked child: leave the parent's zygote to the parent, or it would outlive it."""
    for sandbox in _everyone:
        if sandbox._control is not None:
            sandbox._control.close()
        sandbox._forget()


os.register_at_fork(after_in_child=_after_fork)


def _hello(control: socket.socket) -> Walls | None:
    """What the zygote says of itself once it is ready; None when it died, or says nothing."""
    try:
        return Walls(**json.loads(control.recv(CONTROL_BYTES)))
    except (OSError, ValueError):
        return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Reap a zygote whose control is closed; it leaves by itself unless it is stuck."""
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _converse(line: socket.socket, request: bytes, reply_bytes: int) -> bytes:
    """Send the request, read the reply: at most one byte more than allowed. A child that died gives what it gave."""
    try:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
    except OSError:
        return b""
    return _read(line, reply_bytes + 1)


def _read(line: socket.socket, most: int) -> bytes:
    parts: list[bytes] = []
    left = most
    try:
        while left > 0 and (part := line.recv(min(left, 1 << 16))):
            parts.append(part)
            left -= len(part)
    except OSError:
        return b"".join(parts)
    return b"".join(parts)


def _usage(report: Mapping[str, Any]) -> dict[str, float | str]:
    """What the child took, for the log."""
    met = {"limit": report["reason"]} if report["reason"] else {}
    return {"peak_mib": round(report["peak_mib"], 1), "seconds": round(report["seconds"], 2), **met}


def _whole(raw: bytes, limits: Limits) -> dict[str, Any]:
    """The reply of a child that did what it was asked to; empty when it did not, or not within its limits."""
    try:
        outcome = json.loads(raw) if len(raw) <= limits.reply_bytes else {}
        return outcome if isinstance(outcome, dict) and {"ok", "error"} & outcome.keys() else {}
    except (ValueError, RecursionError):
        return {}


def _report(outcome: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """What the zygote would say of such a child; its memory is its own word, and goes to the log alone."""
    peak = outcome.get("peak_mib")
    return {"reason": "", "signal": 0, "peak_mib": peak if isinstance(peak, float) else 0.0, "seconds": seconds}


def _judged(raw: bytes, outcome: dict[str, Any], report: dict[str, Any], limits: Limits) -> Reply:
    """The reply, or the error, in what child and zygote said. Of a child that gave no whole reply the zygote tells."""
    if len(raw) > limits.reply_bytes:
        raise SandboxFailure("output", f"more than {limits.reply_bytes} bytes")
    if report["reason"]:
        raise SandboxFailure(report["reason"])
    try:
        found = outcome or json.loads(raw)
        error = _error(found)
        if error is None:
            return Reply(found["ok"], report["peak_mib"], report["seconds"])
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise SandboxFailure("crash", f"signal {report['signal']}") from fault
    raise error


def _error(outcome: dict[str, Any]) -> SigningError | None:
    if "failure" in outcome:
        return SandboxFailure(*outcome["failure"])
    if "error" in outcome:
        name, *arguments = outcome["error"]
        return rebuild(name, arguments)
    return None
