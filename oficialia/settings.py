"""Configuration: one frozen value per process, read once from the environment, refused loudly.

Every variable is `OFICIALIA_` and the field's name in capitals. A secret may also come from a file, named by the same
variable with `_FILE` at its end. An empty variable counts as absent. A process declares only what it may know: the web
process has no seal key, and refuses to start when it is handed one. This is the only module that reads `os.environ`.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from oficialia.ledger_settings import (
    LEDGER_KEY,
    LedgerKeySettings,
    LedgerSettings,
    ProofSettings,
    WitnessKeySettings,
)
from oficialia.seal_settings import SEAL_FIELDS, SealSettings
from oficialia.setting_groups import (
    BucketSettings,
    CommonSettings,
    FilingSettings,
    LookSettings,
    ProcessSettings,
    QueueSettings,
    TrustSettings,
)
from oficialia.setting_types import (
    LOOPBACK,
    ExistingFolder,
    ExistingPath,
    HttpUrl,
    LongSecret,
    Rate,
    in_production,
    sentence,
)

PREFIX = "OFICIALIA_"
# The keys that sign: whoever is not their holder refuses to be handed one.
SIGNING_FIELDS = SEAL_FIELDS + LEDGER_KEY
# Ours, but no setting of a process: the port of `make run`, and a folder of real files for the tests.
NOT_SETTINGS = frozenset({"OFICIALIA_PUERTO", "OFICIALIA_CORPUS"})


class SettingsError(Exception):
    """The environment cannot configure this process; `faults` lists every reason, in Spanish, without any value."""

    def __init__(self, process: str, faults: tuple[str, ...]) -> None:
        self.process = process
        self.faults = faults
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"La configuración del proceso «{process}» no permite arrancar:\n{lines}")


class WebSettings(LedgerSettings, LookSettings, CommonSettings, QueueSettings, BucketSettings, FilingSettings):
    """The window. It holds no key that signs anything."""

    process: ClassVar[str] = "web"
    forbidden: ClassVar[tuple[str, ...]] = SIGNING_FIELDS

    session_secret: LongSecret = Field(description="Secreto que firma las cookies de sesión.")
    drafts_dir: ExistingFolder = Field(description="Carpeta de los borradores, que se borran a los siete días.")
    throttle: Rate = Field("10 per minute; 60 per hour", description="Promociones que se aceptan por dirección de red.")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Servidores intermedios (nginx) cuya dirección se cree.")

    @field_validator("session_secret")
    @classmethod
    def _of_its_own(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if value == info.data.get("hmac_secret"):
            raise ValueError("debe ser distinto de OFICIALIA_HMAC_SECRET")
        return value


class SealOnlySettings(SealSettings, TrustSettings):
    """What `oficialia certificados` needs of the worker's environment: the seal, and whom to believe."""

    process: ClassVar[str] = "worker"


# The seal's fields last (pydantic takes them from the back), so that they know `env`.
class WorkerSettings(SealSettings, ProofSettings, CommonSettings, QueueSettings, BucketSettings, FilingSettings):
    """The sealing worker: alone with the seal key, and the one that writes mail."""

    process: ClassVar[str] = "worker"
    forbidden: ClassVar[tuple[str, ...]] = LEDGER_KEY

    tsa_url: HttpUrl = Field(description="Servicio de sellos de tiempo (RFC 3161).")
    tsa_anchors: ExistingPath = Field(description="Certificados raíz (PEM) del servicio de sellos de tiempo.")
    tsa_user: str = Field("", description="Usuario del servicio de sellos de tiempo, si lo pide.")
    tsa_password: SecretStr | None = Field(None, description="Contraseña del servicio de sellos de tiempo.")
    smtp_host: str = Field(min_length=1, description="Servidor de correo.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Puerto del servidor de correo.")
    smtp_user: str = Field("", description="Usuario del servidor de correo.")
    smtp_password: SecretStr | None = Field(None, description="Contraseña del servidor de correo.")
    smtp_tls: Literal["starttls", "tls", "no"] = Field("starttls", description="Cifrado con el servidor de correo.")
    smtp_from: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="Remitente de los correos.")

    @field_validator("smtp_tls")
    @classmethod
    def _mail_encrypted(cls, value: str, info: ValidationInfo) -> str:
        if value == "no" and in_production(info) and info.data.get("smtp_host") not in LOOPBACK:
            raise ValueError("en producción el correo viaja cifrado: «starttls» o «tls»")
        return value


class DispatcherSettings(CommonSettings, QueueSettings):
    """The dispatcher: from the outbox to the bell."""

    process: ClassVar[str] = "dispatcher"
    forbidden: ClassVar[tuple[str, ...]] = SIGNING_FIELDS


class PublisherSettings(LedgerKeySettings, LedgerSettings, CommonSettings, BucketSettings):
    """The publisher of the ledger: alone with the key that signs its checkpoints."""

    process: ClassVar[str] = "publisher"
    forbidden: ClassVar[tuple[str, ...]] = SEAL_FIELDS


class BeatSettings(QueueSettings):
    """The clock of the periodic tasks: it knows the bell only."""

    process: ClassVar[str] = "beat"
    forbidden: ClassVar[tuple[str, ...]] = SIGNING_FIELDS


class CliSettings(LedgerSettings, CommonSettings, BucketSettings, TrustSettings):
    """The operator's command line: register, bucket and whom to believe; no key that signs, no secret of the codes."""

    process: ClassVar[str] = "cli"
    forbidden: ClassVar[tuple[str, ...]] = LEDGER_KEY

    s3_retention_days: int = Field(3650, ge=1, description="Días que cada objeto queda protegido contra borrado.")


class WitnessSettings(WitnessKeySettings, ProcessSettings):
    """A witness of the ledger, which is somebody else's: it knows nothing of the office."""

    process: ClassVar[str] = "witness"
    forbidden: ClassVar[tuple[str, ...]] = SIGNING_FIELDS


PROCESSES: tuple[type[ProcessSettings], ...] = (
    WebSettings,
    WorkerSettings,
    DispatcherSettings,
    BeatSettings,
    PublisherSettings,
    CliSettings,
    WitnessSettings,
)
Settings = TypeVar("Settings", bound=ProcessSettings)


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def inherited(*names: str) -> dict[str, str]:
    """Those of the named variables that this process has, to be handed to a child."""
    return {name: os.environ[name] for name in names if name in os.environ}


def is_secret(field: FieldInfo) -> bool:
    """Whether the value is kept out of every text, and may come from a file named by `…_FILE`."""
    return "SecretStr" in str(field.annotation)


def unknown(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """A fault for each variable with our prefix that no process knows: a typo would otherwise go unnoticed."""
    known = {
        variable(name) + end
        for process in PROCESSES
        for name, field in process.model_fields.items()
        for end in (("", "_FILE") if is_secret(field) else ("",))
    }
    source = os.environ if environment is None else environment
    strays = sorted(name for name in source if name.startswith(PREFIX) and name not in known | NOT_SETTINGS)
    return tuple(f"{name}: ningún proceso conoce esta variable{_meant(name, known)}" for name in strays)


def _meant(name: str, known: Iterable[str]) -> str:
    alike = get_close_matches(name, known, n=1, cutoff=0.9)  # the prefix alone is half of a name
    return f"; ¿quiso decir {alike[0]}?" if alike else "; quítela de su entorno"


def load(process: type[Settings], environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of one process; `environment` is for tests and tools, else the process's own.

    Raises SettingsError with every fault at once.
    """
    source = os.environ if environment is None else environment
    handed = [name for name in process.forbidden if source.get(variable(name)) or source.get(variable(name) + "_FILE")]
    faults = [*unknown(source)]
    faults += [f"{variable(name)}: este proceso no debe conocerla; quítela de su entorno" for name in handed]
    values: dict[str, str] = {}
    for name, field in process.model_fields.items():
        try:
            if value := _read(source, variable(name), from_file=is_secret(field)):
                values[name] = value
        except ValueError as fault:
            faults.append(f"{variable(name)}_FILE: {fault}")
            values[name] = ""
    return _validated(process, values, faults)


def load_or_exit(process: type[Settings]) -> Settings:
    """The settings of the process that is starting; with a fault it ends with status 1 and every fault on stderr."""
    try:
        return load(process)
    except SettingsError as fault:
        sys.exit(str(fault))


def _read(source: Mapping[str, str], name: str, *, from_file: bool) -> str:
    value, path = source.get(name, ""), source.get(name + "_FILE", "") if from_file else ""
    if not path:
        return value
    if value:
        raise ValueError(f"dé {name} o el archivo, no ambos")
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise ValueError("el archivo no existe o este proceso no puede leerlo") from None


def _validated(process: type[Settings], values: Mapping[str, str], faults: list[str]) -> Settings:
    named = {fault.split(":")[0].removesuffix("_FILE") for fault in faults}
    try:
        settings = process.model_validate(values)
    except ValidationError as error:
        faults += [text for text in _worded(error) if text.split(":")[0] not in named]
        raise SettingsError(process.process, tuple(faults)) from None
    if faults:
        raise SettingsError(process.process, tuple(faults))
    return settings


def _worded(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=False):
        yield f"{variable(str(detail['loc'][0]))}: {sentence(detail)}"
