"""The publisher and its witnesses: their signatures are in what is published, and none of them holds it."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from oficialia.embedded.ports import LOOPBACK
from oficialia.models import LedgerCheckpoint
from oficialia.runtime import Runtime
from oficialia.services import published
from signing.note import WITNESS, Note, SignerKey, signed_by
from signing.tlog_policy import Party
from tests.support.ledgers import add_leaves
from tests.support.publishing import Log, make_log
from tests.support.witnesses import Running, running
from workers import witnesses as asking
from workers.publisher import Publisher
from workers.witnesses import PAUSE_SECONDS, Witnesses


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return make_log(tmp_path)


@pytest.fixture
def two(tmp_path: Path, log: Log, runtime: Runtime) -> Iterator[list[Running]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(tmp_path / name, log.key.verifier, runtime.clock)) for name in ("uno", "dos")
        ]


class Timer:
    """Seconds that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def publisher(log: Log, runtime: Runtime, parties: list[Party], timer: Timer | None = None) -> Iterator[Publisher]:
    asked = Witnesses(parties, timer or Timer())
    with log.publisher(runtime, asked) as started:
        yield started
    asked.close()


def cosigned(runtime: Runtime, parties: list[Party]) -> set[str]:
    """Who of them signed what is published now; the register has the same."""
    note = published.read_checkpoint(runtime.bucket) or b""
    with runtime.database.reading() as session:
        size = int(note.split(b"\n")[1])
        [row] = session.query(LedgerCheckpoint).filter_by(size=size)
        assert row.note.encode() == note
    return {each.key.name for each in signed_by(Note.parse(note), [party.key for party in parties])}


def test_every_checkpoint_has_the_signatures_of_both(runtime: Runtime, log: Log, two: list[Running]) -> None:
    parties = [each.party for each in two]
    with publisher(log, runtime, parties) as publishing:
        for count in (1, 300, 2):
            add_leaves(runtime, count)
            publishing.step()
            assert cosigned(runtime, parties) == {"uno.example", "dos.example"}


def test_who_knew_the_log_already_tells_where_it_was(runtime: Runtime, log: Log, two: list[Running]) -> None:
    parties = [each.party for each in two]
    for count in (7, 20):
        add_leaves(runtime, count)
        with publisher(log, runtime, parties) as publishing:  # a new process knows of no sizes
            publishing.step()
        assert len(cosigned(runtime, parties)) == 2


def test_a_witness_that_is_away_is_left_alone_and_signs_once_it_is_back(
    runtime: Runtime, log: Log, tmp_path: Path
) -> None:
    timer, key = Timer(), SignerKey.generate("uno.example", WITNESS)
    with running(tmp_path / "uno", log.key.verifier, runtime.clock, key) as away:
        party = away.party
    add_leaves(runtime, 3)
    with publisher(log, runtime, [party], timer) as publishing:
        publishing.step()
        assert cosigned(runtime, [party]) == set()
        with running(tmp_path / "uno", log.key.verifier, runtime.clock, key) as back:
            party.__dict__["url"] = back.party.url  # it listens elsewhere now; that it does is not what is tested
            publishing.step()
            assert cosigned(runtime, [party]) == set()
            timer.now += PAUSE_SECONDS
            assert not publishing.step()
            assert cosigned(runtime, [party]) == {"uno.example"}


def test_a_witness_that_never_answers_does_not_hold_the_others(
    runtime: Runtime, log: Log, two: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.5)
    with socket.create_server((LOOPBACK, 0)) as deaf:
        silent = Party("x", SignerKey.generate("x", WITNESS).verifier, f"http://{LOOPBACK}:{deaf.getsockname()[1]}")
        parties = [two[0].party, silent]
        add_leaves(runtime, 3)
        with publisher(log, runtime, parties) as publishing:
            began = time.monotonic()
            publishing.step()
            add_leaves(runtime, 1)
            publishing.step()
            assert time.monotonic() - began < 2.5
            assert cosigned(runtime, parties) == {"uno.example"}


def test_a_signature_of_somebody_else_is_not_taken(runtime: Runtime, log: Log, two: list[Running]) -> None:
    false = Party("x", SignerKey.generate("uno.example", WITNESS).verifier, two[0].party.url)
    add_leaves(runtime, 3)
    with publisher(log, runtime, [false]) as publishing:
        publishing.step()
    assert len(Note.parse(published.read_checkpoint(runtime.bucket) or b"").signatures) == 1


def test_a_restart_keeps_the_signatures_of_witnesses_that_are_away_by_then(
    runtime: Runtime, log: Log, two: list[Running]
) -> None:
    parties = [each.party for each in two]
    add_leaves(runtime, 3)
    with publisher(log, runtime, parties) as publishing:
        publishing.step()
    log.publish(runtime)
    assert len(cosigned(runtime, parties)) == 2
