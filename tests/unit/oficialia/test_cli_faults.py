"""What the technician reads when something that a command needs is out: Spanish, which part, what to do; status 1."""

import errno
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oficialia.cli import cli
from oficialia.commands import faults
from oficialia.commands.spanish import cause_of
from oficialia.db import upgrade
from oficialia.db_faults import DatabaseAbsent, DatabaseUnavailable
from oficialia.embedded.ports import LOOPBACK, free_ports
from storage.errors import BucketMissing, StorageMismatch, StorageRefused, StorageSilent, StorageUnavailable

LOOKING = [
    ["revisar"],
    ["revisar", "--rapido"],
    ["trabajos", "lista"],
    ["trabajos", "reintentar", "--todos", "--motivo", "x"],
    ["respaldo", "crear", "respaldos"],
    ["catalogo", "cargar", "archivo.json", "archivo.json"],
]
# Words of the libraries that must only stand after "detalle:".
ENGLISH = re.compile(r"\b(the|is|not|does|failed|such|no space|unable|file|refused|connection)\b", re.IGNORECASE)


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment whose register is not there and whose storage does not answer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "archivo.json").write_text('{"areas": [], "tramites": []}')
    return {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": f"sqlite:///{tmp_path}/no-hay/oficialia.db",
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": f"http://{LOOPBACK}:{free_ports(1)[0]}",
        "OFICIALIA_S3_ACCESS_KEY": "nadie",
        "OFICIALIA_S3_SECRET_KEY": "ninguno-1",
        "OFICIALIA_TRUST_DIR": str(tmp_path),
    }


def run(arguments: list[str], env: dict[str, str]) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="oficialia", env=env)


def told(result: Result) -> str:
    """The sentence, in one piece; it ended with 1 and without a trace."""
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1, result.output
    assert not ENGLISH.search(result.stderr.partition("(detalle: ")[0])
    return result.stderr.removeprefix("Error: ").strip()


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_who_only_looks_makes_no_register(command: list[str], env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "no-hay").mkdir()
    words = told(run(command, env))
    assert words.startswith(f"No hay ninguna base de datos en {tmp_path}/no-hay/oficialia.db.")
    assert list((tmp_path / "no-hay").iterdir()) == []


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_a_damaged_register_is_told_as_such(command: list[str], env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "no-hay").mkdir()
    (tmp_path / "no-hay" / "oficialia.db").write_bytes(b"No soy una base de datos. " * 1000)
    words = told(run(command, env))
    assert words.startswith("El archivo de la base de datos está dañado o no es una base de datos.")
    assert words.endswith("(detalle: file is not a database).")


def test_an_empty_file_is_told_as_a_register_without_tables(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "no-hay").mkdir()
    (tmp_path / "no-hay" / "oficialia.db").touch()
    assert told(run(["revisar"], env)).startswith("A la base de datos le faltan tablas de este programa.")


def test_preparar_alone_makes_the_register_and_says_why_it_cannot(env: dict[str, str], tmp_path: Path) -> None:
    assert told(run(["preparar"], env)).startswith("La base de datos no responde.")
    (tmp_path / "no-hay").mkdir()
    assert "nadie contesta en OFICIALIA_S3_ENDPOINT" in told(run(["preparar"], env))
    assert (tmp_path / "no-hay" / "oficialia.db").is_file()


def test_a_database_server_that_is_away_is_told(env: dict[str, str]) -> None:
    url = f"postgresql://nadie@{LOOPBACK}:{free_ports(1)[0]}/nada"
    words = told(run(["revisar"], env | {"OFICIALIA_DATABASE_URL": url}))
    assert words.startswith("La base de datos no responde. Revise que esté en marcha")
    assert "\n" not in words


def test_a_store_that_is_away_is_told(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "no-hay").mkdir()
    upgrade(env["OFICIALIA_DATABASE_URL"])
    words = told(run(["revisar"], env))
    assert "nadie contesta en OFICIALIA_S3_ENDPOINT" in words
    assert words.endswith("(detalle: the store did not answer: MaxRetryError).")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (DatabaseAbsent(Path("/x/y.db")), "en /x/y.db."),
        (DatabaseUnavailable("connection failed:\n\tIs the server running?"), "Is the server running?)."),
        (StorageSilent("the store did not answer: MaxRetryError"), "nadie contesta"),
        (StorageRefused("the store refused: AccessDenied", "AccessDenied"), "rechazó la solicitud"),
        (BucketMissing("bucket x does not exist"), "no tiene el depósito de OFICIALIA_S3_BUCKET"),
        (StorageMismatch("bucket x keeps no versions"), "no guarda o no entrega"),
        (StorageUnavailable("the store failed: 500"), "falló"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_fault_has_a_spanish_sentence_on_one_line(fault: Exception, words: str) -> None:
    said = faults.worded(fault)
    assert words in said
    assert "\n" not in said
    assert not ENGLISH.search(said.partition("(detalle: ")[0])


def test_what_the_system_refuses_has_words_too() -> None:
    assert cause_of(OSError(errno.ENOSPC, "No space left on device")) == "no queda espacio"
    assert cause_of(OSError(errno.EXDEV, "Invalid cross-device link")).startswith(
        "el sistema no lo permitió (detalle: "
    )


def test_a_backup_says_in_spanish_what_it_cannot_write(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "no-hay").mkdir()
    upgrade(env["OFICIALIA_DATABASE_URL"])
    words = told(run(["respaldo", "crear", "archivo.json/respaldos"], env))
    assert words == "No se pudo leer o escribir archivo.json: ya existe."


@pytest.mark.parametrize("command", ["crear", "restaurar"])
def test_a_backup_can_be_of_the_office_in_a_folder(command: str, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "respaldos").mkdir()
    (tmp_path / "oficina").mkdir()
    words = told(run(["respaldo", command, "respaldos", "--carpeta", "oficina"], env))
    assert words.startswith("En oficina no hay ninguna oficina.")
