"""`oficialia revisar`: register, ledger, work and storage of the whole office, against one another."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import click

from oficialia import clock
from oficialia.commands.faults import told
from oficialia.commands.installed import IN_FOLDER, settings_of
from oficialia.commands.spanish import Command
from oficialia.db import Database
from oficialia.runtime import bucket_of, policy_of
from oficialia.services import review, review_record
from oficialia.services.review import Result
from oficialia.services.review_findings import Finding
from oficialia.services.review_record import AskedBy
from oficialia.settings import CliSettings
from signing.sandbox import Sandbox
from signing.trust import load_anchors

FOUND = 10  # of 10 and up, which tell a result and not a fault of the command
BAR = 30


@click.command(cls=Command)
@click.option("--rapido", is_flag=True, help="No vuelve a leer los objetos ni examina los sellos: solo ve que estén.")
@click.option("--json", "as_json", is_flag=True, help="Escribe el resultado en JSON.")
@IN_FOLDER
@told()
def revisar(carpeta: Path | None, *, rapido: bool, as_json: bool) -> None:
    """Revisa la oficina completa: registro, libro, trabajos pendientes y depósito. No cambia nada de ellos.

    Termina con 0 si todo está en orden y con 10 si algo necesita que alguien lo vea. Qué significa cada código y qué
    hacer está en docs/operacion/revisar.md.
    """
    result = _reviewed(settings_of(carpeta), quick=rapido)
    click.echo(json.dumps(_document(result), ensure_ascii=False, indent=1) if as_json else _page(result))
    sys.exit(0 if result.good else FOUND)


def _reviewed(settings: CliSettings, *, quick: bool) -> Result:
    database = Database(settings.database_url.get_secret_value())
    sandbox = Sandbox(require_isolation=settings.env != "demo")
    try:
        number = review_record.begin(database, AskedBy.ORDER, clock.now())
        result = review.run(
            database=database,
            bucket=bucket_of(settings),
            sandbox=sandbox,
            anchors=load_anchors(settings.trust_dir),
            policy=policy_of(settings),
            clock=clock.now,
            quick=quick,
            said=_show if sys.stderr.isatty() else lambda _done, _total: None,
        )
        if number is not None:
            review_record.finish(database, number, result)
        return result
    finally:
        sandbox.close()
        database.close()


def _show(done: int, total: int) -> None:
    # Drawing costs more than looking at a leaf: a hundred times in all is enough.
    if done == total or done * 100 // total != (done - 1) * 100 // total:
        filled = BAR * done // total
        click.echo(f"\r{'█' * filled}{'░' * (BAR - filled)} {done} de {total}", err=True, nl=done == total)


def _document(result: Result) -> dict[str, object]:
    return {
        "empezo": result.started_at.isoformat(),
        "termino": result.finished_at.isoformat(),
        "en_orden": result.good,
        "revisado": result.counts,
        "por_codigo": result.by_code(),
        "hallazgos": [finding.to_json() for finding in result.findings],
    }


def _page(result: Result) -> str:
    """The findings by code, and the totals."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in result.findings:
        groups[finding.code].append(finding)
    lines = []
    for code, findings in groups.items():
        lines += [f"{code} ({findings[0].severity}): {len(findings)}"]
        lines += [f"  {finding.subject}\n      {finding.sentence}" for finding in findings]
    looked = result.counts
    seconds = (result.finished_at - result.started_at).total_seconds()
    lines.append(
        f"Se revisaron {looked['expedientes']} expedientes, {looked['hojas']} hojas del libro y {looked['objetos']} "
        f"objetos en {seconds:.1f} s."
    )
    if result.good:
        lines.append("Todo está en orden." if not groups else "Todo está en orden; lo anterior son solo avisos.")
    else:
        faults = sum(finding.severity == "falta" for finding in result.findings)
        lines.append(f"Hallazgos: {faults} que alguien debe ver. Vea docs/operacion/revisar.md.")
    return "\n".join(lines)
