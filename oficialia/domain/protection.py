"""When a seal is given evidence for later years, and when its archive time stamp is renewed.

A published margin, and the same for every document: nothing here depends on how busy the office is.
"""

from datetime import datetime, timedelta

from oficialia.domain.filing import NivelSello

# By then what the authorities say of the certificates is younger than the seal, and the citizen has the documents.
QUIET = timedelta(minutes=10)
# After an outage of the time-stamping authority alone.
STAMP_AGAIN = timedelta(minutes=10)
# Before the certificate of the last archive time stamp ends: a quarter to notice that something stands in the way.
RENEW_BEFORE = timedelta(days=90)
# Whatever an authority's certificate says, no document is worked on more often than this.
LEAST = timedelta(days=1)


def due(level: NivelSello, now: datetime, until: datetime | None = None) -> datetime | None:
    """When a document that reached ``level`` at ``now`` is to be worked on next; None for one without certified time.

    ``until`` is the end of the evidence of a B-LTA.
    """
    match level:
        case NivelSello.B_T:
            return now + QUIET
        case NivelSello.B_LT:
            return now + STAMP_AGAIN
        case NivelSello.B_LTA if until is not None:
            return max(until - RENEW_BEFORE, now + LEAST)
        case _:
            return None
