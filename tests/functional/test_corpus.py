"""Real files that nobody of this project wrote, over HTTP: a sample of each class comes to the end it must.

`make corpus` sends all of them; here the smallest ones stand for the rest.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from oficialia.embedded.corpus import manifest
from oficialia.embedded.corpus.judging import judge
from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.result import examined, results
from oficialia.embedded.corpus.seals import Examiner
from oficialia.embedded.corpus.sending import send
from oficialia.embedded.corpus.traces import traces
from signing.sandbox import Sandbox
from signing.trust import load_anchors
from tests.support.filing import Office

PRODUCERS = 20
# Half the kinds of each; `make corpus` has the rest.
HOSTILE, SIGNED = 6, 5


def smallest_of_each_kind(entries: list[Entry], group: str) -> list[Entry]:
    """One entry of a class for each kind, in order of kind."""
    mine = sorted(
        (entry for entry in entries if entry.group == group), key=lambda entry: entry.file.stat().st_size, reverse=True
    )
    smallest = {entry.kind: entry for entry in mine}
    return [smallest[kind] for kind in sorted(smallest)]


def sample(corpus: Path) -> list[Entry]:
    """Many producers, everything hard, and one of some kinds of what is hostile or signed."""
    entries, _ = manifest.read(corpus)
    return [
        *smallest_of_each_kind(entries, "accept")[:PRODUCERS],
        *(entry for entry in entries if entry.group == "accept-hard"),
        *smallest_of_each_kind(entries, "hostile")[:HOSTILE],
        *smallest_of_each_kind(entries, "signed")[:SIGNED],
    ]


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(400)  # sixty filings: less than a minute on a machine that does nothing else
def test_real_files_come_to_the_end_they_must_with_seals_that_ours_and_pdfsig_accept(
    office: Office, corpus: Path, tool: Callable[[str], str], tmp_path: Path, now: datetime
) -> None:
    tool("pdfsig")
    entries = sample(corpus)
    assert sum(entry.group == "accept" for entry in entries) == PRODUCERS
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda entry: send(office.url, entry.file, tmp_path / entry.path), entries))
    found = results(entries, sent, traces(office.folder / "log"))
    with closing(Sandbox()) as sandbox, ThreadPoolExecutor(2) as pool:
        examiner = Examiner(sandbox, load_anchors(office.pki / "anclas"), now)
        told = list(pool.map(lambda result: examined(examiner, result), found))
    assert [requirement for requirement in judge(told, [], []) if not requirement.held] == []
