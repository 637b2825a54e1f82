"""Keeping what reviews found, and having one a night.

A review's row is made when it begins: one that never ended (a power cut) stays without counts, for everybody to see.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from oficialia.db import Database
from oficialia.models import LedgerHead, Review
from oficialia.services.review import Result

# What a row holds at most; the counts are of all findings.
MOST_KEPT = 5_000
# One night's review has ended, or died, long before the next begins.
SAME_NIGHT = timedelta(hours=12)


class AskedBy(StrEnum):
    """Who wanted the review."""

    ORDER = "orden"
    NIGHTLY = "nocturna"


def begin(database: Database, asked_by: AskedBy, now: datetime) -> int | None:
    """Note that a review begins; its number. None when it is the nightly one, and this night's was begun already."""
    with database.transaction() as session:
        # Two that begin at once would not see each other's row: the head's lock puts them in order, for a moment.
        session.execute(select(LedgerHead.id).with_for_update())
        if asked_by is AskedBy.NIGHTLY:
            tonight = (Review.asked_by == asked_by) & (Review.started_at > now - SAME_NIGHT)
            if session.scalar(select(Review.id).where(tonight).limit(1)) is not None:
                return None
        review = Review(started_at=now, finished_at=now, asked_by=asked_by, counts={}, findings=[])
        session.add(review)
        session.flush()
        return review.id


def finish(database: Database, review_id: int, result: Result) -> None:
    """Keep what the review found."""
    with database.transaction() as session:
        review = session.get_one(Review, review_id)
        review.finished_at = result.finished_at
        review.counts = {**result.counts, "hallazgos": len(result.findings), "por_codigo": result.by_code()}
        review.findings = [finding.to_json() for finding in result.findings[:MOST_KEPT]]
