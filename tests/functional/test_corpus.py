"""Real files of many producers, over HTTP: each comes out sealed, and third parties accept the seal."""

import csv
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from signing.sandbox import Sandbox
from signing.trust import load_anchors
from signing.verify import examine
from tests.support.filing import Office, file, values

PRODUCERS = 24


def one_of_each_producer(corpus: Path) -> list[Path]:
    """The smallest accepted file of each kind of producer, in order of name."""
    with (corpus / "manifest.tsv").open(encoding="utf-8") as manifest:
        rows = [row for row in csv.DictReader(manifest, delimiter="\t") if row["class"] == "accept"]
    rows.sort(key=lambda row: int(row["bytes"]), reverse=True)
    smallest = {row["kind"]: corpus / row["path"] for row in rows}
    return [smallest[kind] for kind in sorted(smallest)][:PRODUCERS]


def test_files_of_many_producers_come_out_with_seals_that_ours_and_pdfsig_accept(
    office: Office, corpus: Path, tool: Callable[[str], str], tmp_path: Path, now: datetime
) -> None:
    pdfsig, paths = tool("pdfsig"), one_of_each_producer(corpus)
    assert len(paths) == PRODUCERS
    with ThreadPoolExecutor(4) as pool:
        filed = list(pool.map(lambda path: file(office, values(), {"principal": path}), paths))
    sandbox, anchors = Sandbox(), load_anchors(office.pki / "anclas")
    for path, filing in zip(paths, filed, strict=True):
        sealed = filing.documents(tmp_path)["sellado"]
        last = examine(sandbox, sealed, anchors=anchors, at=now)[-1]
        assert last.intact, path
        assert last.trusted, path
        assert last.covers_whole_file, path
        shown = subprocess.run(
            [pdfsig, "-nocert", sealed], capture_output=True, text=True, check=False, timeout=60
        ).stdout
        assert "Signature is Valid" in shown, path
    sandbox.close()
