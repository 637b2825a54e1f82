"""Every finding of a review is explained to whoever meets it."""

import re
from pathlib import Path

from oficialia.services.review_findings import Code

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operacion" / "revisar.md"


def test_the_page_explains_every_code_once_and_no_other() -> None:
    explained = re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(code.value for code in Code)


def test_codes_are_plain_words() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in Code)
