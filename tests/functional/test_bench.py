"""The bench in small: its rows are whole, our engine is far ahead of pyHanko as documented, its results are valid."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench import ledger
from tests.bench.engines import Engine, Server
from tests.bench.files import make_files
from tests.bench.lineup import COMPLETE, DOCUMENTED, DRIVERS, FLOOR, OURS, Ground
from tests.bench.race import race, rows
from tests.bench.table import table

KEYS = {"engine", "file", "visible", "ms", "docs_per_s", "rss_mib", "ratio_cli", "ratio_floor"}
FILE = "10 KB"
WIDE_MARGIN = 4
"""Thirty were measured on an idle machine."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, development_pki: Path) -> Ground:
    folder = tmp_path_factory.mktemp("bench")
    return Ground(folder, development_pki, make_files(folder, FILE)[FILE])


@pytest.fixture(scope="module")
def engines(ground: Ground) -> Iterator[dict[str, Engine]]:
    # pyHanko of the product's own environment: no other is installed for a test, and it has no QR there.
    plain = Server([sys.executable, "-m", f"{DRIVERS}.pyhanko_documented", ground.pki], draws=False)
    ready: dict[str, Engine] = {
        FLOOR: ground.driver("floor"),
        OURS: ground.driver("ours", "motor"),
        COMPLETE: ground.driver("ours", "completo"),
        DOCUMENTED: plain.warm(ground.small, ground.folder / "calentamiento.pdf", times=2),
    }
    yield ready
    for engine in ready.values():
        engine.close()


@pytest.mark.thorough
def test_every_engine_has_its_row_and_ours_is_far_ahead(engines: dict[str, Engine], ground: Ground) -> None:
    lanes = race(engines, {FILE: ground.small}, ground.folder, rounds=9, seconds=40, say=lambda _: None)
    found = rows(lanes, {"PDFBox": "falta: apt-get install libpdfbox2-java"})
    assert all(row.keys() >= KEYS for row in found)
    done = {(row["engine"], row["visible"]): row["ms"] for row in found if row["ms"]}
    assert done.keys() == {(name, shown) for name in engines for shown in (False, True)} - {(DOCUMENTED, True)}
    assert done[OURS, False] * WIDE_MARGIN < done[DOCUMENTED, False]
    assert done[OURS, True] < done[DOCUMENTED, False], "with its stamp, still ahead of pyHanko without one"
    told = table(found)
    assert "no dibuja" in told and "Falta PDFBox" in told


@pytest.mark.parametrize("name", [OURS, COMPLETE])
@pytest.mark.parametrize("visible", [False, True])
def test_what_is_timed_is_a_valid_seal(
    engines: dict[str, Engine], ground: Ground, tool: Callable[[str], str], name: str, visible: bool
) -> None:
    target = ground.folder / "juzgado.pdf"
    engines[name].seal(ground.small, target, visible)
    assert target.read_bytes().startswith(ground.small.read_bytes())
    subprocess.run([tool("qpdf"), "--check", str(target)], capture_output=True, check=True)
    said = subprocess.run([tool("pdfsig"), "-nocert", str(target)], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in said and "Total document signed" in said


def test_the_files_are_as_large_as_they_say(tmp_path: Path) -> None:
    files = make_files(tmp_path, FILE, "1.5 MB")
    assert files[FILE].stat().st_size == pytest.approx(10_240, rel=0.1)
    assert files["1.5 MB"].stat().st_size == pytest.approx(1_500_000, rel=0.1)


@pytest.mark.thorough
def test_a_leaf_costs_the_same_in_a_ledger_ten_times_as_long_and_its_proof_is_soon_made() -> None:
    small, large = ledger.measure((2_000, 20_000))
    for row in (small, large):
        assert row["proof_ms"] < 10
    assert large["append_ms"] < 3 * small["append_ms"]  # ten times, if it grew with the ledger
    assert large["publish_ms"] < 3 * small["publish_ms"]
    assert f"{large['leaves']:,.0f}" in ledger.table([small, large])
