"""The command line: `oficialia ORDEN`. Ends with 0 well, 1 a fault of ours, 2 wrong usage, 10 and up for results."""

import click

from oficialia.commands.spanish import Group

COMMANDS = {
    "ajustes": "oficialia.commands.configuration",
    "catalogo": "oficialia.commands.release",
    "certificados": "oficialia.commands.certificates",
    "confianza": "oficialia.commands.trust",
    "corpus": "oficialia.commands.corpus",
    "correr": "oficialia.commands.office",
    "demo": "oficialia.commands.demo",
    "libro": "oficialia.commands.ledger",
    "personal": "oficialia.commands.staff",
    "pki": "oficialia.commands.configuration",
    "preparar": "oficialia.commands.release",
    "respaldo": "oficialia.commands.backup",
    "revisar": "oficialia.commands.review",
    "testigo": "oficialia.commands.witness",
    "trabajos": "oficialia.commands.jobs",
    "verificar": "oficialia.commands.verify",
}


@click.group(cls=Group, modules=COMMANDS)
def cli() -> None:
    """Oficialía de Partes Digital.

    Termina con 0 si todo salió bien, 1 si algo falló, 2 si la orden está mal escrita, y 10 o más según el resultado.
    """


def main() -> None:
    """Entry point of the console script."""
    cli(prog_name="oficialia")


if __name__ == "__main__":
    main()
