"""`oficialia verificar`: the verdict on files of this machine. Needs no network, register, storage, settings or key.

What is named is verified whatever it is. In a folder, and in the folders within, what is no PDF by its name nor by its
first bytes is passed over, and counted. Symbolic links within a folder are not followed.
"""

import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

import click

from oficialia import clock
from oficialia.commands.faults import told
from oficialia.commands.spanish import Command, cause_of
from oficialia.commands.verify_output import WRITERS, Checked, Status
from oficialia.services.proof_words import proofs_of
from signing.errors import NoteInvalid
from signing.inspect import HEADER_WINDOW
from signing.sandbox import Sandbox
from signing.tlog_policy import TlogPolicy
from signing.trust import TrustAnchors, load_anchors
from signing.verify import verify

BAR = 30


@click.command(cls=Command)
@click.argument(
    "rutas", nargs=-1, required=True, metavar="ARCHIVO|CARPETA...", type=click.Path(exists=True, path_type=Path)
)
@click.option("--json", "form", flag_value="json", help="Escribe un objeto JSON por renglón, uno por archivo.")
@click.option("--csv", "form", flag_value="csv", help="Escribe una tabla CSV, un renglón por archivo.")
@click.option(
    "--raices",
    "anchors_path",
    type=click.Path(exists=True, path_type=Path),
    envvar="OFICIALIA_TRUST_DIR",
    metavar="RUTA",
    help="Certificados raíz en los que se confía: archivo o carpeta. Si falta, los de certs/trust.",
)
@click.option(
    "--libro",
    "policy_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="OFICIALIA_LEDGER_POLICY",
    metavar="ARCHIVO",
    help="Llaves del libro público y de sus testigos, para las pruebas de un acuse (c2sp.org/tlog-policy).",
)
@told()
def verificar(rutas: tuple[Path, ...], form: str | None, anchors_path: Path | None, policy_path: Path | None) -> None:
    """Dice qué valen las firmas de cada PDF. De una carpeta verifica todos sus PDF, también los de sus subcarpetas.

    Termina con 0 si todos están en verde, 10 si alguno está en ámbar o no tiene firma, 20 si alguno está en rojo, y 30
    si alguno no se puede leer. No usa la red ni guarda nada. Vea docs/operacion/verificar.md.
    """
    anchors = load_anchors(anchors_path) if anchors_path else _packaged_anchors()
    policy = _policy(policy_path)
    chosen, passed_over = _chosen(rutas)
    writer = WRITERS[form or ""](sys.stdout)
    worst, counts = Status.GREEN, Counter[Status]()
    with closing(Sandbox()) as sandbox:
        work = partial(_checked, sandbox, anchors, policy)
        for done, each in enumerate(_in_order(work, chosen, at_once=os.cpu_count() or 1), start=1):
            writer.write(each)
            worst, counts[each.status] = max(worst, each.status), counts[each.status] + 1
            _show(done, len(chosen))
    _sum_up(counts, passed_over)
    sys.exit(worst)


def _packaged_anchors() -> TrustAnchors:
    with as_file(files("certs") / "trust") as folder:
        return load_anchors(folder)


def _policy(path: Path | None) -> TlogPolicy | None:
    try:
        return TlogPolicy.parse(path.read_bytes()) if path else None
    except NoteInvalid as fault:
        raise click.UsageError(f"{path} no tiene la forma de c2sp.org/tlog-policy ({fault}).") from fault


def _chosen(places: Iterable[Path]) -> tuple[list[Path], int]:
    """The files to be verified, and how many were passed over."""
    chosen, passed_over = [], 0
    for place in places:
        if not place.is_dir():
            chosen.append(place)
            continue
        for file in _within(place):
            if _is_pdf(file):
                chosen.append(file)
            else:
                passed_over += 1
    return chosen, passed_over


def _within(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (file for name in sorted(names) if not (file := Path(place, name)).is_symlink() and file.is_file())


def _is_pdf(file: Path) -> bool:
    if file.suffix.lower() == ".pdf":
        return True
    try:
        with file.open("rb") as opened:
            return b"%PDF-" in opened.read(HEADER_WINDOW)
    except OSError:
        return False


def _checked(sandbox: Sandbox, anchors: TrustAnchors, policy: TlogPolicy | None, path: Path) -> Checked:
    try:
        verdict = verify(sandbox, path, anchors=anchors, at=clock.now())
        return Checked(path, verdict, proofs=proofs_of(sandbox, path, verdict, policy))
    except OSError as fault:
        return Checked(path, None, f"El archivo {cause_of(fault)}.")


def _in_order(work: Callable[[Path], Checked], paths: Iterable[Path], *, at_once: int) -> Iterator[Checked]:
    """What `work` gives for each path, in their order; few are kept at a time, however many there are."""
    waiting: deque[Future[Checked]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for path in paths:
                waiting.append(pool.submit(work, path))
                if len(waiting) > 2 * at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _show(done: int, total: int) -> None:
    """A bar for whoever waits at a terminal, where the results go elsewhere."""
    if total == 1 or not sys.stderr.isatty() or sys.stdout.isatty():
        return
    if done == total or done * 100 // total != (done - 1) * 100 // total:
        filled = BAR * done // total
        click.echo(f"\r{'█' * filled}{'░' * (BAR - filled)} {done} de {total}", err=True, nl=done == total)


def _sum_up(counts: Counter[Status], passed_over: int) -> None:
    if counts.total() > 1:
        told = ", ".join(f"{counts[status]} {status.words}" for status in Status if counts[status])
        click.echo(f"{counts.total()} archivos: {told}.", err=True)
    if passed_over:
        click.echo(f"No son PDF y no se verificaron: {passed_over}.", err=True)
