"""The results as a person reads them: a table by class and kind, the certificates, the requirements."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from statistics import median

from oficialia.embedded.corpus.certificates import WORDS, CertificateResult
from oficialia.embedded.corpus.judging import Requirement
from oficialia.embedded.corpus.result import Result

OUTCOMES = ("sealed-visible", "sealed-invisible", "wrapped", "refused", "error")
HEADINGS = (
    "clase",
    "tipo",
    "archivos",
    "visible",
    "invisible",
    "carátula",
    "rechazo",
    "error",
    "s med",
    "s máx",
    "MiB",
)
CERTIFICATE_HEADINGS = ("tipo", "RFC", "CURP", "número", "desde", "hasta", "llave", "archivo")
MOST_MISSED = 20


def by_kind(results: Sequence[Result]) -> list[str]:
    """A line for each class and kind, and one for the whole of each class."""
    rows = []
    ordered = sorted(results, key=lambda result: (result.entry.group, result.entry.kind))
    for group, members in _grouped(ordered, lambda result: result.entry.group):
        kinds = _grouped(members, lambda result: result.entry.kind)
        rows += [_row(group, kind, found) for kind, found in kinds]
        if len(kinds) > 1:
            rows.append(_row(group, "(todos)", members))
    return list(_aligned(HEADINGS, rows, left=2))


def certificates(results: Sequence[CertificateResult]) -> list[str]:
    """A line for each certificate, with what is wrong with it at its end."""
    rows = []
    for each in results:
        who = each.holder
        known = (WORDS[who.kind], who.rfc, who.curp, who.serial) if who else ("?", "", "", "")
        dates = [f"{at:%d/%m/%Y}" if at else "" for at in (each.valid_from, each.valid_until)]
        file = f"{each.path} ({each.problem})" if each.problem else each.path
        rows.append((*known, *dates, "sí" if each.key else "no", file))
    return list(_aligned(CERTIFICATE_HEADINGS, rows, left=len(CERTIFICATE_HEADINGS)))


def requirements(found: Sequence[Requirement]) -> list[str]:
    """A line for each requirement; below one that does not hold, who missed it."""
    lines = []
    for each in found:
        good = each.asked - len(each.missed)
        lines.append(f"{'cumple ' if each.held else 'NO     '} {max(0, good)}/{each.asked}  {each.title}")
        lines += [f"          {missed}" for missed in each.missed[:MOST_MISSED]]
        if len(each.missed) > MOST_MISSED:
            lines.append(f"          y {len(each.missed) - MOST_MISSED} más")
    return lines


def _grouped(results: Iterable[Result], key: object) -> list[tuple[str, list[Result]]]:
    return [(name, list(members)) for name, members in groupby(results, key)]  # type: ignore[call-overload]


def _row(group: str, kind: str, results: Sequence[Result]) -> tuple[str, ...]:
    counts = [sum(result.kind_of_outcome == outcome for result in results) for outcome in OUTCOMES]
    seconds = [result.sent.seconds for result in results]
    peak = max(result.trace.peak_mib for result in results)
    return (
        *(group, kind, str(len(results))),
        *(str(count or "") for count in counts),
        *(f"{median(seconds):.1f}", f"{max(seconds):.1f}", f"{peak:.0f}"),
    )


def _aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> Iterator[str]:
    """Columns as wide as what is in them; the first `left` are words, the others numbers."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, ["─" * width for width in widths], *rows):
        cells = [
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
