"""Rules of the sources that no other tool checks."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("oficialia", "signing", "storage", "workers", "certs")
CLOCK, SETTINGS = "oficialia/clock.py", "oficialia/settings.py"


def _sources(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def _attributes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _users(names: set[str]) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in _sources(*ROOMS) if names & set(_attributes(path))}


def test_only_the_clock_reads_the_time_of_day() -> None:
    assert _users({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}) == {CLOCK}


def test_only_the_settings_read_the_environment() -> None:
    assert _users({"os.environ", "os.getenv", "os.environb", "os.putenv"}) == {SETTINGS}


def test_the_package_of_the_office_imports_nothing_by_itself() -> None:
    tree = ast.parse((ROOT / "oficialia" / "__init__.py").read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in _sources(*ROOMS) if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert not silent


def test_tests_have_no_packages_that_would_hide_ours() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_private_key_is_kept_in_git() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git work tree")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    marker = b"PRIVATE " + b"KEY-----"
    guilty = [file for file in files if file.is_file() and marker in file.read_bytes()]
    suspicious = [file for file in files if file.suffix in {".p12", ".pfx", ".key"}]
    assert not guilty + suspicious
