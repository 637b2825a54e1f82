"""Settings: read per process, refused loudly, never an insecure default."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from oficialia.setting_groups import ProcessSettings
from oficialia.settings import (
    PROCESSES,
    BeatSettings,
    CliSettings,
    DispatcherSettings,
    PublisherSettings,
    SettingsError,
    WebSettings,
    WorkerSettings,
    load,
    variable,
)
from signing.note import WITNESS, SignerKey

WITNESS_KEY = SignerKey.generate("testigo.example", WITNESS)
HMAC, SESSION = "0123456789abcdef" * 4, "fedcba9876543210" * 4


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """An environment in which every process starts, in production."""
    seal = tmp_path / "sello.p12"
    seal.write_bytes(b"p12")
    seal.chmod(0o600)
    return {
        "OFICIALIA_DATABASE_URL": "postgresql://oficialia:secreto-db@db.interno/oficialia",
        "OFICIALIA_PUBLIC_URL": "https://oficialia.chalco.example/",
        "OFICIALIA_REDIS_URL": "rediss://:secreto-redis@redis.interno:6379/0",
        "OFICIALIA_S3_ENDPOINT": "https://s3.interno",
        "OFICIALIA_S3_ACCESS_KEY": "oficialia",
        "OFICIALIA_S3_SECRET_KEY": "secreto-s3-largo",
        "OFICIALIA_SESSION_SECRET": SESSION,
        "OFICIALIA_HMAC_SECRET": HMAC,
        "OFICIALIA_SPOOL_DIR": str(tmp_path),
        "OFICIALIA_DRAFTS_DIR": str(tmp_path),
        "OFICIALIA_TRUST_DIR": str(tmp_path),
        "OFICIALIA_SEAL_PKCS12": str(seal),
        "OFICIALIA_SEAL_PASSWORD": "secreto-sello",
        "OFICIALIA_TSA_URL": "http://tsa.example/tsr",
        "OFICIALIA_TSA_ANCHORS": str(tmp_path),
        "OFICIALIA_SMTP_HOST": "correo.interno",
        "OFICIALIA_SMTP_FROM": "oficialia@chalco.example",
    }


@pytest.fixture
def publishing(production: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The same, with what only the publisher of the ledger is given."""
    key = SignerKey.generate("oficialia.chalco.example/libro").secret_line
    witness = {
        "OFICIALIA_WITNESS_KEY": SignerKey.generate("testigo.example", WITNESS).secret_line,
        "OFICIALIA_WITNESS_LOGS": str(SignerKey.parse(key).verifier),
        "OFICIALIA_WITNESS_DIR": str(tmp_path),
    }
    return {**production, **witness, "OFICIALIA_LEDGER_KEY": key, "OFICIALIA_LEDGER_DIR": str(tmp_path)}


def _own(process: type[ProcessSettings], environment: dict[str, str]) -> dict[str, str]:
    forbidden = {variable(name) for name in process.forbidden}
    return {name: value for name, value in environment.items() if name not in forbidden}


def _faults(process: type[ProcessSettings], environment: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refusal:
        load(process, environment)
    return refusal.value.faults


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.process)
def test_each_process_starts_on_a_complete_production_environment(
    process: type[ProcessSettings], publishing: dict[str, str]
) -> None:
    assert load(process, _own(process, publishing)).env == "produccion"


def test_the_environment_of_the_process_is_the_default(
    monkeypatch: pytest.MonkeyPatch, production: dict[str, str]
) -> None:
    monkeypatch.setenv("OFICIALIA_REDIS_URL", production["OFICIALIA_REDIS_URL"])
    assert load(BeatSettings).redis_url.get_secret_value() == production["OFICIALIA_REDIS_URL"]


def test_every_missing_variable_is_named_at_once() -> None:
    assert _faults(DispatcherSettings, {}) == (
        "OFICIALIA_REDIS_URL: falta",
        "OFICIALIA_DATABASE_URL: falta",
        "OFICIALIA_PUBLIC_URL: falta",
    )


def test_an_empty_variable_counts_as_missing(production: dict[str, str]) -> None:
    assert _faults(CliSettings, {**production, "OFICIALIA_S3_ENDPOINT": ""}) == ("OFICIALIA_S3_ENDPOINT: falta",)


def test_the_message_names_the_process_and_all_faults_in_spanish() -> None:
    message = str(SettingsError("beat", ("OFICIALIA_REDIS_URL: falta",)))
    assert message == "La configuración del proceso «beat» no permite arrancar:\n  - OFICIALIA_REDIS_URL: falta"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("PUBLIC_URL", "http://oficialia.chalco.example", "en producción debe empezar con https://"),
        ("PUBLIC_URL", "oficialia.chalco.example", "debe ser una dirección que empiece con https:// o http://"),
        ("PUBLIC_URL", "https://oficialia.example/?a=1", "no debe llevar «?» ni «#»"),
        ("DATABASE_URL", "mysql://x/y", "debe empezar con postgresql:// o sqlite:///"),
        ("REDIS_URL", "rediss://redis.interno:6379/0", "en producción debe llevar contraseña"),
        ("S3_SECRET_KEY", "corto", "debe tener al menos 8 caracteres"),
        ("S3_BUCKET", "Con Mayúsculas", "tiene una forma que no se admite"),
        ("HMAC_SECRET", "corto", "es débil: use al menos 32 caracteres al azar (openssl rand -hex 32)"),
        ("HMAC_SECRET", "a" * 64, "es débil: use al menos 32 caracteres al azar (openssl rand -hex 32)"),
        ("SESSION_SECRET", HMAC, "debe ser distinto de OFICIALIA_HMAC_SECRET"),
        ("SPOOL_DIR", "/no/existe", "la carpeta no existe o este proceso no puede verla"),
        ("TRUST_DIR", "/no/existe", "no existe, o este proceso no puede verlo"),
        ("MAX_FILE_MB", "veinte", "debe ser un número entero"),
        ("MAX_FILE_MB", "0", "debe ser al menos 1"),
        ("MAX_ANEXOS", "101", "debe ser a lo más 100"),
        ("MAX_FILING_MB", "24", "debe ser al menos tan grande como OFICIALIA_MAX_FILE_MB"),
        ("THROTTLE", "muchas", "debe ser como «10 per minute; 60 per hour»"),
        ("LOG_LEVEL", "TODO", "debe ser uno de: 'DEBUG', 'INFO', 'WARNING' o 'ERROR'"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(
    name: str, value: str, fault: str, production: dict[str, str]
) -> None:
    environment = _own(WebSettings, {**production, f"OFICIALIA_{name}": value})
    assert _faults(WebSettings, environment) == (f"OFICIALIA_{name}: {fault}",)


def test_several_addresses_are_separated_by_spaces(production: dict[str, str]) -> None:
    given = {**production, "OFICIALIA_CRL_URLS": " http://crl.example/raiz.crl  http://crl.example/otra.crl "}
    assert load(WorkerSettings, _own(WorkerSettings, given)).crl_urls == (
        "http://crl.example/raiz.crl http://crl.example/otra.crl"
    )
    wrong = {**production, "OFICIALIA_OCSP_URLS": "http://ocsp.example ldap://x"}
    assert _faults(WorkerSettings, _own(WorkerSettings, wrong)) == (
        "OFICIALIA_OCSP_URLS: debe ser una dirección que empiece con https:// o http://",
    )


@pytest.mark.parametrize(
    ("name", "value"), [("S3_ENDPOINT", "http://s3.lejos"), ("REDIS_URL", "redis://:secreto@redis.lejos:6379/0")]
)
def test_a_service_on_another_machine_is_reached_encrypted(name: str, value: str, production: dict[str, str]) -> None:
    environment = _own(WebSettings, {**production, f"OFICIALIA_{name}": value})
    assert "salvo que el servicio esté en esta misma máquina" in "".join(_faults(WebSettings, environment))


def test_a_service_on_the_same_machine_may_be_plain(production: dict[str, str]) -> None:
    local = {
        "OFICIALIA_S3_ENDPOINT": "http://127.0.0.1:9000",
        "OFICIALIA_REDIS_URL": "redis://:secreto@localhost:6379/0",
        "OFICIALIA_SMTP_HOST": "localhost",
        "OFICIALIA_SMTP_TLS": "no",
    }
    assert load(WorkerSettings, {**production, **local}).smtp_tls == "no"


def test_mail_to_another_machine_is_encrypted(production: dict[str, str]) -> None:
    assert _faults(WorkerSettings, {**production, "OFICIALIA_SMTP_TLS": "no"}) == (
        "OFICIALIA_SMTP_TLS: en producción el correo viaja cifrado: «starttls» o «tls»",
    )


def test_a_wrong_env_counts_as_production(production: dict[str, str]) -> None:
    environment = {**production, "OFICIALIA_ENV": "pruebas", "OFICIALIA_PUBLIC_URL": "http://a.example"}
    assert _faults(CliSettings, environment) == (
        "OFICIALIA_ENV: debe ser uno de: 'produccion' o 'demo'",
        "OFICIALIA_PUBLIC_URL: en producción debe empezar con https://",
    )


def test_the_demo_may_be_plain(production: dict[str, str]) -> None:
    environment = {**production, "OFICIALIA_ENV": "demo", "OFICIALIA_PUBLIC_URL": "http://127.0.0.1:8000"}
    assert load(CliSettings, environment).public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("process", [WebSettings, DispatcherSettings, BeatSettings])
@pytest.mark.parametrize("name", ["SEAL_PKCS12", "SEAL_KEY", "SEAL_PASSWORD", "SEAL_PASSWORD_FILE"])
def test_who_does_not_seal_refuses_the_seal_key(
    process: type[ProcessSettings], name: str, production: dict[str, str]
) -> None:
    environment = {**_own(process, production), f"OFICIALIA_{name}": "/etc/oficialia/sello"}
    [fault] = _faults(process, environment)
    assert fault.endswith("este proceso no debe conocerla; quítela de su entorno")


@pytest.mark.parametrize(
    "given",
    [
        set(),
        {"SEAL_PKCS12", "SEAL_CERTIFICATE", "SEAL_KEY"},
        {"SEAL_CERTIFICATE"},
        {"SEAL_KEY"},
    ],
    ids=lambda given: "+".join(sorted(given)) or "none",
)
def test_the_seal_comes_in_exactly_one_way(given: set[str], production: dict[str, str]) -> None:
    seal = production.pop("OFICIALIA_SEAL_PKCS12")
    environment = {**production, **{f"OFICIALIA_{name}": seal for name in given}}
    [fault] = _faults(WorkerSettings, environment)
    assert fault.startswith("OFICIALIA_SEAL_KEY: ")


TOKEN = "pkcs11:token=Oficialia;object=sello?module-path=/usr/lib/p.so"


@pytest.mark.parametrize("prefix", ["SEAL_", "SEAL_NEXT_"])
@pytest.mark.parametrize(
    "given",
    [
        {"PKCS12", "PKCS11", "CERTIFICATE"},
        {"PKCS11"},
        {"PKCS11", "KEY", "CERTIFICATE"},
        {"CERTIFICATE"},
        {"KEY"},
        {"PKCS12", "CERTIFICATE"},
    ],
    ids=lambda given: "+".join(sorted(given)),
)
def test_each_seal_comes_in_exactly_one_way(given: set[str], prefix: str, production: dict[str, str]) -> None:
    seal = production.pop("OFICIALIA_SEAL_PKCS12") if prefix == "SEAL_" else production["OFICIALIA_SEAL_PKCS12"]
    environment = {**production, **{f"OFICIALIA_{prefix}{name}": seal for name in given}}
    if "PKCS11" in given:
        environment[f"OFICIALIA_{prefix}PKCS11"] = TOKEN
    [fault] = _faults(WorkerSettings, environment)
    assert fault.startswith(f"OFICIALIA_{prefix}KEY: ")


def test_a_seal_may_come_from_a_token_and_another_follow_it(production: dict[str, str]) -> None:
    seal = production["OFICIALIA_SEAL_PKCS12"]
    following = {"OFICIALIA_SEAL_NEXT_CERTIFICATE": seal, "OFICIALIA_SEAL_NEXT_PKCS11": TOKEN}
    assert load(WorkerSettings, {**production, **following}).seal_next_pkcs11 == TOKEN


def test_the_name_of_a_token_is_checked_and_not_repeated(production: dict[str, str]) -> None:
    seal = production.pop("OFICIALIA_SEAL_PKCS12")
    given = {"OFICIALIA_SEAL_CERTIFICATE": seal, "OFICIALIA_SEAL_PKCS11": TOKEN + "&pin-value=4711"}
    assert _faults(WorkerSettings, {**production, **given}) == (
        "OFICIALIA_SEAL_PKCS11: no debe llevar el PIN: va en la contraseña del sello",
    )


def test_a_seal_whose_file_is_gone_is_no_reason_not_to_start(production: dict[str, str]) -> None:
    Path(production["OFICIALIA_SEAL_PKCS12"]).unlink()
    assert load(WorkerSettings, production).seal_pkcs12


def test_the_seal_may_come_as_pem(production: dict[str, str]) -> None:
    seal = production.pop("OFICIALIA_SEAL_PKCS12")
    environment = {**production, "OFICIALIA_SEAL_CERTIFICATE": seal, "OFICIALIA_SEAL_KEY": seal}
    assert load(WorkerSettings, environment).seal_key == Path(seal)


def test_a_key_that_anybody_can_read_is_refused(production: dict[str, str]) -> None:
    Path(production["OFICIALIA_SEAL_PKCS12"]).chmod(0o644)
    assert _faults(WorkerSettings, production) == (
        "OFICIALIA_SEAL_PKCS12: cualquiera puede leer el archivo: quite los permisos de los demás (chmod o-rwx)",
    )


def test_a_secret_may_come_from_a_file(production: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "secreto"
    file.write_text(HMAC + "\n", "utf-8")
    del production["OFICIALIA_HMAC_SECRET"]
    settings = load(WorkerSettings, {**production, "OFICIALIA_HMAC_SECRET_FILE": str(file)})
    assert settings.hmac_secret.get_secret_value() == HMAC


def test_a_secret_is_given_once(production: dict[str, str]) -> None:
    environment = {**production, "OFICIALIA_HMAC_SECRET_FILE": "/etc/hostname"}
    assert _faults(WorkerSettings, environment) == (
        "OFICIALIA_HMAC_SECRET_FILE: dé OFICIALIA_HMAC_SECRET o el archivo, no ambos",
    )


def test_a_missing_file_of_a_secret_is_one_fault_among_the_others() -> None:
    faults = _faults(BeatSettings, {"OFICIALIA_REDIS_URL_FILE": "/no/existe", "OFICIALIA_LOG_LEVEL": "x"})
    assert faults[0] == "OFICIALIA_REDIS_URL_FILE: el archivo no existe o este proceso no puede leerlo"
    assert len(faults) == 2


def test_what_is_not_secret_has_no_file(production: dict[str, str]) -> None:
    environment = {**production, "OFICIALIA_OFFICE_FILE": "/etc/hostname"}
    assert _faults(CliSettings, environment) == (
        "OFICIALIA_OFFICE_FILE: ningún proceso conoce esta variable; quítela de su entorno",
    )


def test_a_name_that_no_process_knows_is_a_fault(production: dict[str, str]) -> None:
    strays = {"OFICIALIA_MAX_FILES_MB": "30", "OFICIALIA_XYZ": "", "OFICIALIA_PUERTO": "8000", "OTRA_COSA": "x"}
    assert _faults(CliSettings, {**production, **strays}) == (
        "OFICIALIA_MAX_FILES_MB: ningún proceso conoce esta variable; ¿quiso decir OFICIALIA_MAX_FILE_MB?",
        "OFICIALIA_XYZ: ningún proceso conoce esta variable; quítela de su entorno",
    )


def test_no_secret_is_ever_shown(production: dict[str, str]) -> None:
    shown = repr(load(WorkerSettings, production))
    faults = "".join(_faults(WorkerSettings, {**production, "OFICIALIA_HMAC_SECRET": "corto-y-secreto"}))
    assert "secreto-" not in shown
    assert "corto-y-secreto" not in faults


def test_postgresql_is_reached_through_the_installed_driver(production: dict[str, str]) -> None:
    url = load(CliSettings, production).database_url.get_secret_value()
    assert url == "postgresql+psycopg://oficialia:secreto-db@db.interno/oficialia"


def test_settings_do_not_change_once_read(production: dict[str, str]) -> None:
    settings = load(CliSettings, production)
    with pytest.raises(ValidationError):
        settings.office = "Otra"


@pytest.mark.parametrize(
    "line",
    ["", "no es una llave", str(WITNESS_KEY.verifier), WITNESS_KEY.secret_line],
    ids=["none", "words", "public", "witness"],
)
def test_only_the_key_of_a_log_publishes_and_no_fault_repeats_it(publishing: dict[str, str], line: str) -> None:
    [fault] = _faults(PublisherSettings, {**_own(PublisherSettings, publishing), "OFICIALIA_LEDGER_KEY": line})
    told = "no es la llave de un libro; «oficialia libro clave» hace una" if line else "falta"
    assert fault == f"OFICIALIA_LEDGER_KEY: {told}"


def test_a_policy_that_is_none_is_refused_with_its_line(production: dict[str, str], tmp_path: Path) -> None:
    policy = tmp_path / "libro.politica"
    given = {**_own(CliSettings, production), "OFICIALIA_LEDGER_POLICY": str(policy)}
    assert _faults(CliSettings, given) == (
        "OFICIALIA_LEDGER_POLICY: el archivo no existe o este proceso no puede leerlo",
    )
    policy.write_text("log nada\nquorum none\n", "utf-8")
    [fault] = _faults(CliSettings, given)
    assert fault.startswith("OFICIALIA_LEDGER_POLICY: no tiene la forma de c2sp.org/tlog-policy (line 1: ")
    policy.write_text("quorum none\n", "utf-8")
    assert load(CliSettings, given).ledger_policy == policy


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("COLOUR", "guinda", "debe ser un color como #123c4a"),
        ("COLOUR", "#e3b23c", "con el blanco y sus tonos da un contraste de 1.7"),
        ("ACCENT", "#123c4a", "demasiado oscuro para leer negro sobre él"),
        ("COAT_OF_ARMS", "/no/hay.svg", "el archivo no existe"),
    ],
)
def test_a_look_that_not_everybody_can_read_is_refused(
    production: dict[str, str], name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=f"OFICIALIA_{name}: .*{said}"):
        load(WebSettings, production | {f"OFICIALIA_{name}": value})


def test_a_coat_of_arms_with_a_program_in_it_is_refused(production: dict[str, str], tmp_path: Path) -> None:
    arms = tmp_path / "escudo.svg"
    arms.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    with pytest.raises(SettingsError, match="OFICIALIA_COAT_OF_ARMS: lleva programas"):
        load(WebSettings, production | {"OFICIALIA_COAT_OF_ARMS": str(arms)})
    arms.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    look = {"COLOUR": "#6e1a34", "ACCENT": "#c9a227", "COAT_OF_ARMS": str(arms)}
    window = {name: value for name, value in production.items() if "_SEAL_" not in name}
    read = load(WebSettings, window | {f"OFICIALIA_{key}": value for key, value in look.items()})
    assert (read.colour, read.accent, read.coat_of_arms) == ("#6e1a34", "#c9a227", arms)
