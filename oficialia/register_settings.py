"""What a command needs that has to do with the register alone: no bucket, no trust anchors, no address of the site."""

from typing import ClassVar

from pydantic import Field

from oficialia.setting_groups import ProcessSettings
from oficialia.setting_types import DatabaseUrl


class RegisterSettings(ProcessSettings):
    """The part of the command line's settings that `oficialia personal` reads."""

    process: ClassVar[str] = "cli"

    database_url: DatabaseUrl = Field(description="Base de datos: postgresql://… o sqlite:///ruta.")
