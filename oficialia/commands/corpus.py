"""`oficialia corpus`: real files through the real flow, for developers; it takes no part in an office."""

import sys
from pathlib import Path

import click

from oficialia.commands.spanish import Command
from oficialia.embedded.child_office import OfficeFailed
from oficialia.embedded.corpus import run
from oficialia.embedded.corpus.manifest import ManifestUnusable

FOLDER = Path("var/corpus")


@click.command(cls=Command, hidden=True)
@click.argument("archivos", type=click.Path(file_okay=False, exists=True, path_type=Path), metavar="ARCHIVOS")
@click.option(
    "--carpeta",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    metavar="CARPETA",
    help="Dónde se guarda lo que sale; los resultados quedan al lado, en CARPETA.json.",
)
def corpus(archivos: Path, carpeta: Path) -> None:
    """Envía cada archivo de la carpeta ARCHIVOS (con su manifest.tsv) y dice qué fue de él.

    Termina con 0 si se cumple todo lo que se pide, y con 10 si no.
    """
    try:
        sys.exit(run.run(archivos, carpeta, say=click.echo))
    except (ManifestUnusable, OfficeFailed) as fault:
        raise click.ClickException(str(fault)) from fault
