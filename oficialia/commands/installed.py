"""Which office a command is about: that of the environment, or one that `oficialia correr` keeps in a folder."""

from pathlib import Path

import click

from oficialia.db import Database
from oficialia.embedded.installation import known
from oficialia.settings import CliSettings, RegisterSettings, Settings, load

IN_FOLDER = click.option(
    "--carpeta",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="CARPETA",
    help="La oficina que «oficialia correr» puso en marcha en esa carpeta, en vez de la del entorno.",
)


def settings_of(folder: Path | None) -> CliSettings:
    """The settings of the office in the folder, or of the environment. Raises SettingsError, ServiceFailed."""
    return _load(CliSettings, folder)


def register_of(folder: Path | None) -> Database:
    """The register alone of that office, to be closed. Raises SettingsError, ServiceFailed."""
    return Database(_load(RegisterSettings, folder).database_url.get_secret_value())


def _load(process: type[Settings], folder: Path | None) -> Settings:
    # No process of an installation has the port of its site: nothing here is shown with an address.
    return load(process, known(folder).environment(process, 0) if folder else None)
