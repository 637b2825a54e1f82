"""The bench: who seals how fast, what the worker's whole step takes, what each means buys; how long a verdict
takes, and what a leaf of the ledger costs.

make bench    python -m tests.bench --rondas 25
"""

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from certs.development import make_development_pki
from tests.bench import ledger, savings, step, verdict
from tests.bench.files import make_files
from tests.bench.lineup import MAKERS, Ground, ready
from tests.bench.race import race, rows
from tests.bench.table import table

ROUNDS = 25
STEPS, TURNS, VERDICTS = 15, 7, 30
"""Filings of each file that the worker seals, repetitions with and without each means, and verdicts."""


def main() -> int:
    """Run, print the tables, write them."""
    reader = argparse.ArgumentParser(prog="make bench", description=__doc__)
    reader.add_argument("--rondas", type=int, default=ROUNDS, help="a lo más, por motor y archivo")
    reader.add_argument("--minutos", type=float, default=7, help="a lo más, para la carrera")
    reader.add_argument("--destino", type=Path, default=Path("var/bench"))
    reader.add_argument("--motores", nargs="+", default=list(MAKERS), choices=list(MAKERS), metavar="MOTOR")
    reader.add_argument("--archivos", nargs="+", metavar="ARCHIVO")
    reader.add_argument(
        "--solo-carrera", action="store_true", help="sin el paso del obrero ni lo que compra cada medio"
    )
    reader.add_argument("--solo-libro", action="store_true", help="nada más que el libro, hasta un millón de hojas")
    reader.add_argument("--solo-veredicto", action="store_true", help="nada más cuánto tarda un veredicto")
    wanted = reader.parse_args()
    began = time.monotonic()
    folder = wanted.destino.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if wanted.solo_libro:
        _ledger(folder)
        return 0
    if wanted.solo_veredicto:
        _verdict(folder)
        return 0
    say(f"Preparando archivos y motores en {wanted.destino}; carga de la máquina: {os.getloadavg()[0]:.1f}")
    files = make_files(folder / "archivos")
    ground = Ground(folder, _pki(folder), files["10 KB"])
    engines, absent = ready(ground, wanted.motores, say)
    chosen = {name: path for name, path in files.items() if not wanted.archivos or name in wanted.archivos}
    say("Sellando, por turnos:")
    try:
        found = rows(race(engines, chosen, folder, rounds=wanted.rondas, seconds=60 * wanted.minutos, say=say), absent)
    finally:
        for engine in engines.values():
            engine.close()
    _write(folder / "sealing.json", found)
    say(table(found))
    if not wanted.solo_carrera:
        say("\nMidiendo el paso del obrero y cada medio…")
        whole = step.measure({name: files[name] for name in ("10 KB", "1.5 MB")}, ground.pki, times=STEPS)
        bought = savings.measure(files, ground.pki, times=TURNS)
        _write(folder / "paso.json", whole)
        _write(folder / "medios.json", bought)
        say(f"{step.table(whole)}\n{savings.table(bought)}\n")
        _verdict(folder)
        _ledger(folder)
    say(f"{time.monotonic() - began:.0f} s en total; {wanted.destino / 'sealing.json'}")
    return 0


def _ledger(folder: Path) -> None:
    say("Midiendo el libro, hasta un millón de hojas…")
    grown = ledger.measure()
    _write(folder / "libro.json", grown)
    say(f"{ledger.table(grown)}\n")


def _verdict(folder: Path) -> None:
    say("Midiendo el veredicto…")
    found = verdict.measure(_pki(folder), times=VERDICTS)
    _write(folder / "veredicto.json", found)
    say(verdict.table(found))


def _write(path: Path, found: object) -> None:
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def _pki(folder: Path) -> Path:
    pki = folder / "pki"
    if not pki.exists():
        make_development_pki(pki, at=datetime.now(UTC).replace(microsecond=0), base_url="http://pki.invalid")
    return pki


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
