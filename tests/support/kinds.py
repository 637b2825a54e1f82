"""The kinds of register: a test marked so runs once on each."""

import pytest

ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgres"])
