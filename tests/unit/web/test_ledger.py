"""`/libro/checkpoint` and `/libro/tile/…`: what is published, to anybody, and nothing else of the store."""

import pytest

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import leaf_hash, root_of
from oficialia.domain.tiles import hashes_in, unbundle
from oficialia.runtime import Runtime
from signing.note import Note
from tests.support.ledgers import add_leaves
from tests.support.publishing import Log, make_log
from tests.support.window import Visitor


@pytest.fixture(scope="module")
def log(runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Log:
    made = make_log(tmp_path_factory.mktemp("libro"))
    add_leaves(runtime, 260)
    made.publish(runtime)
    return made


@pytest.fixture
def size(visitor: Visitor, log: Log) -> int:
    return Checkpoint.parse(Note.parse(visitor.get("/libro/checkpoint").data).text).size


def test_the_checkpoint_is_signed_and_fresh(visitor: Visitor, log: Log) -> None:
    response = visitor.get("/libro/checkpoint")
    assert (response.status_code, response.content_type) == (200, "text/plain; charset=utf-8")
    assert log.policy.judge(Note.parse(response.data)).good
    assert response.headers["Cache-Control"] == "public, max-age=5"


def test_a_full_tile_is_for_ever_and_a_partial_one_for_an_hour(visitor: Visitor, size: int) -> None:
    full, partial = visitor.get("/libro/tile/0/000"), visitor.get(f"/libro/tile/0/001.p/{size % 256}")
    assert (full.status_code, len(full.data), full.content_type) == (200, 8192, "application/octet-stream")
    assert "immutable" in full.headers["Cache-Control"]
    assert (partial.status_code, len(partial.data)) == (200, 32 * (size % 256))
    assert partial.headers["Cache-Control"] == "public, max-age=3600"


def test_the_leaves_are_those_of_the_tree(visitor: Visitor, size: int) -> None:
    entries = unbundle(visitor.get("/libro/tile/entries/000").data)
    entries += unbundle(visitor.get(f"/libro/tile/entries/001.p/{size % 256}").data)
    hashes = [leaf_hash(entry) for entry in entries]
    assert hashes[:256] == hashes_in(visitor.get("/libro/tile/0/000").data)
    checkpoint = Checkpoint.parse(Note.parse(visitor.get("/libro/checkpoint").data).text)
    assert (len(entries), root_of(hashes)) == (checkpoint.size, checkpoint.root)


@pytest.mark.parametrize("path", ["/libro/checkpoint", "/libro/tile/0/000", "/libro/tile/entries/000"])
def test_any_page_of_any_site_may_read_it_and_nobody_is_followed(visitor: Visitor, log: Log, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "path",
    [
        *("0/0", "0/001", "00/000", "0/000/", "0/000.p/0", "0/000.p/256", "9/000", "entries/007", "x", "0/x000/000"),
        *("../checkpoint", "0/..%2f..%2fexpedientes", "%2e%2e/%2e%2e/expedientes/x", "0/000%00", "0/٠٠٠"),
    ],
)
def test_nothing_else_is_served(visitor: Visitor, log: Log, path: str) -> None:
    assert visitor.get(f"/libro/tile/{path}").status_code == 404
