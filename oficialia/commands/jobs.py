"""`oficialia trabajos`: the work that waits for a person or is late, and asking for it again."""

import json
import sys
from contextlib import closing
from pathlib import Path

import click

from oficialia import clock
from oficialia.commands.faults import told
from oficialia.commands.installed import IN_FOLDER, settings_of
from oficialia.commands.operator import who
from oficialia.commands.spanish import Group
from oficialia.db import Database
from oficialia.domain.folio import Folio
from oficialia.domain.wording import short_instant
from oficialia.services import jobs, seal_state
from oficialia.services.jobs import WORDS, NotHeld, Trouble

FOUND = 10  # of 10 and up, which tell a result and not a fault of the command
NO_FOLIO = "sin expediente"
NO_REASON = "Nadie ha dicho por qué. Vea si dispatcher y worker están en marcha, y la bitácora de worker."


def _named(_context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> list[Folio | int]:
    return [_name(text) for text in names]


def _name(text: str) -> Folio | int:
    if text.isascii() and text.isdigit():
        return int(text)
    if (folio := Folio.parse(text)) is None:
        raise click.BadParameter(
            f"«{text}» no es el número de un trabajo ni un folio completo, como OP-2026-000123-5, sin errores."
        )
    return folio


def _motive(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    if not (motive := " ".join(text.split())):
        raise click.BadParameter("diga qué se corrigió; queda en la historia del expediente.")
    return motive


@click.group(cls=Group)
def trabajos() -> None:
    """Trabajos que esperan a una persona o que van atrasados. Vea docs/operacion/trabajos.md."""


@trabajos.command("lista")
@click.option("--json", "as_json", is_flag=True, help="Escribe la lista en JSON.")
@IN_FOLDER
@told()
def lista(carpeta: Path | None, *, as_json: bool) -> None:
    """Enumera los trabajos detenidos, que esperan a una persona, y los atrasados, que siguen solos.

    Dice también si el sello no se puede usar. Termina con 0 si todo va bien y con 10 si hay algo que ver.
    """
    with closing(_database(carpeta)) as database:
        found = jobs.troubled(database, clock.now())
        seal = seal_state.current(database)
    stopped = seal if seal and not seal.usable else None
    held, late = [each for each in found if each.held], [each for each in found if not each.held]
    if as_json:
        lists: dict[str, object] = {
            "detenidos": [_document(each) for each in held],
            "atrasados": [_document(each) for each in late],
        }
        lists["sello"] = {"motivo": stopped.reason, "desde": stopped.since.isoformat()} if stopped else None
        click.echo(json.dumps(lists, ensure_ascii=False, indent=1))
    else:
        lines = [f"{stopped.reason} Desde {short_instant(stopped.since)}."] if stopped else []
        click.echo("\n".join([*lines, *_page(held, late)]))
    sys.exit(FOUND if found or stopped else 0)


@trabajos.command("reintentar")
@click.argument("cuales", nargs=-1, metavar="[FOLIO|NÚMERO]...", callback=_named)
@click.option("--todos", is_flag=True, help="Todos los que están detenidos.")
@click.option(
    "--motivo",
    required=True,
    metavar="TEXTO",
    callback=_motive,
    help="Qué se corrigió; queda en la historia del expediente con el nombre de quien da la orden.",
)
@IN_FOLDER
@told()
def reintentar(cuales: list[Folio | int], carpeta: Path | None, motivo: str, *, todos: bool) -> None:
    """Vuelve a pedir trabajos detenidos, ya corregida la causa: por su número, o todos los de un folio.

    Si alguno de los que nombra no está detenido, no cambia nada y termina con 10.
    """
    if bool(cuales) == todos:
        raise click.UsageError("Diga qué trabajos: sus números o folios, o --todos.")
    with closing(_database(carpeta)) as database:
        try:
            again = jobs.retry(database, None if todos else cuales, who=who(), motive=motivo, now=clock.now())
        except NotHeld as fault:
            click.echo(f"No están detenidos: {fault}. No se cambió nada.", err=True)
            sys.exit(FOUND)
    for number, folio in again:
        click.echo(f"Se pidió otra vez el trabajo {number} ({folio or NO_FOLIO}).")
    if not again:
        click.echo("No hay trabajos detenidos.")


def _database(folder: Path | None) -> Database:
    return Database(settings_of(folder).database_url.get_secret_value())


def _document(job: Trouble) -> dict[str, object]:
    return {
        "numero": job.number,
        "folio": job.folio,
        "trabajo": WORDS[job.kind],
        "desde": job.since.isoformat(),
        "intentos": job.attempts,
        "motivo": job.reason,
        "solicitud": job.request_id,
    }


def _page(held: list[Trouble], late: list[Trouble]) -> list[str]:
    if not held and not late:
        return ["Ningún trabajo espera a una persona ni va atrasado."]
    lines = []
    for title, found in (("Detenidos: esperan a una persona", held), ("Atrasados: siguen solos", late)):
        if found:
            lines += [title, *(line for job in found for line in _entry(job))]
    if held:
        lines.append("Ya corregida la causa: oficialia trabajos reintentar NÚMERO --motivo '…'")
    return lines


def _entry(job: Trouble) -> list[str]:
    tries = "1 intento" if job.attempts == 1 else f"{job.attempts} intentos"
    log = f"; en la bitácora, request_id {job.request_id}" if job.request_id else ""
    return [
        f"  {job.number}  {job.folio or NO_FOLIO}  {WORDS[job.kind]}",
        f"      desde {short_instant(job.since)}, {tries}{log}",
        f"      {job.reason or NO_REASON}",
    ]
