"""`oficialia personal` as the administrator runs it: with the database alone, and no content of any filing."""

import json
import re
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oficialia.cli import cli
from oficialia.clock import now
from oficialia.db import Database, upgrade
from oficialia.domain.filing import Rol
from oficialia.embedded import demo_staff
from oficialia.embedded.installation import opened
from oficialia.services import credentials, staff_accounts, staff_log
from oficialia.services.staff_accounts import AccountRefused, Person
from tests.support.office import load_catalogue

NAMED = ("--nombre", "Ana Ñúñez")
OFFICER = (*NAMED, "--rol", "oficial_de_partes")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A register with its catalogue."""
    url = f"sqlite:///{tmp_path_factory.mktemp('personal')}/oficialia.db"
    upgrade(url)
    database = Database(url)
    load_catalogue(database)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MEMORY_KIB", 64)


def run(register: Database, *arguments: str, typed: str = "") -> Result:
    """Runs the command with nothing in its environment but the address of the database."""
    environment = {"OFICIALIA_ENV": "demo", "OFICIALIA_DATABASE_URL": register.url}
    return CliRunner().invoke(cli, ["personal", *arguments], prog_name="oficialia", env=environment, input=typed)


def test_an_account_is_shown_with_all_it_needs_and_only_once(register: Database) -> None:
    result = run(register, "alta", "ana", *OFFICER)
    assert result.exit_code == 0, result.output
    password = re.search(r"se cambia al entrar:  (\S+)", result.output)
    uri = re.search(r"otpauth://totp/\S+:ana\?\S*secret=([A-Z2-7]{32})", result.output)
    assert password
    assert uri
    assert len(b32decode(uri[1])) == credentials.SECRET_BYTES
    assert re.search(r"[▀▄█]{5}", result.output), "the QR"
    assert not credentials.weakness(password[1], "ana")
    listed = run(register, "lista").output
    assert "ana  Ana Ñúñez" in listed
    assert "oficial_de_partes; nunca ha entrado" in listed
    assert password[1] not in listed
    assert uri[1] not in listed


def test_a_person_may_type_the_password(register: Database) -> None:
    phrase = "una frase larga y propia"
    result = run(register, "alta", "berta", *OFFICER, "--pedir-contrasena", typed=f"{phrase}\n{phrase}\n")
    assert result.exit_code == 0, result.output
    assert phrase not in result.output
    assert "se cambia al entrar" not in result.output


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("a", *OFFICER), "", "El usuario lleva de 3 a 32 letras minúsculas"),
        (("Ana", *OFFICER), "", "El usuario lleva"),
        (("carla", "--nombre", "  ", "--rol", "auditor"), "", "Diga el nombre completo"),
        (("carla", *NAMED, "--rol", "area"), "", "El rol «area» lleva la clave de su área"),
        (("carla", *NAMED, "--rol", "auditor", "--area", "OB"), "", "y ningún otro la lleva"),
        (("carla", *NAMED, "--rol", "area", "--area", "NO"), "", "No hay ningún área con la clave «NO»."),
        (("carla", *OFFICER, "--pedir-contrasena"), "corta\ncorta\n", "12 caracteres o más"),
    ],
)
def test_what_makes_no_account_is_refused_in_words(
    register: Database, arguments: tuple[str, ...], typed: str, sentence: str
) -> None:
    result = run(register, "alta", *arguments, typed=typed)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "carla" not in run(register, "lista").output


def test_there_is_no_role_but_those_of_the_desk(register: Database) -> None:
    result = run(register, "alta", "carla", *NAMED, "--rol", "administrador")
    assert result.exit_code == 2
    assert "'administrador' no es ninguno de 'oficial_de_partes', 'area', 'auditor'." in result.output
    with pytest.raises(AccountRefused, match="El rol es uno de"):
        staff_accounts.enroll(register, Person("carla", "C", Rol.ADMINISTRADOR), password="", who="x", now=now())


def test_a_username_is_never_given_twice(register: Database) -> None:
    run(register, "alta", "diana", *OFFICER)
    assert run(register, "baja", "diana", "--motivo", "Se fue.").exit_code == 0
    again = run(register, "alta", "diana", *OFFICER)
    assert again.exit_code == 1
    assert "ya existe o existió; no se da dos veces" in again.output
    assert "de baja desde el" in run(register, "lista").output


@pytest.mark.parametrize("order", ["baja", "restablecer"])
def test_who_ends_or_restores_an_account_says_why(register: Database, order: str) -> None:
    assert run(register, order, "ana").exit_code == 2
    assert "diga por qué" in run(register, order, "ana", "--motivo", " ").output
    absent = run(register, order, "nadie", "--motivo", "x")
    assert (absent.exit_code, "No hay ninguna cuenta con el usuario «nadie»." in absent.output) == (1, True)


def test_an_ended_account_is_not_restored(register: Database) -> None:
    run(register, "alta", "elsa", *OFFICER)
    run(register, "baja", "elsa", "--motivo", "Se fue.")
    for order in ("restablecer", "baja"):
        result = run(register, order, "elsa", "--motivo", "x")
        assert (result.exit_code, "ya está de baja" in result.output) == (1, True)


def test_restablecer_shows_another_password_and_another_secret(register: Database) -> None:
    first = run(register, "alta", "fabiola", *OFFICER).output
    second = run(register, "restablecer", "fabiola", "--motivo", "Perdió su teléfono.").output
    secrets = [re.findall(r"secret=([A-Z2-7]{32})", output) for output in (first, second)]
    assert len(secrets[0]) == len(secrets[1]) == 1
    assert secrets[0] != secrets[1]
    assert "Lo anterior ya no sirve." in second
    entry, *_ = staff_log.of_accounts(register, username="fabiola")
    assert entry.detail.endswith("Perdió su teléfono.")


def test_the_list_is_there_for_programs_too(register: Database) -> None:
    run(register, "alta", "gloria", *NAMED, "--rol", "area", "--area", "OB")
    listed = {each["usuario"]: each for each in json.loads(run(register, "lista", "--json").output)}
    assert listed["gloria"]["rol"] == "area"
    assert listed["gloria"]["area"] == "Obras Públicas"
    assert listed["gloria"]["baja"] is None


def test_an_empty_office_says_how_to_begin(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/oficialia.db"
    upgrade(url)
    assert "Dé de alta la primera" in run(Database(url), "lista").output


def test_a_register_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = run(Database(f"sqlite:///{tmp_path}/no-hay.db"), "lista")
    assert result.exit_code == 1
    assert "No hay ninguna base de datos" in result.output


def test_the_demonstration_has_somebody_of_each_role_and_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "demo") as installation:
        url = f"sqlite:///{installation.folder}/oficialia.db"
        upgrade(url)
        database = Database(url)
        load_catalogue(database)
        demo_staff.prepare(installation)
        lines = demo_staff.lines(installation.folder, "http://127.0.0.1:8000")
        demo_staff.prepare(installation)
        assert demo_staff.lines(installation.folder, "http://127.0.0.1:8000") == lines
        accounts = staff_accounts.listing(database)
    assert {account.role for account in accounts} == {Rol.OFICIAL_DE_PARTES, Rol.AREA, Rol.AUDITOR}
    assert "http://127.0.0.1:8000/mesa" in lines[0]
    kept = tmp_path / "demo" / "personal.json"
    assert kept.stat().st_mode & 0o077 == 0
    shown = CliRunner().invoke(cli, ["personal", "codigo", "oficial", "--carpeta", str(tmp_path / "demo")])
    assert re.fullmatch(r"\d{6}\n", shown.output)
    nobody = CliRunner().invoke(cli, ["personal", "codigo", "nadie", "--carpeta", str(tmp_path / "demo")])
    assert (nobody.exit_code, "no hay ninguna cuenta de demostración" in nobody.output) == (1, True)
    kept.unlink()  # the accounts are there, and nobody knows how to get in
    with opened(tmp_path / "demo") as installation:
        demo_staff.prepare(installation)
        assert len(demo_staff.lines(installation.folder, "x")) == len(lines)
    database.close()
