"""`oficialia testigo`: a witness of public ledgers, for somebody who is not the office."""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path

import click

from oficialia import clock, logs
from oficialia.alone import Busy
from oficialia.commands.spanish import Command, Group, explained
from oficialia.settings import WitnessSettings, inherited, load, variable
from oficialia.witness.memory import Memory
from oficialia.witness.rules import Witness
from oficialia.witness.server import WitnessServer
from signing.errors import NoteInvalid
from signing.key_file import OWNER_ONLY, write_new
from signing.note import WITNESS, SignerKey, VerifierKey

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=Group, invoke_without_command=True)
@click.option("--llave", type=FILE, metavar="ARCHIVO", help="La llave que hizo «oficialia testigo clave».")
@click.option("--libro", "books", multiple=True, metavar="LLAVE",
              help="Llave pública de un libro que se vigila. Puede repetirse.")  # fmt: skip
@click.option("--carpeta", type=FOLDER, metavar="CARPETA", help="Dónde recuerda lo último que firmó.")
@click.option("--escuchar", metavar="DIRECCIÓN:PUERTO", help="Dónde responde; si falta, 127.0.0.1:8400.")
@click.pass_context
def testigo(
    context: click.Context, llave: Path | None, books: tuple[str, ...], carpeta: Path | None, escuchar: str | None
) -> None:
    """Vigila libros públicos: firma cada punto de control que continúa al anterior, y ningún otro.

    Corre donde sea, sin base de datos ni depósito, hasta que se le detenga. Lo que no se diga aquí se toma del entorno:
    OFICIALIA_WITNESS_KEY_FILE, OFICIALIA_WITNESS_LOGS, OFICIALIA_WITNESS_DIR y OFICIALIA_WITNESS_LISTEN.
    """
    if context.invoked_subcommand is None:
        chosen = {"KEY_FILE": llave, "LOGS": " ".join(books), "DIR": carpeta, "LISTEN": escuchar}
        _serve(load(WitnessSettings, _environment({name: str(value) for name, value in chosen.items() if value})))


@testigo.command("clave", cls=Command)
@click.argument("nombre", metavar="NOMBRE")
@click.argument("archivo", type=click.Path(dir_okay=False, path_type=Path), metavar="ARCHIVO")
def clave(nombre: str, archivo: Path) -> None:
    """Hace en ARCHIVO, que no debe existir, la llave del testigo NOMBRE.

    NOMBRE es para siempre, y dice quién es: como contraloria.gob.mx/testigo. Al final se muestra su llave pública, que
    se le da a la oficina cuyo libro se vigila.
    """
    try:
        key = SignerKey.generate(nombre, WITNESS)
        write_new(archivo, f"{key.secret_line}\n".encode(), OWNER_ONLY)
    except NoteInvalid:
        raise click.ClickException("NOMBRE no puede llevar espacios ni el signo «+».") from None
    except OSError as fault:
        raise click.ClickException(explained(fault)) from fault
    click.echo(str(key.verifier))


def _environment(chosen: Mapping[str, str]) -> dict[str, str]:
    names = [variable(name) + end for name in WitnessSettings.model_fields for end in ("", "_FILE")]
    given = {variable(f"witness_{name}"): value for name, value in chosen.items()}
    if variable("witness_key_file") in given:
        names.remove(variable("witness_key"))
    return {**inherited(*names), **given}


def _serve(settings: WitnessSettings) -> None:
    logs.configure(settings.log_level)
    try:
        memory = Memory(settings.witness_dir)
    except Busy:
        raise click.ClickException("Otro testigo usa ya esa carpeta. Cada testigo tiene la suya.") from None
    except OSError as fault:
        raise click.ClickException(explained(fault)) from fault
    key = SignerKey.parse(settings.witness_key.get_secret_value())
    known = [VerifierKey.parse(line) for line in settings.witness_logs.split()]
    host, _, port = settings.witness_listen.rpartition(":")
    try:
        server = WitnessServer((host.strip("[]"), int(port)), Witness(key, known, memory, clock.now))
    except OSError as fault:
        raise click.ClickException(explained(fault)) from fault
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"Testigo {key.name} en http://{settings.witness_listen}/")
    with server:
        server.serve_forever()
    memory.close()
