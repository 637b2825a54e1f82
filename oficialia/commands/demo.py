"""`oficialia demo`: the whole way of a petition, on this machine."""

import sys
from pathlib import Path

import click

from oficialia.commands.spanish import Command
from oficialia.embedded import demo as demonstration

FOLDER = Path("var/demo")
FOLDER_OPTION = click.option(
    "--carpeta",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    metavar="CARPETA",
    help="Dónde se guarda todo.",
)


@click.command(cls=Command)
@FOLDER_OPTION
def demo(carpeta: Path) -> None:
    """Presenta una petición de prueba como lo haría un navegador, y comprueba el acuse y la copia sellada."""
    sys.exit(demonstration.run(carpeta, say=click.echo))
