"""The fixtures that tests of every package share: real services, real tools, real files; each skips with a reason.

    corpus           Path    the folder of real files (OFICIALIA_CORPUS), with its manifest.tsv
    development_pki  Path    the development PKI, made once a run (see certs.development for what is in it)
    now              datetime  the instant at which the session began, aware; every certificate above is valid then
    responders       str     base address of the PKI's TSA, OCSP and CRL: f"{responders}/tsa"
    s3               SeaweedFS   a running server: .endpoint .access_key .secret_key .bucket(name) -> Bucket
    bucket           Bucket  a ready bucket with versions, lock and one day of retention, shared: use keys of your own
    valkey           str     address of a running Valkey, emptied for each test
    postgres_url     str     address (SQLAlchemy, psycopg) of an empty PostgreSQL database of the test's own
    sqlite_url       str     address of an SQLite file of the test's own, not yet made
    smtp_sink        SmtpSink    a mail server: .host .port .messages() -> list[EmailMessage] since the test began
    authority        Authority   the issuing authority of that PKI, for seals of other times
    soft_token       SoftToken   a PKCS#11 token in software, one for each worker of this run
    judged           function    judged(path) fails unless pdfsig finds every signature valid and qpdf the file sound
    tool             function    tool("pdfsig") -> path of the program; skips, naming the Debian package, when absent

Services start when the first test asks for them, once for each pytest-xdist worker, and end with it.
"""

import email
import email.policy
import fcntl
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import redis

from certs.development import make_development_pki, make_ledger_key
from oficialia.embedded import mail_sink, process, seaweed
from oficialia.embedded import responders as pki_responders
from oficialia.embedded import valkey as valkey_server
from oficialia.embedded.ports import LOOPBACK, free_ports
from storage.bucket import Bucket
from tests.support import postgres
from tests.support.seals import Authority, SoftToken, make_token

ROOT = Path(__file__).resolve().parent.parent
DEBIAN_PACKAGES = {
    "pdfsig": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "pdfdetach": "poppler-utils",
    "pdffonts": "poppler-utils",
    "qpdf": "qpdf",
    "chromium": "chromium",
    "openssl": "openssl",
    "nginx": "nginx",
    "softhsm2-util": "softhsm2",
    "go": "golang-go",
    "strace": "strace",
}


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files that nobody of this project wrote."""
    folder = os.environ.get("OFICIALIA_CORPUS", "")
    if not folder or not Path(folder, "manifest.tsv").is_file():
        pytest.skip("no corpus of real files: set OFICIALIA_CORPUS to its folder")
    return Path(folder)


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Find a program of the system, or skip naming the Debian package that has it."""

    def find(name: str) -> str:
        if path := shutil.which(name):
            return path
        return pytest.skip(f"{name} is not installed: apt-get install {DEBIAN_PACKAGES.get(name, name)}")

    return find


@pytest.fixture(scope="session")
def judged(tool: Callable[[str], str]) -> Callable[[Path], None]:
    """The judges that are not ours: poppler and qpdf."""
    pdfsig, qpdf = tool("pdfsig"), tool("qpdf")

    def judge(path: Path) -> None:
        said = subprocess.run([pdfsig, "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
        verdicts = [line for line in said.splitlines() if "Signature Validation" in line]
        assert verdicts and all("Signature is Valid" in verdict for verdict in verdicts), said
        subprocess.run([qpdf, "--check", str(path)], capture_output=True, check=True)

    return judge


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def now(shared_folder: Path) -> datetime:
    """When the run began: the same for all its workers, because they share a PKI."""
    noted = shared_folder / "now"
    with (shared_folder / "now.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not noted.exists():
            noted.write_text(datetime.now(UTC).replace(microsecond=0).isoformat())
    return datetime.fromisoformat(noted.read_text())


@pytest.fixture(scope="session")
def development_pki(shared_folder: Path, now: datetime) -> Path:
    """The development PKI, made by the worker that asks first."""
    folder = shared_folder / "pki"
    with (shared_folder / "pki.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_development_pki(folder, at=now, base_url="http://pki.invalid")
        make_ledger_key(folder)
    return folder


@pytest.fixture(scope="session")
def authority(development_pki: Path) -> Authority:
    """The issuing authority of the development PKI."""
    return Authority(development_pki)


@pytest.fixture(scope="session")
def soft_token(tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    """A PKCS#11 token in software."""
    try:
        return make_token(tmp_path_factory.mktemp("token"))
    except FileNotFoundError:
        pytest.skip("softhsm2 is not installed: apt-get install softhsm2")


@pytest.fixture(scope="session")
def service_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the services of this worker keep their data and logs."""
    return tmp_path_factory.mktemp("servicios")


@pytest.fixture(scope="session")
def responders(development_pki: Path, service_folder: Path) -> Iterator[str]:
    """The responders of the development PKI."""
    [port] = free_ports(1)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    program = pki_responders.program(development_pki, port=port, environment=environment)
    with process.running(program, service_folder / "responders.log"):
        yield pki_responders.base_url(port)


@pytest.fixture(scope="session")
def s3(service_folder: Path) -> Iterator[seaweed.SeaweedFS]:
    """A running SeaweedFS."""
    server = seaweed.SeaweedFS(
        service_folder / "s3", seaweed.choose_ports(), "pruebas", uuid.uuid4().hex, uuid.uuid4().hex
    )
    with process.running(server.program(), service_folder / "s3.log"):
        yield server


@pytest.fixture(scope="session")
def bucket(s3: seaweed.SeaweedFS) -> Bucket:
    """A bucket as in production, but for the days of retention."""
    ready = s3.bucket("pruebas")
    ready.ensure(retention_days=1)
    return ready


@pytest.fixture(scope="session")
def valkey_address(service_folder: Path) -> Iterator[str]:
    """A running Valkey."""
    [port], password = free_ports(1), uuid.uuid4().hex
    with process.running(
        valkey_server.program(service_folder / "valkey", port=port, password=password), service_folder / "valkey.log"
    ):
        yield valkey_server.url(port, password)


@pytest.fixture
def valkey(valkey_address: str) -> str:
    """The address of a Valkey without keys."""
    with redis.Redis.from_url(valkey_address) as client:
        client.flushall()
    return valkey_address


@pytest.fixture(scope="session")
def postgres_port(service_folder: Path) -> Iterator[int]:
    """A running PostgreSQL."""
    [port] = free_ports(1)
    try:
        program = postgres.program(service_folder / "postgres", port=port)
    except postgres.PostgresMissing as reason:
        pytest.skip(str(reason))
    with process.running(program, service_folder / "postgres.log"):
        yield port


@pytest.fixture
def postgres_url(postgres_port: int) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = f"prueba_{uuid.uuid4().hex[:12]}"
    yield postgres.create_database(postgres_port, name)
    postgres.drop_database(postgres_port, name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A place for an SQLite database."""
    return f"sqlite:///{tmp_path / 'oficialia.db'}"


@dataclass(frozen=True)
class SmtpSink:
    """A mail server that keeps what it gets."""

    host: str
    port: int
    folder: Path

    def messages(self) -> list[EmailMessage]:
        """What arrived since the test began, in order."""
        files = sorted(self.folder.glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


@pytest.fixture(scope="session")
def smtp_server(service_folder: Path) -> Iterator[SmtpSink]:
    """A running mail sink."""
    [port], folder = free_ports(1), service_folder / "correo"
    program = mail_sink.program(folder, port=port, environment={"PYTHONPATH": str(ROOT)})
    with process.running(program, service_folder / "correo.log"):
        yield SmtpSink(LOOPBACK, port, folder)


@pytest.fixture
def smtp_sink(smtp_server: SmtpSink) -> SmtpSink:
    """A mail server without messages."""
    for file in smtp_server.folder.glob("*.eml"):
        file.unlink()
    return smtp_server
