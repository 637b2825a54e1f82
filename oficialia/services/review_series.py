"""The yearly series of folios: no gap, no duplicate, in the order of time."""

from collections.abc import Collection, Iterable, Iterator

from oficialia.domain.folio import Folio
from oficialia.models import Filing
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import Year


def series(year: Year, filings: Iterable[Filing], unread: Collection[int] = ()) -> Iterator[Finding]:
    """What is wrong with the numbers of a year; ``filings`` come in the order of their numbers. ``unread`` are the
    numbers of those before them that are there and cannot be read."""
    if year.highest > year.last:
        yield Finding(
            Code.SERIES_BEHIND,
            str(year.year),
            f"La serie dice que el último folio es el {year.last}, y hay uno con el número {year.highest}.",
        )
    before: Filing | None = None
    for filing in filings:
        number = before.sequence if before else 0
        if filing.sequence == number:
            yield Finding(Code.FOLIO_REPEATED, filing.folio, f"Hay más de un expediente con el número {number}.")
        elif filing.sequence > number + 1:
            yield from _gaps(year, number + 1, filing.sequence - 1, unread)
        if Folio.parse(filing.folio) != Folio(filing.year, filing.sequence):
            yield Finding(
                Code.FOLIO_INVALID,
                filing.folio,
                f"El folio no es el de su número: debía ser {Folio(filing.year, filing.sequence)}.",
            )
        if before and filing.registered_at <= before.registered_at:
            yield Finding(
                Code.FOLIO_TIME, filing.folio, f"Dice que se registró antes que {before.folio}, que va antes que él."
            )
        before = filing
    if (number := before.sequence if before else 0) < year.last:
        yield from _gaps(year, number + 1, year.last, unread)


def _gaps(year: Year, first: int, last: int, unread: Collection[int]) -> Iterator[Finding]:
    for there in sorted(number for number in unread if first <= number <= last):
        yield from _missing(year, first, there - 1)
        first = there + 1
    yield from _missing(year, first, last)


def _missing(year: Year, first: int, last: int) -> Iterator[Finding]:
    """A finding for each part of the gap: what a restore noted in the ledger, and what nothing explains."""
    for gap in year.passed_over:
        start, end = max(first, gap.first.sequence), min(last, gap.last.sequence)
        if start <= end:
            yield from _unexplained(year, first, start - 1)
            words = "se perdió al restaurar un respaldo, y así quedó asentado en el libro"
            yield _gap(Code.FOLIO_LOST, year, start, end, words)
            first = end + 1
    yield from _unexplained(year, first, last)


def _unexplained(year: Year, first: int, last: int) -> Iterator[Finding]:
    if first <= last:
        yield _gap(Code.FOLIO_MISSING, year, first, last, "falta en la serie")


def _gap(code: Code, year: Year, first: int, last: int, words: str) -> Finding:
    until = f" al {Folio(year.year, last)}" if last > first else ""
    return Finding(code, str(Folio(year.year, first)), f"No hay expediente con este folio{until}: {words}.")
