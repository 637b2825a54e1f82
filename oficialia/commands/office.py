"""`oficialia correr`: the whole office on this machine."""

import sys
from pathlib import Path

import click

from oficialia.commands.demo import FOLDER_OPTION
from oficialia.commands.spanish import Command, IntRange, explained
from oficialia.embedded import office
from oficialia.embedded.guard import guarded
from oficialia.embedded.ports import free_ports
from oficialia.embedded.process import ServiceFailed
from oficialia.settings import SettingsError, inherited, unknown


def _usual_port() -> str:
    return inherited("OFICIALIA_PUERTO").get("OFICIALIA_PUERTO", "8000")


@click.command(cls=Command)
@FOLDER_OPTION
@click.option(
    "--puerto",
    type=IntRange(0, 65535),
    default=_usual_port,
    show_default="OFICIALIA_PUERTO, u 8000",
    metavar="NÚMERO",
    help="Puerto del sitio; 0 elige uno libre.",
)
@click.option("--callado", is_flag=True, help="No muestra lo que escribe cada proceso; queda en la carpeta log.")
def correr(carpeta: Path, puerto: int, *, callado: bool) -> None:
    """Pone en marcha la oficina completa en esta máquina, hasta Ctrl-C."""
    if faults := unknown():
        raise SettingsError("correr", faults)
    port = puerto or free_ports(1)[0]

    def echo(name: str, line: str) -> None:
        if not callado or name == "supervisor":
            click.echo(f"{name:>16} │ {line}")

    def work() -> int:
        try:
            office.run(carpeta, port, say=click.echo, echo=echo)
        except ServiceFailed as fault:
            click.echo(f"Error: {fault}", err=True)
            return 1
        except OSError as fault:
            click.echo(f"Error: {explained(fault)}", err=True)
            return 1
        return 0

    sys.exit(guarded(work))
