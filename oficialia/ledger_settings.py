"""The ledger's settings: whose signatures count for whoever reads it; key and memory of whoever publishes it, and of
whoever is its witness."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from oficialia.setting_types import ExistingFile, ExistingFolder
from signing.errors import NoteInvalid
from signing.note import LOG, WITNESS, SignerKey, VerifierKey
from signing.tlog_policy import TlogPolicy


def _log_key(value: SecretStr) -> SecretStr:
    try:
        kind = SignerKey.parse(value.get_secret_value()).kind
    except NoteInvalid:
        kind = 0
    if kind != LOG:
        raise ValueError("no es la llave de un libro; «oficialia libro clave» hace una")
    return value


def _policy(path: Path) -> Path:
    try:
        TlogPolicy.parse(path.read_bytes())
    except NoteInvalid as fault:
        raise ValueError(f"no tiene la forma de c2sp.org/tlog-policy ({fault})") from None
    return path


class LedgerSettings(BaseModel):
    """What whoever shows or checks a checkpoint needs."""

    ledger_policy: Annotated[ExistingFile, AfterValidator(_policy)] | None = Field(
        None, description="Llaves públicas del libro y de sus testigos (c2sp.org/tlog-policy). Sin ella no hay pruebas."
    )


class ProofSettings(LedgerSettings):
    """What whoever puts proofs into acuses needs."""

    ledger_wait_seconds: int = Field(
        60, ge=0, le=3600, description="Segundos que un acuse espera su prueba del libro; después sale y la promete."
    )


class LedgerKeySettings(BaseModel):
    """What the publisher alone has."""

    ledger_key: Annotated[SecretStr, AfterValidator(_log_key)] = Field(
        description="Llave que firma el libro, en una línea (PRIVATE+KEY+…)."
    )
    ledger_dir: ExistingFolder = Field(
        description="Carpeta de quien publica el libro, en disco propio: lo último que firmó."
    )


def _witness_key(value: SecretStr) -> SecretStr:
    try:
        kind = SignerKey.parse(value.get_secret_value()).kind
    except NoteInvalid:
        kind = 0
    if kind != WITNESS:
        raise ValueError("no es la llave de un testigo; «oficialia testigo clave» hace una")
    return value


def _logs(value: str) -> str:
    try:
        kinds = [VerifierKey.parse(each).kind for each in value.split()]
    except NoteInvalid:
        kinds = []
    if not kinds or set(kinds) != {LOG}:
        raise ValueError("debe ser la llave pública de un libro, o varias separadas por espacios")
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("debe ser como 127.0.0.1:8400")
    return value


class WitnessKeySettings(BaseModel):
    """What a witness has, and nobody else."""

    witness_key: Annotated[SecretStr, AfterValidator(_witness_key)] = Field(
        description="Llave con la que firma el testigo, en una línea (PRIVATE+KEY+…)."
    )
    witness_logs: Annotated[str, AfterValidator(_logs)] = Field(
        description="Llaves públicas de los libros que vigila; varias, separadas por espacios."
    )
    witness_dir: ExistingFolder = Field(description="Carpeta del testigo, en disco propio: lo último que firmó.")
    witness_listen: Annotated[str, AfterValidator(_address)] = Field(
        "127.0.0.1:8400", description="Dirección y puerto en los que responde el testigo."
    )


LEDGER_KEY = ("ledger_key",)
WITNESS_KEY = ("witness_key",)
