"""`oficialia respaldo`: a backup of the whole office, proof that it can be restored, and the way back."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from oficialia import clock
from oficialia.commands.faults import told
from oficialia.commands.installed import IN_FOLDER, settings_of
from oficialia.commands.spanish import Group, cause_of
from oficialia.db import Database
from oficialia.domain.folio import Folio
from oficialia.runtime import bucket_of, policy_of
from oficialia.services import backup, backup_restore
from oficialia.services.backup_files import BackupDamaged, BackupError, Manifest
from oficialia.services.backup_objects import Tally
from oficialia.services.backup_restore import RegisterInUse

INCOMPLETE, IN_USE = 10, 11
FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


# A few seconds each.
STEPS = {"filas": 20_000, "objetos": 500}


class _Counting:
    """Progress on standard error, a line every so often, so that it reads well in a log too."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()

    def __call__(self, what: str, more: int) -> None:
        """`more` of `what` are done."""
        before, self.done[what] = self.done[what], self.done[what] + more
        if before // STEPS[what] != self.done[what] // STEPS[what]:
            click.echo(f"… {self.done[what]:,} {what}", err=True)


@contextmanager
def _worded() -> Iterator[None]:
    """End with a sentence and the status of what happened."""
    try:
        with told():
            yield
    except BackupError as fault:
        click.echo(f"Error: {fault}", err=True)
        statuses = {RegisterInUse: IN_USE, BackupDamaged: INCOMPLETE}
        sys.exit(statuses.get(type(fault), 1))
    except OSError as fault:
        raise click.ClickException(
            f"No se pudo leer o escribir {fault.filename or 'el respaldo'}: {cause_of(fault)}."
        ) from fault


def _folio(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Folio | None:
    if text is None:
        return None
    if (folio := Folio.parse(text)) is None:
        raise click.BadParameter("no es un folio; debe ser como OP-2026-000123-5, completo y sin errores.")
    return folio


@click.group(cls=Group)
def respaldo() -> None:
    """Respaldos del registro y de los documentos. Vea docs/operacion/respaldos.md."""


@respaldo.command("crear")
@click.argument("destino", type=FOLDER)
@click.option("--sin-objetos", is_flag=True, help="No copia los documentos: el depósito S3 se replica por su cuenta.")
@IN_FOLDER
@_worded()
def crear(destino: Path, carpeta: Path | None, *, sin_objetos: bool) -> None:
    """Hace un respaldo nuevo en DESTINO, con la oficina abierta; copia solo los documentos que DESTINO aún no tiene.

    Puede interrumpirse y repetirse. Termina con 10 si al depósito le falta algún documento.
    """
    settings = settings_of(carpeta)
    with closing(Database(settings.database_url.get_secret_value())) as database:
        made = backup.create(
            database,
            None if sin_objetos else bucket_of(settings),
            destino,
            instant=clock.now(),
            municipality=settings.municipality,
            progress=_Counting(),
        )
    click.echo(f"Respaldo: {made.path}")
    _describe(made.manifest)
    if not sin_objetos:
        click.echo(f"Copiados ahora: {made.tally.brought}; ya estaban: {made.tally.kept}.")
    click.echo("Contiene datos personales: cífrelo antes de sacarlo de esta máquina.")
    _end(made.tally, "El depósito no tiene, o tiene con otros bytes,")


@respaldo.command("restaurar")
@click.argument("respaldo", type=EXISTING_FOLDER)
@click.option(
    "--ultimo-folio",
    callback=_folio,
    metavar="FOLIO",
    help="El último folio que se entregó después del respaldo; la serie sigue a partir de él, y el libro lo dice.",
)
@IN_FOLDER
@_worded()
def restaurar(respaldo: Path, carpeta: Path | None, ultimo_folio: Folio | None) -> None:
    """Restaura RESPALDO en una base de datos vacía y completa el depósito de documentos.

    Nunca escribe sobre un registro con promociones: termina con 11. Puede interrumpirse y repetirse. Termina con 10 si
    falta algún documento o el respaldo está dañado.
    """
    settings = settings_of(carpeta)
    with closing(Database(settings.database_url.get_secret_value())) as database:
        restored = backup_restore.restore(
            respaldo,
            database,
            bucket_of(settings),
            retention_days=settings.s3_retention_days,
            last_folio=ultimo_folio,
            now=clock.now(),
            progress=_Counting(),
            policy=policy_of(settings),
        )
    tally, gap = restored.tally, restored.passed_over
    click.echo("Registro: restaurado.")
    if restored.leaves:
        click.echo(f"Libro: {restored.leaves} hojas publicadas después del respaldo se recuperaron.")
    if gap:
        click.echo(f"Folios: del {gap.first} al {gap.last} quedó asentado en el libro que no tienen expediente.")
    click.echo(f"Documentos: {tally.kept} ya estaban en el depósito y {tally.brought} se trajeron del respaldo.")
    click.echo("Antes de abrir la ventanilla ejecute «oficialia revisar».")
    _end(tally, "No están ni en el depósito ni en el respaldo")


@respaldo.command("probar")
@click.argument("respaldo", type=EXISTING_FOLDER)
@_worded()
def probar(respaldo: Path) -> None:
    """Demuestra que RESPALDO se puede restaurar, sin tocar nada; no necesita configuración.

    Restaura el registro en un archivo temporal, recalcula el libro y compara cada documento. Termina con 10 si algo
    falta o está dañado.
    """
    proof = backup_restore.prove(respaldo, _Counting())
    if proof.manifest:
        _describe(proof.manifest)
    for fault in proof.faults:
        click.echo(fault, err=True)
    if proof.faults:
        sys.exit(INCOMPLETE)
    click.echo("El respaldo está completo y se puede restaurar.")


def _describe(manifest: Manifest) -> None:
    book, objects = manifest.book, manifest.objects
    rows = sum(manifest.tables.values())
    click.echo(f"{manifest.municipality}, {manifest.instant:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(f"Registro: {manifest.tables['filings']:,} promociones, {rows:,} filas.")
    click.echo(f"Libro: {book.size:,} hojas, raíz {book.root}.")
    copied = "" if objects.copied else " (sin copiar)"
    click.echo(f"Documentos: {objects.count:,}, {objects.size / 1_000_000:,.1f} MB{copied}.")


def _end(tally: Tally, where: str) -> None:
    if not tally.missing:
        return
    click.echo(f"{where} {len(tally.missing)} documentos:", err=True)
    for key in tally.missing:
        click.echo(f"  {key}", err=True)
    sys.exit(INCOMPLETE)
