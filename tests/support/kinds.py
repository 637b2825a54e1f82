"""The kinds of register: a test marked so runs once on each."""

import pytest

# Also there, but not in `make test`: what differs between the two is tested by the tests of the acts themselves.
THOROUGH_POSTGRES = pytest.param("postgres", marks=pytest.mark.thorough)
ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", THOROUGH_POSTGRES])
