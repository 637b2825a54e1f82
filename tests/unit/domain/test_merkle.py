"""The Merkle tree of RFC 6962: roots and proofs, against vectors and against the definition written down naively."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oficialia.domain.merkle import (
    Compact,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    merkle_root,
    root,
    root_of,
)
from tests.support.trees import leaves, naive_consistency, naive_inclusion, naive_root, nodes_of

# The test tree of certificate-transparency: entries, the roots of its first 0 to 8, and some of its proofs.
ENTRIES = [
    bytes.fromhex(e)
    for e in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
SIX_TO_EIGHT = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
HASHES = [leaf_hash(entry) for entry in ENTRIES]
SIZES = st.integers(1, 600)


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_the_certificate_transparency_vectors(size: int) -> None:
    assert merkle_root(ENTRIES[:size]).hex() == root_of(HASHES[:size]).hex() == ROOTS[size]
    assert root(size, nodes_of(HASHES)).hex() == ROOTS[size]


def test_proofs_are_those_of_the_vectors() -> None:
    nodes = nodes_of(HASHES)
    assert [each.hex() for each in inclusion_proof(0, 8, nodes)] == FIRST_OF_EIGHT
    assert [each.hex() for each in consistency_proof(1, 8, nodes)] == FIRST_OF_EIGHT
    assert [each.hex() for each in consistency_proof(6, 8, nodes)] == SIX_TO_EIGHT


@pytest.mark.parametrize("size", [*range(20), 255, 256, 257])
def test_a_tree_that_grows_has_the_root_of_the_definition(size: int) -> None:
    tree = Compact()
    for each in leaves(size):
        tree.add(each)
    assert tree.root() == naive_root(leaves(size))
    assert tree.size == size


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_inclusion_is_proven_as_the_rfc_defines_it_and_for_that_leaf_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    proof = inclusion_proof(index, size, nodes_of(hashes))
    assert list(proof) == naive_inclusion(index, hashes)
    expected = root_of(hashes)
    assert is_included(hashes[index], index, size, proof, expected)
    assert not is_included(leaf_hash(b"another"), index, size, proof, expected)
    assert not is_included(hashes[index], index, size, [*proof, expected], expected)
    assert not is_included(hashes[index], index, size, proof, leaf_hash(b"another root"))
    for place in range(len(proof)):
        wrong = [*proof[:place], leaf_hash(b"another"), *proof[place + 1 :]]
        assert not is_included(hashes[index], index, size, wrong, expected)
        assert not is_included(hashes[index], index, size, [*proof[:place], *proof[place + 1 :]], expected)
    if size > 1:
        other = (index + 1) % size
        assert not is_included(hashes[index], other, size, proof, expected)


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_consistency_is_proven_as_the_rfc_defines_it_and_for_those_roots_alone(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    hashes = leaves(size)
    proof = consistency_proof(old, size, nodes_of(hashes))
    before, after, strange = root_of(hashes[:old]), root_of(hashes), leaf_hash(b"another root")
    assert list(proof) == naive_consistency(old, hashes)
    assert is_consistent(old, size, proof, before, after)
    assert not is_consistent(old, size, proof, strange, after)
    assert not is_consistent(old, size, proof, before, strange)
    assert not is_consistent(old, size, [*proof, strange], before, after)
    for place in range(len(proof)):
        assert not is_consistent(old, size, [*proof[:place], strange, *proof[place + 1 :]], before, after)
        assert not is_consistent(old, size, [*proof[:place], *proof[place + 1 :]], before, after)
    if old < size:  # another tree of the same beginning, but for one of its leaves
        fork = root_of([*hashes[: old - 1], strange, *hashes[old:]])
        assert not is_consistent(old, size, proof, before, fork)


def test_every_tree_follows_the_empty_one_and_nothing_else_follows_from_nothing() -> None:
    empty, some = root_of([]), root_of(HASHES)
    assert empty == hashlib.sha256(b"").digest()
    assert consistency_proof(0, 8, nodes_of(HASHES)) == ()
    assert is_consistent(0, 8, [], empty, some)
    assert is_consistent(0, 0, [], empty, empty)
    assert not is_consistent(0, 8, [some], empty, some)
    assert not is_consistent(0, 8, [], some, some)
    assert not is_consistent(0, 0, [], empty, some)


def test_a_smaller_tree_follows_no_larger_one_and_no_tree_has_leaves_beyond_it() -> None:
    nodes = nodes_of(HASHES)
    with pytest.raises(ValueError, match="no leaf 8"):
        inclusion_proof(8, 8, nodes)
    with pytest.raises(ValueError, match="does not follow"):
        consistency_proof(8, 7, nodes)
    assert not is_consistent(8, 7, consistency_proof(7, 8, nodes), root_of(HASHES), root_of(HASHES[:7]))
    assert not is_included(HASHES[0], 8, 8, inclusion_proof(0, 8, nodes), root_of(HASHES))
    assert not is_included(HASHES[0], -1, 8, inclusion_proof(0, 8, nodes), root_of(HASHES))
