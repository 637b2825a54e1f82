"""An office under fire: started like `make run`, killed in any of its parts, and started again when nothing is left."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis
import requests

from oficialia.db import Database
from oficialia.embedded import process, valkey
from oficialia.embedded.installation import Installation
from oficialia.embedded.ports import free_ports
from oficialia.embedded.process import Program
from oficialia.settings import CliSettings
from tests.support import postgres
from tests.support.processes import descendants, eventually, marked

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


@dataclass
class Site:
    """The whole office in `folder`, on SQLite or on a PostgreSQL of its own."""

    folder: Path
    on_postgres: bool
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _office: "subprocess.Popen[bytes] | None" = None
    _postgres: "subprocess.Popen[bytes] | None" = None
    _postgres_program: Program | None = None
    _database_url: str = ""

    @property
    def url(self) -> str:
        """Where the window is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Bring everything up. Raises TimeoutError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._database_url = f"sqlite:///{self.folder / 'oficialia.db'}"
        if self.on_postgres:
            [port] = free_ports(1)
            self._postgres_program = postgres.program(self.folder / "postgres", port=port)
            self.start_database()
            self._database_url = postgres.create_database(port, "bateria")
        self.start_office()

    def start_database(self) -> None:
        """Start PostgreSQL, again after its death: until the remains of the last one let it."""
        assert self._postgres_program
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with (self.folder / "postgres.log").open("ab") as log:
                self._postgres = process.spawn(self._postgres_program, log)
            eventually(lambda: self._postgres_ended() or self._postgres_ready(), seconds=30)
            if self._postgres_ready():
                return
        raise TimeoutError("PostgreSQL did not start")

    def _postgres_ended(self) -> bool:
        return self._postgres is None or self._postgres.poll() is not None

    def _postgres_ready(self) -> bool:
        assert self._postgres_program
        return not self._postgres_ended() and self._postgres_program.ready()

    def start_office(self) -> None:
        """Start what `make run` starts, and wait until the window answers."""
        environment = os.environ | {
            "OFICIALIA_ENV": "demo",
            "OFICIALIA_THROTTLE": "1000000 per minute",
            "OFICIALIA_DATABASE_URL": self._database_url.replace("+psycopg", ""),
        }
        argv = [sys.executable, "-m", "oficialia.cli", "correr", f"--carpeta={self.folder}", f"--puerto={self.port}"]
        with (self.folder / "salida.log").open("ab") as output:
            self._office = subprocess.Popen(
                [*argv, "--callado"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        if not eventually(self.answers, seconds=START_SECONDS):
            raise TimeoutError(f"the office did not start; see {self.folder / 'salida.log'}")

    def answers(self) -> bool:
        """Whether the window gives its form."""
        try:
            return requests.get(f"{self.url}/presentar/en-una-pagina", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def processes(self) -> dict[int, str]:
        """Every process of the office: its number and command line. The broker and the sandbox do not bear its mark."""
        ours = marked(str(self.folder)) | (descendants(self._office.pid) if self._office else set())
        return {pid: command for pid in ours if (command := _command(pid)) and pid != os.getpid()}

    def kill_everything(self) -> None:
        """The power goes: every process of the office at once, the supervisor first; then it comes back."""
        assert self._office
        self._office.kill()
        for pid in self.processes():
            if self._postgres is None or pid != self._postgres.pid:
                kill(pid)
        self._office.wait()
        self.start_office()

    def kill_database(self) -> None:
        """PostgreSQL with all its processes; then it comes back."""
        assert self._postgres
        process.kill_group(self._postgres)
        self.start_database()

    def wipe_broker(self) -> None:
        """Everything in the broker is forgotten."""
        with redis.Redis.from_url(self.broker) as client:
            client.flushall()

    @property
    def broker(self) -> str:
        """The broker's address."""
        known = json.loads((self.folder / "entorno.json").read_text("utf-8"))
        return valkey.url(known["puertos"]["valkey"], known["secretos"]["valkey"])

    def environment(self) -> dict[str, str]:
        """What `oficialia revisar` needs to know of this office."""
        known = json.loads((self.folder / "entorno.json").read_text("utf-8"))
        installation = Installation(self.folder, known["secretos"], known["puertos"])
        ours = installation.environment(CliSettings, self.port)
        return ours | {"OFICIALIA_DATABASE_URL": self._database_url.replace("+psycopg", "")}

    def database(self) -> Database:
        """The register, for the referee."""
        return Database(self._database_url)

    def stop(self) -> None:
        """Stop everything in order."""
        if self._office:
            self._office.terminate()
            self._office.wait(90)
        if self._postgres:
            process.stop([self._postgres])


def kill(pid: int) -> None:
    """SIGKILL, to whoever is still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
