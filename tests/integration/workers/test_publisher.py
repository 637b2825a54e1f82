"""The publisher of the ledger on a real register and a real store: what it publishes, and what it refuses to sign."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, text, update

from oficialia.alone import Busy
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import inclusion_proof, is_included, leaf_hash, root_of
from oficialia.domain.tiles import TiledTree, tiles_between
from oficialia.models import LedgerCheckpoint, LedgerHead, LedgerLeaf, LedgerPublisher
from oficialia.runtime import Runtime
from oficialia.services import publication, published
from oficialia.services.publication import LEASE, AnotherPublisher
from oficialia.services.review_proofs import LATE, publishing
from signing.note import WITNESS, Note, SignerKey
from storage.errors import StorageError
from storage.keys import ledger_key
from tests.support.kinds import ON_BOTH
from tests.support.ledgers import add_leaves
from tests.support.office import TestClock
from tests.support.publishing import ORIGIN, Log, make_log, published_entries, shown
from workers import publish
from workers.publisher import Inconsistent, Publisher
from workers.publisher_memory import Memory

THOROUGH = pytest.mark.thorough


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return make_log(tmp_path)


@pytest.fixture(autouse=True)
def some_leaves(runtime: Runtime) -> None:
    add_leaves(runtime, 5)


def data_of(runtime: Runtime) -> list[bytes]:
    with runtime.database.reading() as session:
        return [row.encode() for row in session.scalars(select(LedgerLeaf.data).order_by(LedgerLeaf.index))]


def versions(runtime: Runtime) -> list[tuple[str, int]]:
    return [(version.key, version.size) for version in runtime.bucket.versions("libro/")]


@ON_BOTH
def test_what_is_published_proves_every_leaf(runtime: Runtime, log: Log) -> None:
    for _ in range(2):
        add_leaves(runtime, 300)
        log.publish(runtime)
    data = data_of(runtime)
    checkpoint = shown(runtime.bucket, log)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, len(data))
    assert checkpoint.root == root_of(map(leaf_hash, data))
    assert published_entries(runtime.bucket, checkpoint.size) == data
    tree = TiledTree(checkpoint.size, lambda tile: published.read_tile(runtime.bucket, tile))
    for index in (0, 255, 256, len(data) - 1):
        proof = inclusion_proof(index, checkpoint.size, tree.node)
        assert is_included(leaf_hash(data[index]), index, checkpoint.size, proof, checkpoint.root)
    with runtime.database.reading() as session:
        signed = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size)).all()
    assert [row.size for row in signed] == [len(data) - 300, len(data)]
    assert signed[-1].note.encode() == published.read_checkpoint(runtime.bucket)
    assert signed[-1].root == checkpoint.root.hex()


def test_a_publisher_that_lives_signs_as_the_leaves_come_and_writes_only_what_is_new(
    runtime: Runtime, log: Log
) -> None:
    with log.publisher(runtime) as publisher:
        assert publisher.step()
        assert not publisher.step()
        before = versions(runtime)
        add_leaves(runtime, 1)
        assert publisher.step()
        size = publisher.size
    fresh = sorted(ledger_key(tile.path) for tile in tiles_between(size - 1, size))
    assert sorted(key for key, _ in versions(runtime)) == sorted(
        [key for key, _ in before] + [*fresh, "libro/checkpoint"]
    )
    assert shown(runtime.bucket, log).size == size


@pytest.mark.parametrize(
    "failing", [pytest.param("tile", marks=THOROUGH), pytest.param("checkpoint", marks=THOROUGH), "register"]
)
def test_an_interrupted_step_is_done_again_with_the_same_bytes(
    runtime: Runtime, log: Log, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.publish(runtime)
    add_leaves(runtime, 5)
    name = {"tile": "write_tile", "checkpoint": "write_checkpoint"}.get(failing, "record")
    module = publication if failing == "register" else published

    def fails(*_arguments: object) -> None:
        raise StorageError("the power went")

    with monkeypatch.context() as patched, log.publisher(runtime) as publisher:
        publisher.resume()
        patched.setattr(module, name, fails)
        with pytest.raises(StorageError):
            publisher.step()
        remembered = (log.folder / "checkpoint").read_bytes()
        with pytest.raises(StorageError):
            publisher.step()
    with log.publisher(runtime) as publisher:
        publisher.step()
        assert publisher.size == len(data_of(runtime))
    assert failing == "tile" or (log.folder / "checkpoint").read_bytes() == remembered
    assert published.read_checkpoint(runtime.bucket) == (log.folder / "checkpoint").read_bytes()


@pytest.mark.thorough
def test_a_process_that_goes_on_after_an_outage_publishes_what_it_signed(
    runtime: Runtime, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    with log.publisher(runtime) as publisher:
        with monkeypatch.context() as patched:

            def fails(*_arguments: object) -> None:
                raise StorageError("away")

            patched.setattr(published, "write_checkpoint", fails)
            with pytest.raises(StorageError):
                publisher.step()
            assert published.read_checkpoint(runtime.bucket) is None
        assert not publisher.step()
        assert shown(runtime.bucket, log).size == publisher.size


def _leaf(runtime: Runtime, index: int, **values: object) -> None:
    with runtime.database.transaction() as session:
        session.execute(update(LedgerLeaf).where(LedgerLeaf.index == index).values(**values))


def _rewritten(runtime: Runtime) -> None:
    """Another first leaf, without a trace in itself."""
    _leaf(runtime, 0, data="{}", hash=leaf_hash(b"{}").hex())


def _altered(runtime: Runtime) -> None:
    _leaf(runtime, 0, data="{}")


def _missing(runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        session.execute(delete(LedgerLeaf).where(LedgerLeaf.index == 3))


def _rolled_back(runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        size = session.get_one(LedgerHead, 1).size
        session.execute(delete(LedgerLeaf).where(LedgerLeaf.index == size - 1))
        session.execute(update(LedgerHead).values(size=size - 1))


def _forked(runtime: Runtime) -> None:
    _rolled_back(runtime)
    add_leaves(runtime, 2)


@pytest.mark.parametrize(
    "harm", [_rewritten, *(pytest.param(each, marks=THOROUGH) for each in (_altered, _missing, _rolled_back, _forked))]
)
def test_a_register_that_is_not_the_one_that_was_signed_is_not_signed_again(
    runtime: Runtime, log: Log, harm: Callable[[Runtime], None]
) -> None:
    log.publish(runtime)
    before = versions(runtime)
    harm(runtime)
    add_leaves(runtime, 1)
    with log.publisher(runtime) as publisher:
        for _ in range(2):
            with pytest.raises(Inconsistent, match="no es aquel"):
                publisher.step()
    assert versions(runtime) == before


@pytest.mark.parametrize("harm", [_rolled_back, pytest.param(_forked, marks=THOROUGH)])
def test_a_publisher_that_lives_sees_that_the_register_went_back(
    runtime: Runtime, log: Log, harm: Callable[[Runtime], None]
) -> None:
    with log.publisher(runtime) as publisher:
        publisher.step()
        harm(runtime)
        with pytest.raises(Inconsistent, match="no es aquel"):
            publisher.step()


@pytest.mark.thorough
def test_who_forgot_what_it_signed_signs_nothing_until_somebody_tells_it(runtime: Runtime, log: Log) -> None:
    log.publish(runtime)
    note = (log.folder / "checkpoint").read_text()
    (log.folder / "checkpoint").unlink()
    add_leaves(runtime, 1)
    with pytest.raises(Inconsistent, match="no recuerda"):
        log.publish(runtime)
    (log.folder / "checkpoint").write_text(note)
    assert log.publish(runtime) == len(data_of(runtime))


@pytest.mark.thorough
def test_a_memory_under_another_key_is_no_memory(runtime: Runtime, log: Log) -> None:
    log.publish(runtime)
    with pytest.raises(Inconsistent, match="no es de su llave"):
        Log(SignerKey.generate(ORIGIN), log.folder).publish(runtime)


@pytest.mark.thorough
def test_a_memory_of_yesterday_is_made_whole_by_what_was_published(runtime: Runtime, log: Log) -> None:
    log.publish(runtime)
    yesterday = (log.folder / "checkpoint").read_text()
    add_leaves(runtime, 4)
    size = log.publish(runtime)
    (log.folder / "checkpoint").write_text(yesterday)  # as a restored disk has it
    _rolled_back(runtime)
    with pytest.raises(Inconsistent, match=f"un libro de {size}"):
        log.publish(runtime)


@pytest.mark.thorough
def test_into_an_empty_store_everything_is_published_again(runtime: Runtime, log: Log) -> None:
    add_leaves(runtime, 300)
    size = log.publish(runtime)
    runtime.bucket._name += "-otro"
    runtime.bucket.ensure(retention_days=0)
    assert log.publish(runtime) == size
    assert published_entries(runtime.bucket, size) == data_of(runtime)
    assert shown(runtime.bucket, log).size == size


@ON_BOTH
def test_one_publisher_at_a_time(runtime: Runtime, log: Log, clock: TestClock, tmp_path: Path) -> None:
    (tmp_path / "otra").mkdir()
    other = make_log(tmp_path / "otra")
    with log.publisher(runtime) as publisher:
        publisher.step()
        with pytest.raises(Busy):
            Memory(log.folder)
        with pytest.raises(AnotherPublisher):
            other.publish(runtime)
        clock.time += LEASE
        with pytest.raises(Inconsistent, match="no recuerda"):  # it is its turn, and it never signed this ledger
            other.publish(runtime)
        add_leaves(runtime, 1)
        with pytest.raises(AnotherPublisher):
            publisher.step()


@pytest.mark.thorough
def test_who_comes_back_need_not_wait_for_its_own_lease(runtime: Runtime, log: Log) -> None:
    log.publish(runtime)
    log.publish(runtime)


@pytest.mark.thorough
def test_trouble_is_told_once_and_until_it_is_over(runtime: Runtime, clock: TestClock) -> None:
    holder = uuid4()

    def told(by: UUID, words: str) -> tuple[str, object]:
        publication.tell(runtime.database, by, words, clock())
        with runtime.database.reading() as session:
            row = session.get_one(LedgerPublisher, 1)
            return row.trouble, row.since

    publication.claim(runtime.database, holder, clock())
    first = told(holder, "Algo.")
    assert first[0] == "Algo."
    assert told(holder, "Algo.") == first
    assert told(uuid4(), "Otra cosa.") == first
    clock.time += timedelta(minutes=1)
    assert told(holder, "")[0] == ""


@pytest.mark.thorough
def test_no_leaf_is_signed_that_its_register_does_not_have_whole(runtime: Runtime, log: Log) -> None:
    log.publish(runtime)
    with runtime.database.transaction() as session:
        session.execute(text("UPDATE ledger_head SET size = size + 1"))
    with pytest.raises(Inconsistent, match="le faltan hojas"):
        log.publish(runtime)


def test_the_process_raises_the_alarm_until_the_register_is_mended(
    runtime: Runtime, log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(publish, "ALARM_SECONDS", 0.1)
    log.publish(runtime)
    good = data_of(runtime)[0].decode()
    _rewritten(runtime)
    stop, memory = threading.Event(), Memory(log.folder)
    publisher = Publisher(runtime.database, runtime.bucket, log.key, memory, runtime.clock)
    thread = threading.Thread(target=publish.run, args=(publisher, runtime.database, memory, stop))
    thread.start()

    def trouble() -> str:
        with runtime.database.reading() as session:
            return session.get_one(LedgerPublisher, 1).trouble

    try:
        wait_until(lambda: "no son las que se firmaron" in trouble())
        assert "nothing is signed" in caplog.text
        assert [each.code.value for each in publishing(runtime.database, runtime.clock())] == ["publicacion_detenida"]
        _leaf(runtime, 0, data=good, hash=leaf_hash(good.encode()).hex())
        wait_until(lambda: trouble() == "")
        add_leaves(runtime, 1)
        wait_until(lambda: shown(runtime.bucket, log).size == len(data_of(runtime)))
        assert list(publishing(runtime.database, runtime.clock())) == []
    finally:
        stop.set()
        thread.join()
        memory.close()


@pytest.mark.thorough
def test_leaves_that_nobody_publishes_are_told(runtime: Runtime, log: Log, clock: TestClock) -> None:
    log.publish(runtime)
    add_leaves(runtime, 1)
    assert list(publishing(runtime.database, clock())) == []
    clock.time += LATE
    assert [each.code.value for each in publishing(runtime.database, clock())] == ["publicacion_atrasada"]


def wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.thorough
def test_what_somebody_else_signed_with_our_key_stops_us(runtime: Runtime, log: Log) -> None:
    size = log.publish(runtime)
    other = Checkpoint(log.key.name, size, bytes(32))
    published.write_checkpoint(runtime.bucket, Note(other.text, (log.key.sign(other.text),)).content)
    with pytest.raises(Inconsistent, match=f"Las primeras {size} hojas"):
        log.publish(runtime)


@pytest.mark.thorough
def test_a_start_keeps_the_signatures_of_witnesses(runtime: Runtime, log: Log) -> None:
    log.publish(runtime)
    witness = SignerKey.generate("testigo.example/w", WITNESS)
    note = Note.parse(published.read_checkpoint(runtime.bucket) or b"")
    cosigned = note.with_more([witness.sign(note.text, at=1_795_650_000)]).content
    published.write_checkpoint(runtime.bucket, cosigned)
    log.publish(runtime)
    assert published.read_checkpoint(runtime.bucket) == cosigned.encode()
