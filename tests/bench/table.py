"""What a person reads of a run, in Spanish."""

from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
HEADS = ("motor", "ms", "doc/s", "MiB", "× CLI", "× suelo")
WIDTHS = (22, 10, 9, 8, 8, 8)


def table(rows: Iterable[Row]) -> str:
    """A block for each file, invisible and visible; then who is missing."""
    lines: list[str] = []
    block = None
    every = list(rows)
    for row in (row for row in every if row["file"]):
        if (row["file"], row["visible"]) != block:
            block = row["file"], row["visible"]
            lines += ["", f"{row['file']}, {'visible (texto y QR)' if row['visible'] else 'invisible'}", _line(HEADS)]
        lines.append(_engine(row))
    absent = [f"Falta {row['engine']}: {row['missing']}" for row in every if not row["file"]]
    return "\n".join([*lines, "", *absent])


def _engine(row: Row) -> str:
    if row["ms"] is None:
        return f"  {row['engine']:<{WIDTHS[0]}}{row['missing']}"
    numbers = (row["ms"], row["docs_per_s"], row["rss_mib"], row["ratio_cli"], row["ratio_floor"])
    return _line((row["engine"], *("—" if number is None else f"{number:,.1f}" for number in numbers)))


def _line(cells: Iterable[str]) -> str:
    first, *rest = zip(cells, WIDTHS, strict=True)
    return f"  {first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in rest)
