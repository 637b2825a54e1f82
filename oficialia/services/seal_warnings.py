"""What whoever looks after the office must know of its seals before it is too late: 30, 7 and 1 days ahead."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from oficialia.domain.wording import short_instant
from oficialia.services.seal_words import WORDS
from oficialia.services.seals import Seen
from signing.errors import IdentityFault

# A certificate takes weeks to get; a week is enough to insist; the last day is for whoever can still act.
DAYS = (1, 7, 30)


def warnings(seen: Sequence[Seen], at: datetime) -> tuple[str, ...]:
    """Each a sentence; none when everything is in order."""
    return (*_end(seen, at), *_faults(seen), *_stale(seen, at))


def _end(seen: Sequence[Seen], at: datetime) -> Iterator[str]:
    end = _covered_until(seen)
    if end is None:
        yield "No hay ningún sello que se pueda usar: las promociones se reciben, y esperan."
        return
    for days in DAYS:
        if end - at <= timedelta(days=days):
            left = "1 día o menos" if days == 1 else f"{days} días o menos"
            yield f"Al sello le quedan {left}: termina el {short_instant(end)}, y no hay otro que lo siga."
            return


def _covered_until(seen: Sequence[Seen]) -> datetime | None:
    """Until when, without a pause, some seal may be used; None when none may be now."""
    usable = [each.identity.valid_until for each in seen if each.identity and each.fault is None]
    end = max(usable, default=None)
    for each in seen:
        waits = each.fault is not None and each.fault.code is IdentityFault.NOT_YET_VALID
        if end and waits and each.identity and each.identity.valid_from <= end:
            end = max(end, each.identity.valid_until)
    return end


def _faults(seen: Sequence[Seen]) -> Iterator[str]:
    """What is wrong with each; that one has ended, or has not begun, is how a rotation is when another may be used."""
    other = any(each.fault is None for each in seen)
    expected = {IdentityFault.EXPIRED, IdentityFault.NOT_YET_VALID} if other else set()
    for each in seen:
        if each.fault and each.fault.code not in expected:
            yield f"El {each.name} no se puede usar: {WORDS[each.fault.code]}."


def _stale(seen: Sequence[Seen], at: datetime) -> Iterator[str]:
    for each in seen:
        if each.list_until and each.list_until < at:
            yield (
                f"La lista de revocados de quien emitió el {each.name} terminó el {short_instant(each.list_until)}: "
                "traiga la nueva, o una revocación pasará sin verse."
            )
