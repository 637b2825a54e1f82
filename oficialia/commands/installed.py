"""Which office a command is about: that of the environment, or one that `oficialia correr` keeps in a folder."""

from pathlib import Path

import click

from oficialia.embedded.installation import known
from oficialia.settings import CliSettings, load

IN_FOLDER = click.option(
    "--carpeta",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="CARPETA",
    help="La oficina que «oficialia correr» puso en marcha en esa carpeta, en vez de la del entorno.",
)


def settings_of(folder: Path | None) -> CliSettings:
    """The settings of the office in the folder, or of the environment. Raises SettingsError, ServiceFailed."""
    # No process of an installation has the port of its site: nothing here is shown with an address.
    return load(CliSettings, known(folder).environment(CliSettings, 0) if folder else None)
