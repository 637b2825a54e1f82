"""`oficialia preparar` and `oficialia catalogo`: what must stand before the office opens."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import click

from oficialia import clock, db
from oficialia.commands.faults import told
from oficialia.commands.spanish import Command, Group
from oficialia.runtime import bucket_of
from oficialia.services import catalog
from oficialia.settings import CliSettings, load

DEMO_CATALOGUE, DEMO_POLICIES = "catalogo-demo.json", "politicas-demo.json"


@click.command(cls=Command)
@told()
def preparar() -> None:
    """Deja lista la base de datos y el depósito de documentos. Puede repetirse sin daño.

    En la demostración carga además el catálogo y las políticas de ejemplo.
    """
    settings = load(CliSettings)
    db.upgrade(settings.database_url.get_secret_value())
    click.echo("Base de datos: al día.")
    bucket_of(settings).ensure(retention_days=settings.s3_retention_days)
    click.echo("Depósito de documentos: listo, con versiones y protección contra borrado.")
    if settings.env == "demo":
        _load(settings, _demo_data(DEMO_CATALOGUE), _demo_data(DEMO_POLICIES))


@click.group(cls=Group)
def catalogo() -> None:
    """Áreas, trámites, calendario y políticas de plazos."""


@catalogo.command("cargar")
@click.argument("archivo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("politicas", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@told()
def cargar(archivo: Path, politicas: Path) -> None:
    """Carga el catálogo de ARCHIVO y las políticas de plazos de POLITICAS (JSON). No quita nada de lo que ya está."""
    _load(load(CliSettings), _read(archivo), _read(politicas))


def _load(settings: CliSettings, catalogue: dict[str, Any], policies: dict[str, Any]) -> None:
    database = db.Database(settings.database_url.get_secret_value())
    try:
        catalog.load(database, catalogue, policies, clock.now())
    except (KeyError, ValueError) as fault:
        raise click.ClickException(f"El catálogo no se cargó, porque algo en él no es como debe: {fault}") from fault
    finally:
        database.close()
    click.echo(f"Catálogo: {len(catalogue['areas'])} áreas y {len(catalogue['tramites'])} trámites.")


def _demo_data(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(resources.files("oficialia").joinpath("data", name).read_text("utf-8"))
    return content


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as fault:
        raise click.ClickException(f"{path} no es JSON: {fault}") from fault
    if not isinstance(content, dict):
        raise click.ClickException(f"{path} no es un objeto JSON.")
    return content
