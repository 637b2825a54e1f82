"""Checkpoints, proofs and what a witness is asked: each has one spelling, and is read only in it."""

from base64 import b64encode

import pytest

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.merkle import inclusion_proof, leaf_hash, root_of
from oficialia.domain.tlog_proof import TlogProof
from oficialia.domain.tlog_witness import AddCheckpoint
from tests.support.trees import entries, leaves, nodes_of

# The example of c2sp.org/tlog-checkpoint.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NOTE = f"{EXAMPLE}\n— example.com/behind-the-sofa Az3grg==\n"
HASH = b64encode(bytes(32)).decode()


def test_a_checkpoint_is_read_and_written_to_the_byte() -> None:
    found = Checkpoint.parse(EXAMPLE)
    assert (found.origin, found.size, len(found.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    assert found.text == EXAMPLE
    extended = Checkpoint.parse(EXAMPLE + "más\n")
    assert (extended.extensions, extended.text) == (("más",), EXAMPLE + "más\n")


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "a\n1\n", f"a\n1\n{HASH}", f"\n1\n{HASH}\n", f"a\n01\n{HASH}\n", f"a\n-1\n{HASH}\n"),
        *(f"a\n1 \n{HASH}\n", f"a\n٣\n{HASH}\n", f"a\n1\n{HASH[:-1]}\n", "a\n1\nAAAA\n", f"a\n1\n{HASH}\n\nmás\n"),
        *(f"a\n1\n{HASH[:-2]}B=\n", f"a\n{10**19}\n{HASH}\n"),
    ],
)
def test_nothing_else_is_a_checkpoint(text: str) -> None:
    with pytest.raises(ValueError):
        Checkpoint.parse(text)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_proof_is_read_and_written_to_the_byte_and_proves_its_leaf(size: int) -> None:
    hashes = leaves(size)
    proof = TlogProof(size - 1, inclusion_proof(size - 1, size, nodes_of(hashes)), NOTE, entries(size)[-1])
    assert TlogProof.parse(proof.text) == proof
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert proof.text.endswith(f"\n\n{NOTE}")
    assert proof.proves(proof.leaf(), size, root_of(hashes))
    assert not proof.proves(leaf_hash(b"another"), size, root_of(hashes))
    assert not proof.proves(proof.leaf(), size + 1, root_of(hashes))


def test_a_proof_needs_no_extra_data() -> None:
    text = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}"
    assert TlogProof.parse(text) == TlogProof(0, (), NOTE)
    assert TlogProof.parse(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        *("", NOTE, f"c2sp.org/tlog-proof@v2\nindex 0\n\n{NOTE}", f"c2sp.org/tlog-proof@v1\n\n{NOTE}"),
        *("c2sp.org/tlog-proof@v1\nindex 0\n", "c2sp.org/tlog-proof@v1\nindex 0\n\n"),
        f"c2sp.org/tlog-proof@v1\nindex 00\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\nextra {HASH}\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n{NOTE}",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{HASH}\n" * 64 + f"\n{NOTE}",
    ],
)
def test_nothing_else_is_a_proof(text: str) -> None:
    with pytest.raises(ValueError):
        TlogProof.parse(text)


def test_what_a_witness_is_asked_is_read_and_written_to_the_byte() -> None:
    asked = AddCheckpoint(20852014, tuple(leaves(3)), NOTE)
    assert AddCheckpoint.parse(asked.text) == asked
    first = AddCheckpoint(0, (), NOTE)
    assert (first.text, AddCheckpoint.parse(first.text)) == (f"old 0\n\n{NOTE}", first)


@pytest.mark.parametrize("text", ["", NOTE, f"old\n\n{NOTE}", f"old 01\n\n{NOTE}", "old 1\n\n", f"old 1\nx\n\n{NOTE}"])
def test_nothing_else_is_asked_of_a_witness(text: str) -> None:
    with pytest.raises(ValueError):
        AddCheckpoint.parse(text)
