"""Migration 0006 with filings in the register: who filed before is found by name, too."""

import pytest
from alembic import command
from sqlalchemy import inspect, select

from oficialia.db import Database, alembic_config, upgrade
from oficialia.models import Party, PartyWord
from tests.support.crowd import crowd
from tests.support.kinds import ON_BOTH
from tests.support.office import load_catalogue

BEFORE = "0005"
ODD = "MARÍA PEÑA  Núñez-Ruiz, 2ª de S.A. " + "x" * 60
WORDS = {"maria", "pena", "nunez", "ruiz", "2a", "de", "s", "a", "x" * 40}


@ON_BOTH
def test_the_words_of_the_names_that_there_are_become_findable(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    upgrade(url)
    database = Database(url)
    load_catalogue(database)
    crowd(database, 2500)  # more than the migration writes at once
    with database.reading() as session:
        words = set(session.execute(select(PartyWord.word, PartyWord.filing_id)).all())
    with database.transaction() as session:
        first = session.scalars(select(Party).order_by(Party.id)).first()
        assert first is not None
        first.name = ODD
    database.close()
    command.downgrade(alembic_config(url), BEFORE)
    assert "party_words" not in inspect(database.engine).get_table_names()
    database.close()
    upgrade(url)
    with database.reading() as session:
        found = set(session.execute(select(PartyWord.word, PartyWord.filing_id)).all())
    database.close()
    assert {word for word, filing in found if filing == first.filing_id} == WORDS
    assert {row for row in found if row[1] != first.filing_id} == {row for row in words if row[1] != first.filing_id}
