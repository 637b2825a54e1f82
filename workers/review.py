"""The review of every night: what it finds is kept, and named in the log for whoever watches it.

It runs for hours, and the broker gives a message out again when it was not confirmed within minutes. So the message is
confirmed before the work begins; one that comes twice all the same finds this night's review begun and does nothing.
What a power cut ends is not begun again: tomorrow has its own, and `oficialia revisar` is there at any time.
"""

from celery import shared_task

from oficialia.services import review, review_record
from oficialia.services.review_record import AskedBy
from workers.parts import log, parts

# Reading back a terabyte from a store beside us takes some three hours; by nine the office needs both its hands.
SOFT_SECONDS, HARD_SECONDS = int(5.5 * 3600), int(5.75 * 3600)


@shared_task(
    name="mantenimiento.revisar",
    acks_late=False,
    soft_time_limit=SOFT_SECONDS,
    time_limit=HARD_SECONDS,
)
def review_office() -> None:
    """Reviews the whole office, unless this night's review was begun already."""
    runtime = parts().runtime
    number = review_record.begin(runtime.database, AskedBy.NIGHTLY, runtime.clock())
    if number is None:
        return
    result = review.run(
        database=runtime.database,
        bucket=runtime.bucket,
        sandbox=runtime.sandbox,
        anchors=runtime.anchors,
        clock=runtime.clock,
        spool=runtime.spool,
        codes=runtime.codes,
        policy=runtime.ledger_policy,
    )
    review_record.finish(runtime.database, number, result)
    fields = {"fields": {**result.counts, **result.by_code()}}
    if result.good:
        log.info("review %d: the office is in order", number, extra=fields)
    else:
        found = ", ".join(f"{code} {count}" for code, count in result.by_code().items())
        log.error("review %d found: %s", number, found, extra=fields)
