"""Migration 0009 with filings in the register, forward and back."""

import pytest
from alembic import command
from sqlalchemy import inspect, select

from oficialia.db import Database, alembic_config, upgrade
from oficialia.models import Filing, FollowUp
from tests.support.crowd import crowd
from tests.support.kinds import ON_BOTH
from tests.support.office import load_catalogue

BEFORE = "0008"


@ON_BOTH
def test_filings_that_there_are_follow_none_and_lose_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    upgrade(url)
    database = Database(url)
    load_catalogue(database)
    crowd(database, 20)
    database.close()
    command.downgrade(alembic_config(url), BEFORE)
    assert not {"letters", "inbox_entries", "follow_ups"} & set(inspect(database.engine).get_table_names())
    database.close()
    upgrade(url)
    with database.reading() as session:
        found = session.scalars(select(Filing)).all()
        assert session.scalars(select(FollowUp)).all() == []
        assert len(found) == 20
        assert all(filing.parties for filing in found)
    database.close()
