"""`oficialia personal`: the accounts of the staff. It needs the database alone, and shows nothing of any filing."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click

from oficialia import clock
from oficialia.commands.demo import FOLDER_OPTION
from oficialia.commands.faults import told
from oficialia.commands.installed import IN_FOLDER, register_of
from oficialia.commands.operator import motive, who
from oficialia.commands.spanish import Group
from oficialia.db import Database
from oficialia.domain.filing import Rol
from oficialia.domain.staff import STAFF_ROLES
from oficialia.domain.wording import short_instant
from oficialia.embedded import demo_staff
from oficialia.services import credentials, staff_accounts
from oficialia.services.staff_accounts import AccountRefused, AccountView, Issued, Person
from signing.qr import qr_text

T = TypeVar("T")
ISSUER = "Oficialía de Partes"
_TYPED = click.option(
    "--pedir-contrasena",
    "typed",
    is_flag=True,
    help="La persona escribe aquí su contraseña. Sin esto se genera una, que se cambia al entrar.",
)
_MOTIVE = click.option(
    "--motivo", required=True, metavar="TEXTO", callback=motive, help="Por qué; queda en la bitácora con su nombre."
)


@click.group(cls=Group)
def personal() -> None:
    """Cuentas de quienes atienden la mesa. Vea docs/operacion/personal.md."""


@personal.command("alta")
@click.argument("usuario")
@click.option("--nombre", required=True, metavar="TEXTO", help="Nombre completo, como lo verán los ciudadanos.")
@click.option(
    "--rol", "role", required=True, type=click.Choice([role.value for role in STAFF_ROLES]), help="Qué puede hacer."
)
@click.option("--area", default="", metavar="CLAVE", help="Clave de su área; solo con el rol «area».")
@_TYPED
@IN_FOLDER
@told()
def alta(usuario: str, nombre: str, role: str, area: str, carpeta: Path | None, *, typed: bool) -> None:
    """Da de alta una cuenta, y muestra una sola vez su contraseña y el secreto de sus códigos."""
    person = Person(usuario, " ".join(nombre.split()), Rol(role), area)
    password = _password() if typed else ""
    issued = _done(
        carpeta,
        lambda database: staff_accounts.enroll(database, person, password=password, who=who(), now=clock.now()),
    )
    click.echo(f"Cuenta «{usuario}» dada de alta.")
    _show(issued)


@personal.command("restablecer")
@click.argument("usuario")
@_MOTIVE
@_TYPED
@IN_FOLDER
@told()
def restablecer(usuario: str, motivo: str, carpeta: Path | None, *, typed: bool) -> None:
    """Da contraseña y secreto nuevos a quien perdió alguno, y cierra sus sesiones.

    Antes de hacerlo, asegúrese de que quien lo pide es la persona de la cuenta.
    """
    password = _password() if typed else ""
    issued = _done(
        carpeta,
        lambda database: staff_accounts.reset(
            database, usuario, password=password, who=who(), motive=motivo, now=clock.now()
        ),
    )
    click.echo(f"Cuenta «{usuario}» restablecida. Lo anterior ya no sirve.")
    _show(issued)


@personal.command("baja")
@click.argument("usuario")
@_MOTIVE
@IN_FOLDER
@told()
def baja(usuario: str, motivo: str, carpeta: Path | None) -> None:
    """Da de baja una cuenta y cierra sus sesiones. No se borra: lo que hizo sigue diciendo quién fue."""
    _done(
        carpeta,
        lambda database: staff_accounts.end(database, usuario, who=who(), motive=motivo, now=clock.now()),
    )
    click.echo(f"Cuenta «{usuario}» dada de baja.")


@personal.command("lista")
@click.option("--json", "as_json", is_flag=True, help="Escribe la lista en JSON.")
@IN_FOLDER
@told()
def lista(carpeta: Path | None, *, as_json: bool) -> None:
    """Enumera las cuentas, también las dadas de baja."""
    accounts = _done(carpeta, staff_accounts.listing)
    if as_json:
        click.echo(json.dumps([_document(each) for each in accounts], ensure_ascii=False, indent=1))
    elif not accounts:
        click.echo("No hay cuentas. Dé de alta la primera: oficialia personal alta USUARIO --nombre '…' --rol …")
    else:
        click.echo("\n".join(map(_line, accounts)))


@personal.command("codigo")
@click.argument("usuario")
@FOLDER_OPTION
def codigo(usuario: str, carpeta: Path) -> None:
    """Muestra el código de este momento de una cuenta de «make run», para probar la mesa sin teléfono."""
    click.echo(demo_staff.code(carpeta, usuario, clock.now()))


def _done(folder: Path | None, act: Callable[[Database], T]) -> T:
    with closing(register_of(folder)) as database:
        try:
            return act(database)
        except AccountRefused as refused:
            raise click.ClickException(str(refused)) from refused


def _password() -> str:
    typed: str = click.prompt("Contraseña", hide_input=True, confirmation_prompt="Otra vez")
    return typed


def _show(issued: Issued) -> None:
    if issued.generated:
        click.echo(f"\nContraseña, que se cambia al entrar:  {issued.password}")
    uri = credentials.provisioning_uri(issued.totp_secret, issued.username, ISSUER)
    click.echo("\nLea este código con una aplicación de códigos (TOTP) en el teléfono de la persona:\n")
    for line in qr_text(uri).splitlines():
        click.secho(line, fg="bright_white", bg="black")
    click.echo(f"O escriba en ella: {uri}")
    click.echo("\nNada de esto se vuelve a mostrar.")


def _line(account: AccountView) -> str:
    office = f"{account.role} {account.area}".strip()
    entry = f"entró el {short_instant(account.last_entry)}" if account.last_entry else "nunca ha entrado"
    ended = f"; de baja desde el {short_instant(account.ended_at)}" if account.ended_at else ""
    return f"{account.username}  {account.name}\n    {office}; {entry}{ended}"


def _document(account: AccountView) -> dict[str, object]:
    return {
        "usuario": account.username,
        "nombre": account.name,
        "rol": account.role,
        "area": account.area,
        "alta": account.created_at.isoformat(),
        "ultima_entrada": account.last_entry.isoformat() if account.last_entry else None,
        "baja": account.ended_at.isoformat() if account.ended_at else None,
    }
