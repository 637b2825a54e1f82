"""What the tests of the sandbox run inside it."""

import ctypes
import os
import socket
import subprocess
import time
from typing import Any

from signing.errors import DocumentRefused, RefusalCode


def echo(**arguments: Any) -> dict[str, Any]:
    return arguments


def nap(seconds: float) -> str:
    time.sleep(seconds)
    return "awake"


def spin() -> None:
    while True:
        pass


def eat_memory() -> int:
    return len(bytearray(4 << 30))


def speak(size: int) -> str:
    return "a" * size


def write(path: str, size: int) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(bytes(size))


def crash() -> None:
    ctypes.string_at(0)


def stumble() -> None:
    raise RuntimeError("no parser is perfect")


def refuse() -> None:
    raise DocumentRefused(RefusalCode.TOO_MANY_PAGES, "2001")


def lone_surrogate() -> str:
    return "a\udcffb"


def environment() -> dict[str, str]:
    return dict(os.environ)


def _attempt(family: int, address: Any) -> str:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.connect(address)
    except OSError as fault:
        return type(fault).__name__
    return "connected"


def reach_port(port: int) -> str:
    return _attempt(socket.AF_INET, ("127.0.0.1", port))


def reach_path(path: str) -> str:
    return _attempt(socket.AF_UNIX, path)


def start_process() -> str:
    try:
        subprocess.run(["/bin/true"], check=True)
    except OSError as fault:
        return type(fault).__name__
    return "started"


def fork() -> str:
    try:
        pid = os.fork()
    except OSError as fault:
        return type(fault).__name__
    if pid == 0:
        os._exit(0)
    return "forked"


def effective_capabilities() -> int:
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
        return next(int(line.split()[1], 16) for line in file if line.startswith("CapEff"))


def open_descriptors() -> list[str]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue
    return found


async def _answer() -> int:
    return 42


def run_event_loop() -> int:
    import asyncio

    return asyncio.run(_answer())


def run_thread() -> int:
    import threading

    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(7))
    thread.start()
    thread.join()
    return done[0]
