"""What the tests of the sandbox run inside it."""

import asyncio
import ctypes
import io
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

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


def fill_memory() -> int:
    blank = io.BytesIO()
    with pikepdf.new() as document:  # pages of libraries that nobody used before the child was confined
        document.add_blank_page()
        document.save(blank)
    pypdfium2.PdfDocument(blank.getvalue())[0].render()
    held = []
    while True:
        held.append(b"x" * (1 << 18))


def hold(size: int) -> int:
    held = bytearray(size)
    held[::4096] = b"x" * len(held[::4096])
    return len(held)


def speak(size: int) -> str:
    return "a" * size


def read(path: str) -> str:
    return _told(lambda: Path(path).read_text())


def overwrite(path: str) -> str:
    def act() -> str:
        Path(path).write_text("x")
        return "written"

    return _told(act)


def look_into(path: str) -> str:
    return _told(lambda: str(list(Path(path).iterdir())))


def _told(act: Callable[[], str]) -> str:
    try:
        return act()
    except OSError as fault:
        return type(fault).__name__


def write(path: str, size: int) -> None:
    Path(path).write_bytes(bytes(size))


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
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff"))


def open_descriptors() -> list[str]:
    found = []
    for entry in list(Path("/proc/self/fd").iterdir()):
        try:
            found.append(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return found


async def _answer() -> int:
    return 42


def run_event_loop() -> int:
    return asyncio.run(_answer())


def run_thread() -> int:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(7))
    thread.start()
    thread.join()
    return done[0]
