"""The seal's settings: the current seal, the next one for a rotation, and lists of what was revoked.

Whether a file of the seal exists is no fault of the configuration: it can go away while the office works, and then
filings are still received and held (oficialia/services/seals.py). `oficialia certificados estado` tells.
"""

import stat
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationInfo, field_validator

from oficialia.setting_types import in_production
from signing.token_name import TokenKeyName

NEXT = "seal_next_"


def _key_file(path: Path, info: ValidationInfo) -> Path:
    try:
        everybody = path.stat().st_mode & stat.S_IRWXO
    except OSError:
        return path
    if in_production(info) and everybody:
        raise ValueError("cualquiera puede leer el archivo: quite los permisos de los demás (chmod o-rwx)")
    return path


def _token_uri(value: str) -> str:
    TokenKeyName.parse(value)
    return value


KeyFile = Annotated[Path, AfterValidator(_key_file)]
TokenUri = Annotated[str, AfterValidator(_token_uri)]


class SealSettings(BaseModel):
    """Each seal in exactly one way: PKCS#12, certificate and key in files, or certificate and a key in a token."""

    seal_pkcs12: KeyFile | None = Field(None, description="Sello del municipio en PKCS#12 (.p12 o .pfx).")
    seal_certificate: Path | None = Field(None, description="Certificado del sello (PEM), sin PKCS#12.")
    seal_pkcs11: TokenUri | None = Field(
        None, description="Llave del sello en un token: pkcs11:token=…;object=…?module-path=…"
    )
    seal_key: KeyFile | None = Field(None, description="Llave privada del sello (PEM), sin PKCS#12.")
    seal_password: SecretStr | None = Field(None, description="Contraseña del PKCS#12 o de la llave, o PIN del token.")
    seal_next_pkcs12: KeyFile | None = Field(None, description="Otro sello, para renovar: sella el más nuevo vigente.")
    seal_next_certificate: Path | None = Field(None, description="Certificado del otro sello (PEM), sin PKCS#12.")
    seal_next_pkcs11: TokenUri | None = Field(None, description="Llave del otro sello en un token.")
    seal_next_key: KeyFile | None = Field(None, description="Llave privada del otro sello (PEM), sin PKCS#12.")
    seal_next_password: SecretStr | None = Field(None, description="Contraseña o PIN del otro sello.")
    seal_crl: Path | None = Field(
        None, description="Lista de certificados revocados (CRL) de quien emitió el sello, o carpeta con varias (.crl)."
    )

    # The last of each seal's ways is judged with the others at hand.
    @field_validator("seal_key", "seal_next_key")
    @classmethod
    def _one_way(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        prefix = str(info.field_name).removesuffix("key")
        if not {prefix + "pkcs12", prefix + "certificate", prefix + "pkcs11"} <= info.data.keys():
            return value  # one of them was refused already, with its own reason
        _require_one_way(prefix, value, info.data)
        return value


def _require_one_way(prefix: str, key: Path | None, given: dict[str, Any]) -> None:
    pkcs12, certificate, token = (given[prefix + way] for way in ("pkcs12", "certificate", "pkcs11"))
    name = "OFICIALIA_" + prefix.upper()
    ways = sum(map(bool, (pkcs12, key, token)))
    if bool(certificate) != bool(key or token):
        raise ValueError(f"el certificado va con su llave: {name}CERTIFICATE con {name}KEY o con {name}PKCS11")
    if ways > 1 or (ways == 0 and prefix != NEXT):
        raise ValueError(f"dé el sello de una sola manera: {name}PKCS12, o certificado con llave, o con token")


SEAL_FIELDS = tuple(SealSettings.model_fields)
