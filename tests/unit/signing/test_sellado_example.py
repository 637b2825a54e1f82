"""The example of docs/sellado.md, as it stands there."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.papers import write_pdf

GUIDE = Path(__file__).parents[3] / "docs/sellado.md"


def test_the_example_of_the_guide_seals_a_document(
    tmp_path: Path,
    development_pki: Path,
    judged: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for name in ("sello.p12", "sello.password"):
        shutil.copyfile(development_pki / name, tmp_path / name)
    shutil.copytree(development_pki / "anclas", tmp_path / "anclas")
    write_pdf(tmp_path / "document.pdf")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, str(GUIDE), "exec"), {"__name__": "__main__"})  # noqa: S102
    assert capsys.readouterr().out.startswith("visible b_b ")
    judged(tmp_path / "sealed.pdf")
