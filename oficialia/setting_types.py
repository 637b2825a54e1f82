"""The kinds of value a setting can have, each refusing what is wrong with a sentence in Spanish.

A validator raises ValueError whose text is shown to the operator as it is; it never repeats the value, which may be a
secret. Rules that hold only in production look at `info.data["env"]`; where `env` itself is wrong, they hold.
"""

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationInfo
from pydantic_core import ErrorDetails

from oficialia.domain import coat_of_arms
from oficialia.domain.colours import BLACK, READABLE, Palette, contrast

# 32 characters of a hexadecimal secret are 128 bits, the least that HMAC-SHA-256 keys and cookie signatures are worth.
SECRET_CHARACTERS = 32
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# The notation of the throttle: "10 per minute; 60 per hour".
RATE = re.compile(r"\d+ (per|/) (\d+ )?(second|minute|hour|day)s?")


def in_production(info: ValidationInfo) -> bool:
    """Whether the strict rules apply; true unless the process said it is the demo."""
    return info.data.get("env") != "demo"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("debe ser una dirección que empiece con https:// o http://")
    if parts.query or parts.fragment:
        raise ValueError("no debe llevar «?» ni «#»")
    return value.rstrip("/")


def _http_urls(value: str) -> str:
    return " ".join(_http_url(url) for url in value.split())


def _public_url(value: str, info: ValidationInfo) -> str:
    if in_production(info) and not value.startswith("https://"):
        raise ValueError("en producción debe empezar con https://")
    return value


def _service_url(value: str, info: ValidationInfo) -> str:
    if in_production(info) and not value.startswith("https://") and _host(value) not in LOOPBACK:
        raise ValueError("en producción debe empezar con https://, salvo que el servicio esté en esta misma máquina")
    return value


def _database_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    scheme = urlsplit(url).scheme
    if scheme == "postgresql":
        return SecretStr(url.replace("postgresql://", "postgresql+psycopg://", 1))
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError("debe empezar con postgresql:// o sqlite:///")
    return value


def _redis_url(value: SecretStr, info: ValidationInfo) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("debe ser como rediss://:contraseña@servidor:6379/0")
    if in_production(info) and not parts.password:
        raise ValueError("en producción debe llevar contraseña")
    if in_production(info) and parts.scheme != "rediss" and parts.hostname not in LOOPBACK:
        raise ValueError("en producción debe empezar con rediss://, salvo que el servicio esté en esta misma máquina")
    return value


def _long_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) < SECRET_CHARACTERS or len(set(text)) < SECRET_CHARACTERS // 4:
        raise ValueError(f"es débil: use al menos {SECRET_CHARACTERS} caracteres al azar (openssl rand -hex 32)")
    return value


def _existing_file(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError:
        raise ValueError("el archivo no existe o este proceso no puede leerlo") from None


def _existing_folder(path: Path) -> Path:
    try:
        with os.scandir(path):
            return path
    except OSError:
        raise ValueError("la carpeta no existe o este proceso no puede verla") from None


def _existing_path(path: Path) -> Path:
    try:
        path.stat()
    except OSError:
        raise ValueError("no existe, o este proceso no puede verlo") from None
    return path


def _rate(value: str) -> str:
    if not all(RATE.fullmatch(part.strip()) for part in value.split(";")):
        raise ValueError("debe ser como «10 per minute; 60 per hour»")
    return value


def _town_colour(value: str) -> str:
    if _colour(value) and (weakest := Palette(value).weakest) < READABLE:
        raise ValueError(
            f"es demasiado claro para leer: con el blanco y sus tonos da un contraste de {weakest:.1f}, y hacen falta "
            f"{READABLE}; elija uno más oscuro"
        )
    return value


def _accent_colour(value: str) -> str:
    if _colour(value) and (given := contrast(value, BLACK)) < READABLE:
        raise ValueError(
            f"es demasiado oscuro para leer negro sobre él: da un contraste de {given:.1f} y hacen falta {READABLE}; "
            "elija uno más claro"
        )
    return value


def _colour(value: str) -> str:
    if value and not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ValueError("debe ser un color como #123c4a")
    return value


def _coat_of_arms(path: Path) -> Path:
    with path.open("rb") as file:
        coat_of_arms.read(file.read(coat_of_arms.LARGEST_BYTES + 1))
    return path


def sentence(detail: ErrorDetails) -> str:
    """What pydantic found wrong, for the operator."""
    context = detail.get("ctx", {})
    sentences = {
        "missing": "falta",
        "value_error": str(context.get("error", "")),
        "int_parsing": "debe ser un número entero",
        "greater_than_equal": f"debe ser al menos {context.get('ge')}",
        "less_than_equal": f"debe ser a lo más {context.get('le')}",
        "literal_error": f"debe ser uno de: {context.get('expected')}".replace(" or ", " o "),
        "too_short": f"debe tener al menos {context.get('min_length')} caracteres",
        "string_too_short": f"debe tener al menos {context.get('min_length')} caracteres",
        "string_pattern_mismatch": "tiene una forma que no se admite",
    }
    return sentences.get(detail["type"], "el valor no se admite")


HttpUrl = Annotated[str, AfterValidator(_http_url)]
HttpUrls = Annotated[str, AfterValidator(_http_urls)]
PublicUrl = Annotated[HttpUrl, AfterValidator(_public_url)]
ServiceUrl = Annotated[HttpUrl, AfterValidator(_service_url)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
LongSecret = Annotated[SecretStr, AfterValidator(_long_secret)]
ExistingFile = Annotated[Path, AfterValidator(_existing_file)]
ExistingFolder = Annotated[Path, AfterValidator(_existing_folder)]
ExistingPath = Annotated[Path, AfterValidator(_existing_path)]
TownColour = Annotated[str, AfterValidator(_town_colour)]
AccentColour = Annotated[str, AfterValidator(_accent_colour)]
CoatOfArmsFile = Annotated[ExistingFile, AfterValidator(_coat_of_arms)]
Rate = Annotated[str, AfterValidator(_rate)]
