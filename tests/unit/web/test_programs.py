"""The programs of the pages: each by its digest, few bytes, and the same from the same sources."""

import base64
import gzip
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.window import Visitor

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS, BUILT = ROOT / "oficialia/scripts", ROOT / "oficialia/static/hecho"
TAGS = re.compile(r"<script\b[^>]*>")
MOST_GZIP = 60 * 1024


def digest(name: str) -> str:
    return base64.b64encode(hashlib.sha256((BUILT / name).read_bytes()).digest()).decode()


def test_every_script_of_every_page_is_one_of_ours_by_its_digest() -> None:
    """In the templates nothing but `script(...)` loads a program."""
    found = [path.name for path in (ROOT / "oficialia/templates").rglob("*.html") if TAGS.search(path.read_text())]
    assert found == []


def test_a_page_says_the_digest_of_what_it_loads(visitor: Visitor) -> None:
    for path in ("/", "/verificar", "/buzon"):
        tags = TAGS.findall(visitor.get(path).text)
        assert tags, path
        for tag in tags:
            name = re.search(r"/static/hecho/([\w-]+\.js)\?v=", tag)
            assert name and f'integrity="sha256-{digest(name[1])}"' in tag


def test_the_digests_of_all_of_them_are_published(visitor: Visitor) -> None:
    page = re.sub(r"\s", "", visitor.get("/programas").text)
    for path in BUILT.glob("*.js"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in page, path.name


def test_the_program_of_the_key_and_no_other_file_is_shut_in(visitor: Visitor) -> None:
    def policy(name: str) -> str:
        return visitor.get(f"/static/{name}").headers["Content-Security-Policy"]

    assert policy("hecho/efirma-llave.js") == "default-src 'none'; frame-ancestors 'none'"
    assert policy("hecho/efirma.js") == policy("site.css") != policy("hecho/efirma-llave.js")


def test_they_are_light() -> None:
    sizes = {path.stem: len(gzip.compress(path.read_bytes())) for path in BUILT.glob("*.js")}
    assert sum(sizes.values()) <= MOST_GZIP
    assert sizes["efirma-llave"] + sizes["efirma"] <= 16 * 1024


def test_the_same_sources_give_the_bytes_that_are_served(tmp_path: Path) -> None:
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None:
        pytest.skip("no Node: oficialia/scripts/build installs one")
    subprocess.run([node, "build.mjs", f"{tmp_path}/"], cwd=SCRIPTS, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in BUILT.iterdir()
    }


def test_the_lock_file_names_no_host_and_a_digest_of_everything() -> None:
    lock = (SCRIPTS / "package-lock.json").read_text()
    assert "://" not in re.sub(r'"url": "[^"]*"', "", lock)
    assert lock.count('"integrity"') == lock.count('"node_modules/')
