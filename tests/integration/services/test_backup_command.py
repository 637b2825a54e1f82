"""`oficialia respaldo` as the town's technician runs it: what it says, and the status it ends with."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oficialia.cli import cli
from oficialia.db import Database
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.runtime import Runtime
from storage.bucket import Bucket
from tests.support.backups import file_one, rows
from tests.support.tampering import flip

ROOT = Path(__file__).parents[3]


def environment(url: str, s3: SeaweedFS, bucket: str, pki: Path) -> dict[str, str]:
    """What the command line is told of an installation."""
    return {
        "OFICIALIA_ENV": "demo",
        "OFICIALIA_DATABASE_URL": url,
        "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OFICIALIA_S3_ENDPOINT": s3.endpoint,
        "OFICIALIA_S3_ACCESS_KEY": s3.access_key,
        "OFICIALIA_S3_SECRET_KEY": s3.secret_key,
        "OFICIALIA_S3_BUCKET": bucket,
        "OFICIALIA_S3_RETENTION_DAYS": "1",
        "OFICIALIA_TRUST_DIR": str(pki / "anclas"),
    }


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, ["respaldo", *map(str, arguments)], prog_name="oficialia", env=env)


@pytest.fixture
def here(copied_town: Runtime, s3: SeaweedFS, development_pki: Path) -> dict[str, str]:
    """The installation that is backed up."""
    return environment(copied_town.database.url, s3, "pruebas", development_pki)


@pytest.fixture
def there(fresh: Database, s3: SeaweedFS, elsewhere: Bucket, development_pki: Path) -> dict[str, str]:
    """An empty machine."""
    return environment(fresh.url, s3, "otra-maquina", development_pki)


@pytest.fixture
def made(here: dict[str, str], tmp_path: Path) -> Path:
    """A backup."""
    result = run("crear", tmp_path / "respaldos", env=here)
    assert result.exit_code == 0, result.output
    [path] = (path for path in (tmp_path / "respaldos").iterdir() if path.name[0] == "2")
    return path


def test_the_three_orders_one_after_the_other_as_processes(
    here: dict[str, str], there: dict[str, str], fresh: Database, copied_town: Runtime, tmp_path: Path
) -> None:
    destination = tmp_path / "respaldos"

    def order(*arguments: str, env: dict[str, str]) -> str:
        argv = [sys.executable, "-m", "oficialia.cli", "respaldo", *arguments]
        done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    said = order("crear", str(destination), env=here)
    path = said.splitlines()[0].removeprefix("Respaldo: ")
    assert "Municipio de Chalco" in said
    assert "Registro: 3 promociones, " in said
    assert "Libro: 3 hojas, raíz " in said
    assert "Documentos: 6, " in said
    assert "Contiene datos personales" in said
    assert "El respaldo está completo y se puede restaurar." in order("probar", path, env={})
    said = order("restaurar", path, "--ultimo-folio", "OP-2026-000123-5", env=there)
    assert "Documentos: 0 ya estaban en el depósito y 6 se trajeron del respaldo." in said
    assert "ejecute «oficialia revisar»" in said
    assert rows(fresh)["filings"] == rows(copied_town.database)["filings"]
    assert rows(fresh)["folio_series"] == [{"year": 2026, "last": 123}]


def test_what_is_missing_ends_with_10_and_is_named(made: Path, there: dict[str, str]) -> None:
    [key, *_] = (path for path in (made.parent / "objetos").rglob("*.pdf"))
    flip(key)
    proof, back = run("probar", made), run("restaurar", made, env=there)
    assert (proof.exit_code, back.exit_code) == (10, 10)
    assert f"dañado: {key.relative_to(made.parent / 'objetos')}" in proof.stderr
    assert "No están ni en el depósito ni en el respaldo 2 documentos:\n  expedientes/" in back.stderr


def test_a_damaged_register_ends_with_10(made: Path, there: dict[str, str]) -> None:
    flip(made / "registro.jsonl.gz")
    for result in (run("probar", made), run("restaurar", made, env=there)):
        assert result.exit_code == 10
        assert "está dañado o alguien lo cambió" in result.stderr


def test_a_folder_that_is_no_backup_ends_with_10(tmp_path: Path, there: dict[str, str]) -> None:
    for result in (run("probar", tmp_path), run("restaurar", tmp_path, env=there)):
        assert result.exit_code == 10
        assert "no es un respaldo completo" in result.stderr


def test_a_register_with_filings_ends_with_11(
    made: Path, here: dict[str, str], copied_town: Runtime, tmp_path: Path
) -> None:
    file_one(copied_town, tmp_path / "escritos", "después")
    result = run("restaurar", made, env=here)
    assert result.exit_code == 11
    assert "Error: La base de datos ya tiene promociones: no se tocó." in result.stderr


def test_an_object_that_storage_lacks_ends_with_10_after_the_backup_was_made(
    here: dict[str, str], s3: SeaweedFS, tmp_path: Path, elsewhere: Bucket
) -> None:
    elsewhere.ensure(retention_days=1)
    result = run("crear", tmp_path / "respaldos", env=here | {"OFICIALIA_S3_BUCKET": "otra-maquina"})
    assert result.exit_code == 10
    assert "El depósito no tiene, o tiene con otros bytes, 6 documentos:" in result.stderr
    assert len(list((tmp_path / "respaldos").glob("*/manifiesto.json"))) == 1
    named = run("crear", tmp_path / "otros", "--sin-objetos", env=here | {"OFICIALIA_S3_BUCKET": "otra-maquina"})
    assert (named.exit_code, named.stderr) == (0, "")
    assert "(sin copiar)" in named.stdout


def test_a_folder_that_cannot_be_written_ends_with_1(here: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "archivo").write_text("")
    result = run("crear", tmp_path / "archivo" / "respaldos", env=here)
    assert result.exit_code == 1
    assert "Error: No se pudo leer o escribir " in result.stderr


def test_a_folio_with_a_wrong_digit_is_wrong_usage(made: Path, there: dict[str, str]) -> None:
    result = run("restaurar", made, "--ultimo-folio", "OP-2026-000124-5", env=there)
    assert result.exit_code == 2
    assert "no es un folio" in result.stderr


def test_a_backup_can_be_carried_away_with_its_objects(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made.parent, tmp_path / "usb")
    shutil.rmtree(made.parent)
    assert run("probar", tmp_path / "usb" / made.name).exit_code == 0
