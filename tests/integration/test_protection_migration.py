"""Migration 0003 with rows in it: what was sealed with its time before is due, in its last edition."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from oficialia.db import upgrade

STORED = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
# purpose, edition, level
ROWS = [
    ("original", 1, ""),
    ("sellado", 1, "b_b"),
    ("sellado", 2, "b_t"),
    ("acuse", 1, "b_t"),
    ("acuse", 2, "b_t"),
]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_last_edition_with_its_time_is_due_since_it_was_stored(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    upgrade(url, "0002")
    engine = create_engine(url)
    with engine.begin() as connection:
        if kind == "postgres":  # the rows stand alone here
            connection.execute(text("SET session_replication_role = replica"))
        for number, (purpose, edition, level) in enumerate(ROWS, start=1):
            connection.execute(
                text(
                    "INSERT INTO stored_objects (id, filing_id, document_id, purpose, edition, sha256, size, pages, "
                    "media_type, key, version_id, stored_at, seal_strategy, seal_level, certificate_serial) VALUES "
                    "(:id, :filing, NULL, :purpose, :edition, '', 1, 1, '', '', '', :at, '', :level, '')"
                ),
                {
                    "id": number,
                    "filing": "0123456789abcdef0123456789abcdef",
                    "purpose": purpose,
                    "edition": edition,
                    "at": (STORED + timedelta(minutes=number)).replace(tzinfo=None if kind == "sqlite" else UTC),
                    "level": level,
                },
            )
    upgrade(url)
    with engine.connect() as connection:
        due = connection.execute(text("SELECT purpose, edition FROM stored_objects WHERE protect_at = stored_at")).all()
        idle = connection.execute(text("SELECT count(*) FROM stored_objects WHERE protect_at IS NULL")).scalar()
    engine.dispose()
    assert sorted(tuple(row) for row in due) == [("acuse", 2), ("sellado", 2)]
    assert idle == 3
