"""The battery: filings arrive while every part of the office is killed, on SQLite and on PostgreSQL.

make battery    python -m tests.battery --promociones 1000 --muertes 100
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.battery.referee import table
from tests.battery.round import fight
from tests.support.postgres import PostgresMissing


def main() -> int:
    """Run, print the table; 0 when every promise was kept, 10 when not."""
    reader = argparse.ArgumentParser(prog="make battery", description=__doc__)
    reader.add_argument("--promociones", type=int, default=1000)
    reader.add_argument("--muertes", type=int, default=100)
    reader.add_argument("--minutos", type=float, default=13.2, help="a lo más, para las dos rondas")
    wanted = reader.parse_args()
    began, verdicts = time.monotonic(), []
    base = Path(tempfile.mkdtemp(prefix="bateria-"))
    for on_postgres in (False, True):
        name = "PostgreSQL" if on_postgres else "SQLite"
        say(f"Ronda en {name}: {wanted.promociones // 2} promociones, {wanted.muertes // 2} muertes")
        try:
            verdict = fight(
                base / name.lower(),
                on_postgres=on_postgres,
                filings=wanted.promociones // 2,
                kills=wanted.muertes // 2,
                seconds=wanted.minutos * 30,
                say=say,
            )
        except PostgresMissing as reason:
            say(f"  sin PostgreSQL: {reason}")
            continue
        verdicts.append(verdict)
    say("\n" + table(verdicts))
    say(f"{time.monotonic() - began:.0f} s en total")
    clean = bool(verdicts) and all(verdict.clean for verdict in verdicts)
    if clean:
        shutil.rmtree(base)
    else:
        say(f"Todo lo que queda para examinar está en {base}")
    return 0 if clean else 10


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
