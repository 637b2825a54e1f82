"""What the office publishes, checked by code of others: Go's sumdb/note and sumdb/tlog, and tlog-scales."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash as outside_leaf_hash

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import consistency_proof, inclusion_proof
from oficialia.domain.tiles import GrowingTree, Tile, TiledTree
from oficialia.models import Filing
from oficialia.runtime import Runtime
from oficialia.services import intake, proofs
from signing.note import Note, SignerKey
from tests.support.ledgers import add_leaves
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.publishing import Log, make_log
from tests.support.trees import entries
from tests.support.working import work
from workers.parts import Parts

pytestmark = pytest.mark.thorough
SOURCES = Path("/usr/share/gocode")
PROGRAM = Path(__file__).parents[2] / "support" / "go" / "libro.go"
MANY = 70_000


@pytest.fixture(scope="module")
def go(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs the program; what it complains of."""
    compiler = tool("go")
    if not (SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("golang.org/x/mod is not installed: apt-get install golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(SOURCES),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "GOPROXY": "off",
    }
    built = [compiler, "build", "-o", str(folder / "libro"), str(PROGRAM)]
    subprocess.run(built, env=environment, check=True, timeout=170)

    def run(*arguments: object) -> str:
        done = subprocess.run(
            [folder / "libro", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode != 0) == bool(done.stderr)
        return done.stderr

    return run


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return make_log(tmp_path)


@pytest.fixture
def copy(runtime: Runtime, parts: Parts, log: Log, clock: TestClock, tmp_path: Path) -> Path:
    """All that the office published, as files: two checkpoints, the second over the proofs of a filing."""
    ours = replace(parts, runtime=log.of(runtime))
    paper = submission(blank_pdf(tmp_path / "a.pdf"), key="a", received_at=clock.time)
    filing_id = intake.receive(ours.runtime, paper).filing_id
    add_leaves(runtime, 300)
    log.publish(runtime)
    old = (log.folder / "checkpoint").read_text("utf-8")
    work(ours)
    add_leaves(runtime, 300)
    log.publish(runtime)
    clock.time += timedelta(seconds=1)
    found = proofs.look(ours.runtime, filing_id).proofs
    assert found
    folder = tmp_path / "copia"
    for version in runtime.bucket.versions("libro/"):
        path = folder / version.key.removeprefix("libro/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(runtime.bucket.read(version.key, at_most=1 << 20))
    (folder / "antes").write_text(old, "utf-8")
    for name, content in found.attachments().items():
        (folder / name).write_bytes(content)
    return folder


def test_go_agrees_with_what_is_published_and_with_the_proofs(go: Callable[..., str], copy: Path, log: Log) -> None:
    key, attached = log.key.verifier, [copy / "ingreso.tlog-proof", copy / "sello.tlog-proof"]
    assert go(key, copy, copy / "antes", *attached) == ""
    assert "checkpoint" in go(SignerKey.generate(log.key.name).verifier, copy, copy / "antes", *attached)


def test_go_sees_what_was_changed(go: Callable[..., str], copy: Path, log: Log) -> None:
    bundle = copy / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"restauracion", b"restauraciom", 1))
    assert "inclusion" in go(log.key.verifier, copy, copy / "antes")
    fork = Checkpoint(log.key.name, 3, bytes(32))
    (copy / "antes").write_text(Note(fork.text, (log.key.sign(fork.text),)).content, "utf-8")
    bundle.write_bytes(bundle.read_bytes().replace(b"restauraciom", b"restauracion", 1))
    assert "consistency" in go(log.key.verifier, copy, copy / "antes")


def test_tlog_scales_agrees_with_what_is_published(copy: Path, log: Log, runtime: Runtime) -> None:
    reader = TilesReader(LocalBackend(copy))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(str(log.key.verifier)))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    with runtime.database.reading() as session:
        folio = session.scalars(select(Filing.folio)).one()
    assert folio.encode() in reader.get_entry(0)
    for index in (0, 255, 256, checkpoint.size - 1):
        reader.get_inclusion_proof(index, checkpoint.size).check(
            outside_leaf_hash(reader.get_entry(index)), checkpoint.root_hash
        )


def test_go_and_tlog_scales_agree_with_our_proofs_of_a_large_tree(go: Callable[..., str], tmp_path: Path) -> None:
    key, tree = SignerKey.generate("grande.example/libro"), GrowingTree()
    published: dict[Tile, bytes] = {}
    for size, name in ((257, "antes"), (MANY, "checkpoint")):
        for entry in entries(size)[tree.size :]:
            published |= dict(tree.add(entry))
        published |= dict(tree.partial())
        head = Checkpoint(key.name, tree.size, tree.root())
        (tmp_path / name).write_text(Note(head.text, (key.sign(head.text),)).content, "utf-8")
    for tile, content in published.items():
        path = tmp_path / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert go(key.verifier, tmp_path, tmp_path / "antes") == ""
    ours, reader = TiledTree(MANY, lambda tile: published[tile]), TilesReader(LocalBackend(tmp_path))
    reader.get_checkpoint()
    for index in (0, 256, 65_535, 65_536, MANY - 1):
        assert list(inclusion_proof(index, MANY, ours.node)) == reader.get_inclusion_proof(index, MANY).node_hashes
    for old in (1, 256, 65_536, 65_537, MANY - 1):
        assert list(consistency_proof(old, MANY, ours.node)) == reader.get_consistency_proof(old, MANY).node_hashes
