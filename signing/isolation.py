"""How a process gives up the network and its powers, for good: Linux namespaces, seccomp and resource limits.

`withdraw` is for the warm parent of the sandbox and everything it forks; `stay_alone` and `confine` are for one child,
before it touches a document. None can be undone. Only Linux on x86_64 and aarch64 has the seccomp part.
"""

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

Isolation = Literal["namespaces", "seccomp", "none"]

# linux/sched.h, linux/prctl.h, linux/capability.h, linux/filter.h, linux/seccomp.h, linux/audit.h
CLONE_NEWUSER, CLONE_NEWNET, CLONE_THREAD = 0x10000000, 0x40000000, 0x00010000
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 1, 22, 38, 2
CAPABILITY_VERSION_3 = 0x20080522
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
OFFSET_NUMBER, OFFSET_ARCHITECTURE, OFFSET_FIRST_ARGUMENT = 0, 4, 16
# x86_64 kernels may also offer the x32 calls, the same ones under other numbers from here on.
X32_CALLS = 0x40000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# No way out (a socket, io_uring, which can open one), nor into another process of the same user.
UNREACHABLE = {
    "x86_64": {"socket": 41, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311,
               "io_uring_setup": 425, "pidfd_getfd": 438},
    "aarch64": {"socket": 198, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271,
                "io_uring_setup": 425, "pidfd_getfd": 438},
}  # fmt: skip
# A child stays one process: then killing it kills all of it. Threads are allowed.
NEW_PROCESS = {
    "x86_64": {"fork": 57, "vfork": 58, "execve": 59, "execveat": 322},
    "aarch64": {"execve": 221, "execveat": 281},
}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435

_libc = ctypes.CDLL(None, use_errno=True)
# Pages of the libraries that a child touches only after it was confined are resident too: 0.5 to 6 MiB were measured.
LIBRARY_PAGES = 16 << 20


def withdraw() -> Isolation:
    """Leave the network for ever and drop every capability; says by which means, "none" where there is none.

    With namespaces there is no interface left to reach; the seccomp filter comes on top, because sockets in the file
    system are seen from every network namespace.
    """
    namespaces = _enter_empty_network()
    _drop_capabilities()
    _set(PR_SET_NO_NEW_PRIVS, 1)
    machine = platform.machine()
    filtered = machine in ARCHITECTURES and _filter(_refusals(UNREACHABLE[machine].values()))
    if namespaces:
        return "namespaces"
    return "seccomp" if filtered else "none"


def stay_alone() -> None:
    """Let this child start no process; threads it may."""
    machine = platform.machine()
    if machine in ARCHITECTURES:
        _filter(_only_threads(CLONE[machine]) + _refusals(NEW_PROCESS[machine].values()))


def confine(*, memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """Put this child under its limits: resident memory, CPU time, size of any file written.

    `memory_bytes` bounds what may ever be resident. The address space that the preloaded libraries map without using
    it is added, because RLIMIT_AS counts it, but for what of it may yet be used.
    """
    _limit(resource.RLIMIT_AS, memory_bytes - LIBRARY_PAGES + _mapped_but_unused())
    _limit(resource.RLIMIT_CPU, cpu_seconds, margin=1)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send `signal_number` to this process when the thread that forked it ends."""
    _set(PR_SET_PDEATHSIG, signal_number)


def _enter_empty_network() -> bool:
    """A new user namespace, in which a process without powers may have a network namespace of its own."""
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    # Without CAP_SETGID outside, the group map can only be written after setgroups is given up (user_namespaces(7)).
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(line, encoding="utf-8")
    return True


def _drop_capabilities() -> None:
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    if _libc.capset(header, bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _set(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _limit(kind: int, soft: int, *, margin: int = 0) -> None:
    """Lower a limit; one that is already lower stays."""
    _, hard = resource.getrlimit(kind)
    ceiling = soft + margin if hard == resource.RLIM_INFINITY else min(soft + margin, hard)
    resource.setrlimit(kind, (min(soft, ceiling), ceiling))


def _mapped_but_unused() -> int:
    mapped, resident = Path("/proc/self/statm").read_text(encoding="utf-8").split()[:2]
    return (int(mapped) - int(resident)) * resource.getpagesize()


def _rule(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One `struct sock_filter`; jumps count from the next instruction."""
    return struct.pack("HBBI", code, if_true, if_false, value)


def _refusals(numbers: Iterable[int]) -> list[bytes]:
    """Answer EPERM to these calls."""
    refuse = _rule(RETURN, ERRNO | EPERM)
    return [rule for number in numbers for rule in (_rule(JUMP_EQUAL, number, 0, 1), refuse)]


def _only_threads(clone: int) -> list[bytes]:
    """Let clone make threads only. clone3 hides its flags in memory: ENOSYS makes the C library use clone."""
    return [
        _rule(JUMP_EQUAL, CLONE3, 0, 1),
        _rule(RETURN, ERRNO | ENOSYS),
        _rule(JUMP_EQUAL, clone, 0, 4),
        _rule(LOAD, OFFSET_FIRST_ARGUMENT),
        _rule(JUMP_ANY_BIT, CLONE_THREAD, 0, 1),
        _rule(RETURN, ALLOW),
        _rule(RETURN, ERRNO | EPERM),
    ]


def _filter(rules: list[bytes]) -> bool:
    """Install a seccomp filter of `rules`, on top of those that stand; False where the kernel has none."""
    program = b"".join([
        _rule(LOAD, OFFSET_ARCHITECTURE),
        _rule(JUMP_EQUAL, ARCHITECTURES[platform.machine()], 1, 0),
        _rule(RETURN, KILL_PROCESS),
        _rule(LOAD, OFFSET_NUMBER),
        _rule(JUMP_AT_LEAST, X32_CALLS, 0, 1),
        _rule(RETURN, ERRNO | EPERM),
        *rules,
        _rule(RETURN, ALLOW),
    ])  # fmt: skip
    buffer = ctypes.create_string_buffer(program, len(program))
    header = _Program(len(program) // 8, ctypes.addressof(buffer))
    # prctl is variadic: an address has to be passed as a long.
    return bool(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_ulong(ctypes.addressof(header)), 0, 0) == 0)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.c_void_p)]
