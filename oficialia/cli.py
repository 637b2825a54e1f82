"""The command line: `oficialia ORDEN`. Ends with 0 well, 1 a fault of ours, 2 wrong usage, 10 and up for results."""

import click

from oficialia.commands.configuration import ajustes, pki
from oficialia.commands.office import correr, demo
from oficialia.commands.release import catalogo, preparar
from oficialia.commands.spanish import Group, speak_spanish

speak_spanish()


@click.group(cls=Group)
def cli() -> None:
    """Oficialía de Partes Digital.

    Termina con 0 si todo salió bien, 1 si algo falló, 2 si la orden está mal escrita, y 10 o más según el resultado.
    """


for command in (preparar, correr, demo, catalogo, ajustes, pki):
    cli.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    cli(prog_name="oficialia")


if __name__ == "__main__":
    main()
