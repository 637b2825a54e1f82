"""Reading a Procfile."""

from pathlib import Path

import pytest

from oficialia.embedded import procfile


def test_entries_are_read_in_order_without_comments(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# nota\n\nweb: gunicorn a:b --bind :${PORT}\nworker-2:  celery -A x\n", "utf-8")
    assert list(procfile.read(file).items()) == [("web", "gunicorn a:b --bind :${PORT}"), ("worker-2", "celery -A x")]


@pytest.mark.parametrize("line", ["web", "web:", ": orden", "Web: orden", "we b: orden"])
def test_a_line_of_another_shape_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text(f"web: orden\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match="Procfile, línea 2"):
        procfile.read(file)
