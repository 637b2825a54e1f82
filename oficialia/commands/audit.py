"""`oficialia libro verificar` and `copiar`: for anybody, anywhere, without a setting of ours."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from oficialia import clock, durable
from oficialia.audit.copying import POLICY, SEEN, copy
from oficialia.audit.findings import WHAT_TO_DO, Code, Finding
from oficialia.audit.signatures import keys_of, read_note
from oficialia.audit.source import MOST_TEXT_BYTES, Source, SourceUnreadable, open_source
from oficialia.audit.walk import Audit, Progress, Seen, audit
from oficialia.commands.spanish import Command
from oficialia.domain.tlog_proof import HEADER, TlogProof
from oficialia.domain.wording import short_instant
from signing.errors import NoteInvalid, TrustUnusable
from signing.tlog_policy import TlogPolicy
from signing.trust import load_anchors

FOUND = 10
MOST_SHOWN = 50
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EVERY = 4096  # leaves between two signs of life


@click.command(cls=Command)
@click.argument("where", metavar="DÓNDE")
@click.option("--desde", "earlier", type=FILE, multiple=True, metavar="ARCHIVO",
              help="Punto de control o prueba (.tlog-proof) que guardó antes. Puede repetirse.")  # fmt: skip
@click.option("--clave", "keys", multiple=True, metavar="LLAVE",
              help="Llave pública del libro o de un testigo. Puede repetirse.")  # fmt: skip
@click.option("--politica", "policy_path", type=FILE, metavar="ARCHIVO",
              help="Llaves del libro y de sus testigos (c2sp.org/tlog-policy), en vez de --clave.")  # fmt: skip
@click.option("--estado", "state", type=click.Path(dir_okay=False, path_type=Path), metavar="ARCHIVO",
              help="Recuerda ahí lo visto, y la próxima vez exige que el libro lo continúe.")  # fmt: skip
@click.option("--anclas", "anchors_path", type=click.Path(exists=True, path_type=Path), metavar="RUTA",
              help="Certificados raíz de los sellos de tiempo; sin ellos solo se ve de qué son.")  # fmt: skip
def verificar(
    *, where: str, earlier: tuple[Path, ...], keys: tuple[str, ...], policy_path: Path | None, state: Path | None,
    anchors_path: Path | None,
) -> None:  # fmt: skip
    """Revisa un libro público entero: cada hoja, cada folio, las horas, las firmas y los testigos.

    DÓNDE es su dirección (https://oficialia.municipio.gob.mx/libro) o una carpeta con su copia. No necesita ninguna
    configuración. Termina con 0 si todo está bien, 10 si encontró algo, 1 si no pudo leerlo.
    """
    source = open_source(where)
    try:
        policy = _policy(source, keys, policy_path)
        seen = [_seen(policy, path) for path in [*earlier, *([state] if state and state.exists() else [])]]
        seen += [_kept(policy, source, name) for name in source.folder(SEEN)]
        result = Audit()
        anchors = load_anchors(anchors_path) if anchors_path else None
        found = _told(
            audit(source, policy, seen, clock.now(), progress=_progress("hojas"), result=result, anchors=anchors)
        )
    except SourceUnreadable as fault:
        raise click.ClickException(str(fault)) from fault
    except TrustUnusable as fault:
        raise click.UsageError("Los certificados raíz de --anclas no se pueden leer.") from fault
    _summary(result, seen)
    if found:
        sys.exit(FOUND)
    if state:
        durable.replace(state, result.note)
    click.echo("Todo está en orden.")


@click.command(cls=Command)
@click.argument("url", metavar="DÓNDE")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="CARPETA")
def copiar(url: str, folder: Path) -> None:
    """Copia en CARPETA el libro público de DÓNDE; la próxima vez, solo lo nuevo.

    Después: oficialia libro verificar CARPETA. Ahí queda también cada punto de control que se vio, para compararlos.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        size = copy(open_source(url), folder, _progress("partes"))
    except SourceUnreadable as fault:
        raise click.ClickException(str(fault)) from fault
    except (NoteInvalid, ValueError) as fault:
        raise click.ClickException("Lo publicado ahí no es el punto de control de un libro.") from fault
    click.echo(f"Copiado: {size:,} hojas.")


def _policy(source: Source, keys: Sequence[str], path: Path | None) -> TlogPolicy:
    if keys and path:
        raise click.UsageError("Dé --clave o --politica, no las dos.")
    try:
        if keys:
            return keys_of(keys)
        if path:
            return TlogPolicy.parse(path.read_bytes())
        published = source.read(POLICY, MOST_TEXT_BYTES)
        if published is None:
            raise click.UsageError("Ese libro no publica sus llaves. Diga cuál es la suya: --clave.")
        policy = TlogPolicy.parse(published)
    except NoteInvalid as fault:
        raise click.UsageError(f"No es una llave, o no es una política de llaves ({fault}).") from fault
    click.echo("Las llaves se tomaron de donde está el libro. Compárelas con las que tenga de otra parte:")
    for party in (*policy.logs, *policy.witnesses):
        click.echo(f"    {party.key}")
    return policy


def _seen(policy: TlogPolicy, path: Path) -> Seen:
    try:
        content = path.read_text("utf-8")
        note = TlogProof.parse(content).checkpoint if content.startswith(HEADER) else content
        return Seen(str(path), read_note(policy, note)[0])
    except (NoteInvalid, ValueError) as fault:
        raise click.UsageError(f"{path} no es un punto de control firmado por la llave de ese libro.") from fault


def _kept(policy: TlogPolicy, source: Source, name: str) -> Seen:
    try:
        content = source.read(f"{SEEN}/{name}", MOST_TEXT_BYTES) or b""
        return Seen(f"{SEEN}/{name}", read_note(policy, content.decode())[0])
    except (NoteInvalid, ValueError) as fault:
        raise click.UsageError(f"{SEEN}/{name} no es un punto de control firmado por la llave de ese libro.") from fault


def _told(findings: Iterable[Finding]) -> int:
    counts: Counter[Code] = Counter()
    for finding in findings:
        counts[finding.code] += 1
        if counts.total() <= MOST_SHOWN:
            click.echo(f"{finding.code} · {finding.where}: {finding.words}")
        if counts[finding.code] == 1:
            click.echo(f"    Qué hacer: {WHAT_TO_DO[finding.code]}")
    if counts.total() > MOST_SHOWN:
        kinds = ", ".join(f"{count} de {code}" for code, count in counts.items())
        click.echo(f"… y {counts.total() - MOST_SHOWN} más; en total {kinds}")
    return counts.total()


def _summary(result: Audit, seen: Sequence[Seen]) -> None:
    if result.checkpoint is None:
        return
    checkpoint = result.checkpoint
    ingresos = "ingreso" if result.filings == 1 else "ingresos"
    click.echo(f"Libro {checkpoint.origin}: {checkpoint.size:,} hojas, {result.filings:,} {ingresos}.")
    click.echo(f"    huella {checkpoint.root.hex()}")
    if result.last:
        click.echo(f"    última hoja: {short_instant(result.last)}")
    for each in result.witnesses:
        click.echo(f"    testigo {each.key.name}: {short_instant(datetime.fromtimestamp(each.at, UTC))}")
    if not result.witnesses:
        click.echo("    ningún testigo lo ha firmado")
    for before in seen:
        click.echo(f"    se comparó con {before.where}: {before.checkpoint.size:,} hojas")


def _progress(what: str) -> Progress:
    """Signs of life on a terminal."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and (done % EVERY == 0 or done == total):
            click.echo(f"\r{done:,} de {total:,} {what}", nl=done == total, err=True)

    return tell
