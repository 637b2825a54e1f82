"""What several processes share of their settings, in groups: each process declares those that it may know."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from oficialia.setting_types import (
    AccentColour,
    CoatOfArmsFile,
    DatabaseUrl,
    ExistingFile,
    ExistingFolder,
    ExistingPath,
    HttpUrls,
    LongSecret,
    PublicUrl,
    RedisUrl,
    ServiceUrl,
    TownColour,
)

# RFC 1035 labels, the names that every S3 server takes.
BUCKET_NAME = r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"


class ProcessSettings(BaseModel):
    """What every process knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)
    process: ClassVar[str] = ""
    # Variables that this process must not even be handed.
    forbidden: ClassVar[tuple[str, ...]] = ()

    env: Literal["produccion", "demo"] = Field("produccion", description="«demo» permite http y servicios locales.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Detalle de la bitácora.")


class CommonSettings(ProcessSettings):
    """What every process that reads the register knows: the register, and how the office is called."""

    database_url: DatabaseUrl = Field(description="Base de datos: postgresql://… o sqlite:///ruta.")
    public_url: PublicUrl = Field(description="Dirección pública del sitio, sin diagonal al final.")
    municipality: str = Field("Municipio de Chalco", description="Nombre del municipio, como se imprime en el acuse.")
    state: str = Field("Estado de México", description="Entidad federativa.")
    office: str = Field("Oficialía de Partes Digital", description="Nombre de la oficina.")
    contact: str = Field("", description="Cómo comunicarse con la oficina, como se muestra al pie de cada página.")


class LookSettings(ProcessSettings):
    """How the town looks: what whoever shows pages or papers knows."""

    colour: TownColour = Field("", description="Color del municipio (#rrggbb): encabezado, botones y enlaces.")
    accent: AccentColour = Field("", description="Color que lo acompaña (#rrggbb): líneas y avisos, nunca texto.")
    coat_of_arms: CoatOfArmsFile | None = Field(
        None, description="Escudo del municipio: archivo SVG o PNG de hasta 48 KiB."
    )


class QueueSettings(ProcessSettings):
    """The broker: a bell, and the counters of the throttle."""

    redis_url: RedisUrl = Field(description="Redis o Valkey: rediss://:contraseña@servidor:6379/0.")


class BucketSettings(ProcessSettings):
    """The S3 bucket with the documents."""

    s3_endpoint: ServiceUrl = Field(description="Dirección del servicio S3.")
    s3_access_key: str = Field(min_length=1, description="Identificador de la llave de acceso.")
    s3_secret_key: SecretStr = Field(min_length=8, description="Secreto de la llave de acceso.")
    s3_region: str = Field("us-east-1", description="Región.")
    s3_bucket: str = Field("oficialia", pattern=BUCKET_NAME, description="Nombre del depósito.")
    s3_ca: ExistingFile | None = Field(None, description="Certificados (PEM) con los que se comprueba el servicio S3.")


class TrustSettings(ProcessSettings):
    """Whom to believe: what whoever judges signatures needs."""

    trust_dir: ExistingPath = Field(
        description="Certificados raíz (PEM) en los que se confía: archivo o carpeta. "
        "En su carpeta `intermedias`, quienes emiten las e.firmas."
    )


class FilingSettings(TrustSettings):
    """What whoever touches a filing's files needs: limits, working folder, trust, whom to ask for revocation."""

    hmac_secret: LongSecret = Field(description="Secreto de los códigos de verificación y las claves de seguimiento.")
    spool_dir: ExistingFolder = Field(description="Carpeta de trabajo para archivos en tránsito.")
    max_file_mb: int = Field(25, ge=1, le=2048, description="Tamaño mayor de un archivo, en MiB.")
    max_filing_mb: int = Field(100, ge=1, le=4096, description="Tamaño mayor de una promoción, en MiB.")
    max_pages: int = Field(2000, ge=1, description="Páginas de un documento, a lo más.")
    max_anexos: int = Field(20, ge=0, le=100, description="Anexos de una promoción, a lo más.")
    ocsp_urls: HttpUrls = Field(
        "", description="A quién preguntar si un certificado fue revocado (OCSP); varias, separadas por espacios."
    )
    crl_urls: HttpUrls = Field(
        "",
        description="Listas de certificados revocados (CRL); varias, separadas por espacios. "
        "Sin estas ni OCSP los sellos quedan en B-T.",
    )
    ocsp_signers: ExistingPath | None = Field(
        None,
        description="Certificados (PEM) de quien responde por OCSP con uno propio, como el SAT: archivo o carpeta.",
    )
    min_free_mb: int = Field(1024, ge=0, description="Espacio libre, en MiB, sin el cual no se reciben archivos.")

    @field_validator("max_filing_mb")
    @classmethod
    def _holds_one_file(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("max_file_mb", 0):
            raise ValueError("debe ser al menos tan grande como OFICIALIA_MAX_FILE_MB")
        return value
