"""The kinds of register, and of a matrix what `make test` runs of it."""

from collections.abc import Mapping
from typing import Any

import pytest

# Also there, but not in `make test`: what differs between the two is tested by the tests of the acts themselves.
THOROUGH_POSTGRES = pytest.param("postgres", marks=pytest.mark.thorough)
ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", THOROUGH_POSTGRES])


def rest_thorough(cases: Mapping[str, Any], *quick: str) -> list[Any]:
    """Every case under its name, those of ``quick`` in `make test` too."""
    unknown = set(quick) - set(cases)
    assert not unknown, unknown
    return [
        pytest.param(case, id=name, marks=[] if name in quick else [pytest.mark.thorough])
        for name, case in cases.items()
    ]
