"""The witness, step by step of its rules: what it refuses, with which status, and that it never signs two histories."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oficialia.alone import Busy
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import consistency_proof
from oficialia.domain.tlog_witness import SIZE_TYPE, AddCheckpoint
from oficialia.witness.memory import Memory
from oficialia.witness.rules import Answer, Witness
from signing.note import WITNESS, Note, SignerKey, parse_signatures
from tests.support.trees import leaves, naive_root, nodes_of

LOG = SignerKey.generate("chalco.example/libro")
KEY = SignerKey.generate("testigo.example", WITNESS)
NOON = datetime(2026, 11, 25, 18, tzinfo=UTC)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    opened = Memory(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def witness(memory: Memory) -> Witness:
    return Witness(KEY, [LOG.verifier], memory, lambda: NOON)


def note(size: int, *, root: bytes = b"", key: SignerKey = LOG, origin: str = LOG.name) -> str:
    text = Checkpoint(origin, size, root or naive_root(leaves(size))).text
    return Note(text, (key.sign(text),)).content


def request(old: int, new: int, proof: tuple[bytes, ...] | None = None, shown: str = "") -> bytes:
    made = consistency_proof(old, new, nodes_of(leaves(new))) if proof is None else proof
    return AddCheckpoint(old, made, shown or note(new)).text.encode()


def cosigned(answer: Answer, size: int) -> None:
    """The one line is a good cosignature of now."""
    [signature] = parse_signatures(answer.body)
    assert answer.status == 200
    assert KEY.verifier.signed_at(Note.parse(note(size)).text, signature.value) == int(NOON.timestamp())


def test_a_growing_log_is_cosigned_each_time(witness: Witness) -> None:
    for old, new in ((0, 1), (1, 4), (4, 4), (4, 300)):
        cosigned(witness.add_checkpoint(request(old, new)), new)
    assert witness.sizes() == {LOG.verifier: 300}


@pytest.mark.parametrize("body", [b"", b"\xff", b"old 0\n\nnada", b"old 0\n\nnada\n\n", request(0, 1)[4:]])
def test_1_what_is_no_request_is_400(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status == 400


def test_2_a_log_that_nobody_told_it_to_watch_is_404(witness: Witness) -> None:
    other = SignerKey.generate("otro.example/libro")
    assert witness.add_checkpoint(request(0, 1, (), note(1, key=other, origin=other.name))).status == 404


@pytest.mark.parametrize("thief", [SignerKey.generate(LOG.name), SignerKey.generate("otro.example")])
def test_3_a_checkpoint_by_another_key_is_403(witness: Witness, thief: SignerKey) -> None:
    assert witness.add_checkpoint(request(0, 1, (), note(1, key=thief))).status == 403


def test_3_a_signature_in_the_name_of_the_log_over_another_text_is_403(witness: Witness) -> None:
    text, other = Note.parse(note(1)), Note.parse(note(2))
    assert witness.add_checkpoint(request(0, 1, (), Note(text.text, other.signatures).content)).status == 403


def test_4_an_old_size_above_the_new_one_is_400(witness: Witness) -> None:
    assert witness.add_checkpoint(request(5, 4, ())).status == 400


def test_5_another_old_size_than_it_remembers_is_409_with_its_size(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 4))
    assert witness.add_checkpoint(request(0, 7)) == Answer(409, "4\n", SIZE_TYPE)
    assert witness.add_checkpoint(request(0, 3)) == Answer(409, "4\n", SIZE_TYPE)


def test_5_another_root_for_the_same_size_is_409(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 4))
    assert witness.add_checkpoint(request(4, 4, (), note(4, root=bytes(32)))).status == 409


@pytest.mark.parametrize("proof", [(), (bytes(32),), (bytes(32),) * 4])
def test_6_a_tree_that_does_not_begin_with_the_old_one_is_422(witness: Witness, proof: tuple[bytes, ...]) -> None:
    witness.add_checkpoint(request(0, 4))
    assert witness.add_checkpoint(request(4, 7, proof)).status == 422
    assert witness.sizes() == {LOG.verifier: 4}


def test_6_history_that_the_stolen_key_of_the_log_rewrote_is_422(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 4))
    forged = [*leaves(3), bytes(32), *leaves(7)[4:]]
    proof = consistency_proof(4, 7, nodes_of(forged))
    assert witness.add_checkpoint(request(4, 7, proof, note(7, root=naive_root(forged)))).status == 422


def test_6_the_empty_log_needs_no_proof_and_bears_none(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, 4, (bytes(32),))).status == 422


def test_7_what_was_cosigned_is_remembered_by_the_next_process(memory: Memory, witness: Witness) -> None:
    witness.add_checkpoint(request(0, 4))
    again = Witness(KEY, [LOG.verifier], memory, lambda: NOON)
    assert again.add_checkpoint(request(0, 7)).status == 409
    cosigned(again.add_checkpoint(request(4, 7)), 7)


def test_7_without_memory_nothing_is_signed(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(request(0, 4))
    [file] = tmp_path.glob("*.checkpoint")
    file.write_text("roto", "utf-8")
    with pytest.raises(ValueError, match="checkpoint"):
        witness.add_checkpoint(request(4, 7))


def test_two_witnesses_do_not_share_a_memory(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(Busy):
        Memory(tmp_path)
    assert memory.last(LOG.verifier) is None
