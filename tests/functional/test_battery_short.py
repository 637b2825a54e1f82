"""The short form of `make battery`: citizens file while every part is killed, and every task is delivered thrice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.battery.referee import table
from tests.battery.round import fight
from tests.support.processes import marked

FILINGS = 24
KILLS = 12
"""One turn of the killer: the broker wiped, then each part, and each child, once."""

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(300)]


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """No process of the office outlives the round."""
    yield
    assert not marked(str(folder))


def test_nothing_is_lost_doubled_or_left_unfinished_whoever_dies(tmp_path: Path) -> None:
    said: list[str] = []
    with nothing_left(tmp_path):
        verdict = fight(
            tmp_path / "oficina", on_postgres=False, filings=FILINGS, kills=KILLS, seconds=150, say=said.append
        )
    told = "\n".join([*said, table([verdict])])
    assert verdict.clean, told
    assert (verdict.acknowledged, verdict.kills.total()) == (FILINGS, KILLS), told
    # Whoever is being started again at its turn is passed over, and dies in the next.
    assert {"valkey", "sandbox", "worker", "s3"} <= set(verdict.kills), told
