"""The command line speaks Spanish and ends with the status it promises."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from oficialia.cli import COMMANDS, cli
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.settings import variable

ENGLISH = re.compile(r"\b(Usage|Options?|Commands?|Show|Missing|No such|Invalid|exit|Try|default)\b")
GROUPS = {
    "ajustes": ("revisar", "tabla"),
    "catalogo": ("cargar",),
    "certificados": ("csr", "estado", "importar"),
    "confianza": ("importar", "lista"),
    "libro": ("clave", "comprobador", "copiar", "verificar"),
    "personal": ("alta", "baja", "codigo", "lista", "restablecer"),
    "pki": ("crear",),
    "respaldo": ("crear", "probar", "restaurar"),
    "testigo": ("clave",),
    "trabajos": ("lista", "reintentar"),
}
WAYS = [[name] for name in COMMANDS] + [[group, name] for group, names in GROUPS.items() for name in names]


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="oficialia", env=env)


@pytest.mark.parametrize("way", [[], *WAYS], ids=lambda way: " ".join(way) or "oficialia")
def test_every_command_has_help_in_spanish(way: list[str]) -> None:
    result = run(*way, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Uso: {' '.join(['oficialia', *way])} ")
    assert "Muestra esta ayuda y termina." in result.output
    assert not ENGLISH.search(result.output)


def test_the_groups_have_no_other_commands() -> None:
    for name, names in GROUPS.items():
        group = cli.get_command(click.Context(cli), name)
        assert isinstance(group, click.Group)
        assert set(group.commands) == set(names)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nada"], "No existe la orden 'nada'."),
        (["correr", "--nada"], "No existe la opción '--nada'."),
        (["correr", "--puerto"], "A la opción '--puerto' le falta su valor."),
        (["correr", "--puerto", "x"], "Valor no admitido en '--puerto': 'x' no es un número admitido."),
        (["correr", "--callado=x"], "La opción '--callado' no lleva valor."),
        (["catalogo", "cargar"], "Falta el argumento 'ARCHIVO'."),
        (["catalogo", "cargar", "/no", "/no"], "Valor no admitido en 'ARCHIVO': Archivo '/no' no existe."),
        (
            ["ajustes", "revisar", "nadie"],
            "'nadie' no es ninguno de 'beat', 'cli', 'dispatcher', 'publisher', 'web', 'witness', 'worker'.",
        ),
        (["ajustes", "tabla", "sobra"], "Sobra el argumento (sobra)"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(arguments: list[str], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert not ENGLISH.search(result.output)


@pytest.mark.parametrize("command", ["demo", "correr"])
def test_a_folder_that_cannot_be_made_ends_with_1_and_a_sentence(command: str) -> None:
    argv = [sys.executable, "-m", "oficialia.cli", command, "--carpeta", "/proc/no-se-puede"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Error: No se pudo usar «/proc/no-se-puede»: no existe o no se puede crear." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_variable_that_nobody_knows_stops_the_office_before_it_starts() -> None:
    result = run("correr", "--carpeta", "/proc/no-se-puede", env={"OFICIALIA_MAX_FILES_MB": "3"})
    assert result.exit_code == 1
    assert "¿quiso decir OFICIALIA_MAX_FILE_MB?" in result.output


def test_the_port_is_explained_in_words() -> None:
    assert "entre 0 y 65535" in run("correr", "--help").output
    wrong = run("correr", "--puerto", "70000")
    assert (wrong.exit_code, "70000 no está entre 0 y 65535." in wrong.output) == (2, True)


def test_faults_of_the_environment_end_with_1_and_are_all_listed() -> None:
    result = run("ajustes", "revisar", "beat", env={"OFICIALIA_LOG_LEVEL": "x", variable("redis_url"): ""})
    assert result.exit_code == 1
    assert "OFICIALIA_LOG_LEVEL: " in result.output
    assert "OFICIALIA_REDIS_URL: falta" in result.output


def test_a_good_environment_ends_with_0() -> None:
    result = run(
        "ajustes", "revisar", "beat", env={"OFICIALIA_ENV": "demo", variable("redis_url"): "redis://127.0.0.1"}
    )
    assert (result.exit_code, result.output) == (0, "El entorno configura bien al proceso «beat».\n")


def test_the_development_pki_is_made_once(tmp_path: Path) -> None:
    assert [run("pki", "crear", str(tmp_path / "pki")).exit_code for _ in range(2)] == [0, 0]
    assert (tmp_path / "pki" / "sello.p12").is_file()
    assert run("pki", "crear", str(tmp_path)).exit_code == 1


@pytest.fixture
def register(tmp_path: Path) -> dict[str, str]:
    """An environment with a register, and with storage that does not answer."""
    return {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": f"sqlite:///{tmp_path}/oficialia.db",
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": f"http://{LOOPBACK}:{free_ports(1)[0]}",
        "OFICIALIA_S3_ACCESS_KEY": "nadie",
        "OFICIALIA_S3_SECRET_KEY": "ninguno-1",
        "OFICIALIA_TRUST_DIR": str(tmp_path),
    }


def test_storage_that_is_away_is_told_in_spanish(register: dict[str, str]) -> None:
    result = run("preparar", env=register)
    assert result.exit_code == 1
    assert "Error: El depósito de documentos no responde como debe" in result.output


def test_a_catalogue_that_is_no_json_is_refused(register: dict[str, str], tmp_path: Path) -> None:
    wrong = tmp_path / "catalogo.json"
    wrong.write_text("[", "utf-8")
    result = run("catalogo", "cargar", str(wrong), str(wrong), env=register)
    assert result.exit_code == 1
    assert "no es JSON" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["1"], "Falta la opción '--motivo'"),
        (["1", "--motivo", "  "], "diga qué se corrigió"),
        (["--motivo", "x"], "Diga qué trabajos"),
        (["1", "--todos", "--motivo", "x"], "Diga qué trabajos"),
        (["OP-2026-000123-4", "--motivo", "x"], "no es el número de un trabajo ni un folio"),
    ],
)
def test_an_order_that_says_too_little_or_too_much_changes_nothing(
    register: dict[str, str], arguments: list[str], sentence: str
) -> None:
    result = run("trabajos", "reintentar", *arguments, env=register)
    assert (result.exit_code, sentence in result.output) == (2, True), result.output
