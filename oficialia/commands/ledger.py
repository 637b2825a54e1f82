"""`oficialia libro`: the public ledger."""

from pathlib import Path

import click

from oficialia.commands.spanish import Command, Group, explained
from signing.errors import NoteInvalid
from signing.key_file import OWNER_ONLY, write_new
from signing.note import SignerKey


@click.group(cls=Group)
def libro() -> None:
    """El libro público: sus llaves y su comprobación."""


@libro.command("clave", cls=Command)
@click.argument("origen", metavar="ORIGEN")
@click.argument("archivo", type=click.Path(dir_okay=False, path_type=Path), metavar="ARCHIVO")
def clave(origen: str, archivo: Path) -> None:
    """Hace en ARCHIVO, que no debe existir, la llave que firma el libro de nombre ORIGEN.

    ORIGEN es para siempre: la dirección pública del libro sin «https://», como oficialia.municipio.gob.mx/libro. Al
    final se muestra la línea que va en el archivo de OFICIALIA_LEDGER_POLICY.
    """
    try:
        key = SignerKey.generate(origen)
        write_new(archivo, f"{key.secret_line}\n".encode(), OWNER_ONLY)
    except NoteInvalid:
        raise click.ClickException("ORIGEN no puede llevar espacios ni el signo «+».") from None
    except OSError as fault:
        raise click.ClickException(explained(fault)) from fault
    click.echo(f"log {key.verifier} https://{origen}")
