"""`make corpus`: every file of a folder through the real flow, and what became of each.

1. The manifest is read.  2. An office of its own starts.  3. Every document is sent, a few at a time, as a browser
would.  4. The office's logs tell how each was sealed, and what it took.  5. The office stops.  6. Every sealed copy is
examined.  7. Certificates are read.  8. A table, the requirements, and the JSON.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from oficialia.clock import now
from oficialia.embedded.child_office import Say, child_office
from oficialia.embedded.corpus import judging, manifest, table
from oficialia.embedded.corpus.certificates import CertificateResult, read_certificates
from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.progress import worked_through
from oficialia.embedded.corpus.result import Result, examined, results
from oficialia.embedded.corpus.seals import Examiner
from oficialia.embedded.corpus.sending import send
from oficialia.embedded.corpus.traces import deaths, traces
from signing.sandbox import Sandbox
from signing.trust import load_anchors

# Two workers seal; one more file is on its way in meanwhile. More would only wait for each other.
SENT_AT_ONCE, EXAMINED_AT_ONCE = 3, 2
MISSED = 10
# One address files all day here.
SETTINGS = {"OFICIALIA_ENV": "demo", "OFICIALIA_THROTTLE": "100000 per minute"}
CERTIFICATES = "cert"


@dataclass(frozen=True)
class Place:
    """Where all goes: the office, what came out, and the JSON beside the folder."""

    folder: Path

    @property
    def office(self) -> Path:
        """The office's own folder."""
        return self.folder / "oficina"

    @property
    def output(self) -> Path:
        """Acuses and sealed copies, each in a folder named as its original."""
        return self.folder / "salida"

    @property
    def json(self) -> Path:
        """The results."""
        return self.folder.with_name(f"{self.folder.name}.json")

    def clear(self) -> None:
        """Leave nothing of an earlier run."""
        for folder in (self.office, self.output):
            shutil.rmtree(folder, ignore_errors=True)


def run(corpus: Path, folder: Path, *, say: Say) -> int:
    """Exit status: 0 when every requirement holds, 10 when not. Raises ManifestUnusable, OfficeFailed."""
    place = Place(folder.resolve())
    entries, remarks = manifest.read(corpus)  # 1
    for remark in remarks:
        say(f"Aviso: {remark}")
    documents = [entry for entry in entries if entry.group != CERTIFICATES]
    found, dead = _through_the_office(place, documents, say) if documents else ([], [])  # 2 to 5
    found = _examined(place, found, say)  # 6
    certificates = read_certificates([entry for entry in entries if entry.group == CERTIFICATES])  # 7
    requirements = judging.judge(found, certificates, dead)
    _tell(place, found, certificates, requirements, say)  # 8
    return 0 if all(each.held for each in requirements) else MISSED


def _through_the_office(place: Place, documents: Sequence[Entry], say: Say) -> tuple[list[Result], list[str]]:
    place.clear()
    heard: list[str] = []
    with child_office(place.office, say=say, hear=heard.append, settings=SETTINGS) as office:
        sent = worked_through(
            "Enviados",
            documents,
            lambda entry: send(office.url, entry.file, place.output / entry.path),
            at_once=SENT_AT_ONCE,
            say=say,
        )
        logs = place.office / "log"
        known, dead = traces(logs), [*deaths(logs), *(line.strip() for line in heard if "terminó" in line)]
    return results(documents, sent, known), dead


def _examined(place: Place, found: Sequence[Result], say: Say) -> list[Result]:
    if not found:
        return []
    # Where the office ran without isolation, as a demo may, its copies are examined likewise.
    with closing(Sandbox(require_isolation=False)) as sandbox:
        examiner = Examiner(sandbox, load_anchors(place.office / "pki" / "anclas"), now())
        return worked_through("Examinados", found, partial(examined, examiner), at_once=EXAMINED_AT_ONCE, say=say)


def _tell(
    place: Place,
    found: Sequence[Result],
    certificates: Sequence[CertificateResult],
    requirements: Sequence[judging.Requirement],
    say: Say,
) -> None:
    lines = [each.as_json(place.folder.parent) for each in found] + [each.as_json() for each in certificates]
    place.json.parent.mkdir(parents=True, exist_ok=True)
    place.json.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if certificates:
        say("\n".join(["", *table.certificates(certificates)]))
    if found:
        say("\n".join(["", *table.by_kind(found)]))
    say("\n".join(["", *table.requirements(requirements), "", f"Resultados: {place.json}"]))
