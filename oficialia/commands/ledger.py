"""`oficialia libro`: the public ledger."""

from pathlib import Path

import click

from oficialia import clock
from oficialia.commands.audit import copiar, verificar
from oficialia.commands.faults import told
from oficialia.commands.installed import IN_FOLDER, settings_of
from oficialia.commands.spanish import Command, Group, explained
from oficialia.db import Database
from oficialia.runtime import labels_of, policy_of
from oficialia.services import checker
from signing.errors import NoteInvalid
from signing.key_file import OWNER_ONLY, write_new
from signing.note import SignerKey


@click.group(cls=Group)
def libro() -> None:
    """El libro público: sus llaves y su comprobación."""


libro.add_command(verificar)
libro.add_command(copiar)


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


@libro.command("comprobador", cls=Command)
@IN_FOLDER
@told()
def comprobador(carpeta: Path | None) -> None:
    """Escribe la página que comprueba acuses sin internet: oficialia libro comprobador > comprobador.html.

    Lleva dentro los certificados del sello y las llaves del libro que hay ahora.
    """
    settings = settings_of(carpeta)
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        made = checker.make(database, policy_of(settings), labels_of(settings), clock.now())
    finally:
        database.close()
    click.echo(made.html, nl=False)
