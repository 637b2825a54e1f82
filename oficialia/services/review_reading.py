"""Reading rows that may be damaged: one that cannot be read is named, and costs nobody else the review."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from oficialia.services.review_findings import Code, Finding

K = TypeVar("K")
T = TypeVar("T")
U = TypeVar("U")
# What a value that is not of its column's kind makes of reading or comparing it; SQLite keeps whatever it is given.
UNREADABLE = (ValueError, TypeError, AttributeError, ArithmeticError)


def each(
    keys: Sequence[K], read: Callable[[Sequence[K]], list[T]], told: Callable[[K, Exception], U]
) -> Iterator[T | U]:
    """What ``read`` gives for all keys at once or, when one of them cannot be read, for each; of that one what is
    ``told``."""
    try:
        found = read(keys)
    except UNREADABLE as fault:
        if len(keys) == 1:
            yield told(keys[0], fault)
        else:
            for key in keys:
                yield from each([key], read, told)
    else:
        yield from found


def guarded(findings: Iterable[Finding], subject: str) -> Iterator[Finding]:
    """The findings; where looking ends because of what stands in a row, that as one more."""
    try:
        yield from findings
    except UNREADABLE as fault:
        yield unreadable(subject, fault)


def unreadable(subject: str, fault: Exception) -> Finding:
    """The finding of a row, without what stands in it: that may be somebody's data."""
    words = f"Un renglón del registro tiene un valor que no se puede leer (detalle: {type(fault).__name__})."
    return Finding(Code.ROW_UNREADABLE, subject, words)
