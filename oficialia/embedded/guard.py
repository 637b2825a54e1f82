"""Nothing is orphaned: a guard above the supervisor that outlives it just long enough to end what it left.

Linux hands the orphans of a "subreaper" to it instead of to init. The guard is one, and so is the supervisor below it:
when the supervisor dies, however it dies, every descendant is the guard's and is killed; when the guard dies, the
kernel asks the supervisor to stop in order.
"""

import contextlib
import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType

# linux/prctl.h
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LIBC = ctypes.CDLL(None, use_errno=True)


def guarded(work: Callable[[], int]) -> int:
    """Run `work` in a child and return its exit status; no process that it started, at any depth, is left."""
    adopt_orphans()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _run(work, parent)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in STOP_SIGNALS:
        signal.signal(number, pass_on)
    _, status = os.waitpid(child, 0)
    end_orphans()
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1


def _run(work: Callable[[], int], parent: int) -> None:
    """The child's whole life; it never returns to the caller's code."""
    status = 1
    try:
        # A terminal's Ctrl-C would reach this process twice, once through the guard.
        os.setpgid(0, 0)
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        adopt_orphans()
        if os.getppid() == parent:
            status = work()
    except BaseException:  # noqa: BLE001 - there is no caller above: it is shown, and the status says it
        traceback.print_exc()
    finally:
        end_orphans()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def adopt_orphans() -> None:
    """From now on descendants whose parent dies become this process's children."""
    _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_orphans(keep: Collection[int] = ()) -> None:
    """Kill the children that are not in `keep`, then those they leave, until there are none; wait for each."""
    while strays := children() - set(keep):
        for pid in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in strays:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def children() -> set[int]:
    """The living and unwaited children of this process."""
    me = str(os.getpid())
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _parent(entry) == me}


def _parent(entry: Path) -> str:
    try:
        # "pid (name) state ppid …": the name may hold spaces and brackets, the last bracket ends it.
        return (entry / "stat").read_text().rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return ""  # it ended meanwhile
