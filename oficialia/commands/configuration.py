"""`oficialia ajustes` and `oficialia pki`: settings shown and checked, and the development PKI."""

from pathlib import Path

import click

from certs.development import make_development_pki
from oficialia import clock
from oficialia.commands.spanish import Command, Group
from oficialia.embedded.ports import LOOPBACK
from oficialia.settings import PROCESSES, load
from oficialia.settings_table import table

NAMES = {process.process: process for process in PROCESSES}


@click.group(cls=Group)
def ajustes() -> None:
    """Las variables de entorno que configuran cada proceso."""


@ajustes.command("revisar", cls=Command)
@click.argument("proceso", type=click.Choice(sorted(NAMES)), metavar="PROCESO")
def revisar(proceso: str) -> None:
    """Comprueba que el entorno configura bien a PROCESO; si no, enumera todas las faltas.

    PROCESO es web, worker, dispatcher, beat, publisher, witness o cli.
    """
    load(NAMES[proceso])
    click.echo(f"El entorno configura bien al proceso «{proceso}».")


@ajustes.command("tabla", cls=Command)
def tabla() -> None:
    """Escribe la tabla de todas las variables, como está en docs/settings.md."""
    click.echo(table())


@click.group(cls=Group)
def pki() -> None:
    """La PKI de desarrollo: certificados de prueba, sin valor legal."""


@pki.command("crear", cls=Command)
@click.argument("carpeta", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--direccion", default=f"http://{LOOPBACK}:8318", metavar="DIRECCIÓN", help="Dirección de los servicios OCSP y CRL."
)
def crear(carpeta: Path, direccion: str) -> None:
    """Crea en CARPETA la raíz, el sello del municipio, la TSA y las e.firmas de prueba. Si ya están, no hace nada."""
    try:
        make_development_pki(carpeta, at=clock.now(), base_url=direccion)
    except FileExistsError as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"PKI de desarrollo en {carpeta}")
