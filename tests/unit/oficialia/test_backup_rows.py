"""Every column of the register has a form in a backup, and comes back from it as it was."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import Column, Float

from oficialia.models import Base
from oficialia.services.backup_rows import KINDS, kind_of, line

VALUES = {
    "instante": datetime(2026, 11, 23, 17, 0, 0, 123456, tzinfo=UTC),
    "fecha": date(2028, 2, 29),
    "hora": time(18, 0, 0, 5),
    "uuid": UUID("00000000-0000-4000-8000-0000000000ff"),
    "bytes": bytes(range(256)),
    "json": {"ñ": [1, None, "\u2028 \n"], "a": {}},
    "booleano": False,
    "entero": 2**62,
    "texto": 'Peña "y" \\ \r\n\t \x85\u2028 🙂',
}


def test_every_column_of_the_register_has_a_form() -> None:
    used = {kind_of(column).name for table in Base.metadata.sorted_tables for column in table.columns}
    assert used == set(VALUES)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_value_comes_back_as_it_was_from_one_line(kind: object) -> None:
    [known] = [each for each in KINDS if each is kind]
    value = VALUES[known.name]
    text = line([known.encode(value)])
    assert text.count(b"\n") == 1
    [back] = json.loads(text)
    assert known.decode(back) == value
    assert type(known.decode(back)) is type(value)


def test_an_instant_of_another_offset_is_the_same_instant() -> None:
    [instant] = [kind for kind in KINDS if kind.name == "instante"]
    local = VALUES["instante"].astimezone(timezone(timedelta(hours=-6)))  # type: ignore[attr-defined]
    assert instant.decode(instant.encode(local)) == VALUES["instante"]


def test_a_type_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no form"):
        kind_of(Column("peso", Float()))
