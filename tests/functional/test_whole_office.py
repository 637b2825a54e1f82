"""`oficialia demo` and `oficialia correr`, as a person runs them: they do what they say, and leave nothing running."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from oficialia.embedded.ports import free_ports
from tests.support.processes import eventually, marked

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
OFICIALIA = (sys.executable, "-m", "oficialia.cli")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("oficina")
    yield made
    assert eventually(lambda: not marked(str(made))), "a process of the office is left"


class Office:
    """`oficialia correr` as a person sees it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        argv = (*OFICIALIA, "correr", f"--carpeta={folder}", f"--puerto={port}")
        self.output = folder / "salida.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)

    def said(self, words: str) -> bool:
        return words in self.output.read_text("utf-8")

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/presentar/en-una-pagina", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def main_process(self, word: str) -> int:
        """The process of the Procfile whose command line has this word: the eldest of them."""
        return min(pid for pid in marked(str(self.folder)) if word in _command(pid))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture
def office(folder: Path) -> Iterator[Office]:
    started = Office(folder, free_ports(1)[0])
    assert eventually(lambda: started.said("Listo: ") or started.process.poll() is not None, seconds=120)
    assert started.answers(), started.output.read_text("utf-8")
    yield started
    started.process.terminate()
    started.process.wait(60)


@pytest.mark.thorough
def test_the_demo_files_a_petition_and_checks_what_comes_out(folder: Path) -> None:
    done = subprocess.run(
        [*OFICIALIA, "demo", f"--carpeta={folder}"], capture_output=True, text=True, timeout=200, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folio = re.search(r"Folio: +(OP-\d{4}-\d{6,}-[0-9A-Z])", done.stdout)
    assert folio
    assert done.stdout.count("comprobada sin red") == 2
    assert done.stdout.count("íntegra, de una autoridad reconocida") == 3
    assert len(list((folder / "demo" / folio[1]).glob("*.pdf"))) == 2
    assert not marked(str(folder))


def test_the_demo_says_what_to_do_when_it_fails(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / "otra-cosa").touch()
    done = subprocess.run(
        [*OFICIALIA, "demo", f"--carpeta={tmp_path}"], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert "La demostración falló: La oficina no arrancó." in done.stdout
    assert f"borre {tmp_path} y repita" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.thorough
def test_a_dead_process_is_started_again(office: Office) -> None:
    for word in ("workers.dispatch", "workers.publish", "gunicorn --preload"):
        victim = office.main_process(word)
        os.kill(victim, signal.SIGKILL)
        assert eventually(lambda word=word, victim=victim: _again(office, word, victim), seconds=60)  # type: ignore[misc]
    assert eventually(office.answers, seconds=60)


def _again(office: Office, word: str, victim: int) -> bool:
    return any(word in _command(pid) for pid in marked(str(office.folder)) if pid != victim)


@pytest.mark.thorough
def test_a_taken_port_and_a_taken_folder_are_refused_in_a_sentence(office: Office, tmp_path: Path) -> None:
    port = office.url.rpartition(":")[2]
    for arguments, sentence in (
        ((f"--carpeta={tmp_path}", f"--puerto={port}"), f"Error: El puerto {port} está ocupado."),
        ((f"--carpeta={office.folder}", "--puerto=0"), "Error: Ya hay una oficina funcionando en"),
    ):
        done = subprocess.run(
            [*OFICIALIA, "correr", *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
        )
        assert done.returncode == 1
        assert done.stderr.startswith(sentence)


@pytest.mark.thorough
def test_a_killed_supervisor_leaves_nothing(folder: Path) -> None:
    killed = Office(folder, free_ports(1)[0])
    assert eventually(lambda: killed.said("Listo: "), seconds=120)
    killed.process.kill()
    killed.process.wait()
    assert eventually(lambda: not marked(str(folder)), seconds=60)
