"""How a child gives up the file system, for good, but for what its call names: Linux's Landlock (landlock(7)).

A child runs as the user of whoever called it, who may be the holder of the seal's key: without this it could read the
key from disk, or change a document behind its caller's back. Kernels before 5.13 have none of it, and say so.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# linux/landlock.h; the calls have these numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION, BENEATH = 1, 1
WRITE_FILE, READ_FILE, READ_DIR, REMOVE_FILE, MAKE_REG, TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 5, 1 << 8, 1 << 14
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
"""Every right that a version of the interface knows, up to the last that concerns files of ours."""
OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE
READING = READ_FILE | READ_DIR
WRITING = READING | WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE

CODE = tuple(
    Path(place)
    for place in (sys.prefix, sys.base_prefix, str(Path(__file__).parent), "/usr", "/lib", "/lib64", "/dev/urandom")
    if Path(place).exists()
)
"""What Python and the libraries load when they are first used, fonts among it."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`, as far as its first version goes."""

    _fields_ = [("handled_access_fs", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def version() -> int:
    """The version of the interface that this kernel offers; 0 for none."""
    return max(0, int(_libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION)))


@dataclass(frozen=True)
class Rules:
    """What a process is going to keep: its code, and what `keep_only` adds. `descriptor` is None without Landlock."""

    descriptor: int | None
    handled: int


def prepared() -> Rules:
    """The rules for the code, made before it is known what else there will be."""
    offered = version()
    if offered == 0:
        return Rules(None, 0)
    handled = RIGHTS[min(offered, max(RIGHTS))]
    attributes = _Ruleset(handled)
    ruleset = _checked(_libc.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0))
    for place in CODE:
        _allow(ruleset, place, READING & handled)
    return Rules(ruleset, handled)


def keep_only(rules: Rules, reads: Iterable[Path], writes: Iterable[Path]) -> bool:
    """From now on this process opens nothing but its code, `reads`, and what lies in the folders `writes`.

    False where the kernel has no Landlock. Raises OSError when a place does not exist. Needs PR_SET_NO_NEW_PRIVS.
    """
    if rules.descriptor is None:
        return False
    try:
        for place in reads:
            _allow(rules.descriptor, place, READING & rules.handled)
        for place in writes:
            _allow(rules.descriptor, place, WRITING & rules.handled)
        _checked(_libc.syscall(RESTRICT_SELF, rules.descriptor, 0))
    finally:
        os.close(rules.descriptor)
    return True


def _allow(ruleset: int, place: Path, rights: int) -> None:
    descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Beneath(rights if place.is_dir() else rights & OF_FILES, descriptor)
        _checked(_libc.syscall(ADD_RULE, ruleset, BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(descriptor)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
