"""The Merkle tree of RFC 6962 and RFC 9162: hashes, proofs of inclusion and of consistency, and checking both.

``D[a:b]`` are the leaves from ``a`` to before ``b``, and a *complete subtree* is one of ``2**height`` leaves whose
first leaf is a multiple of that number; it is named by its height and its place among those of its height. Whoever
makes a proof hands in ``nodes``, which gives the hash of a complete subtree; it may come from leaves in memory or from
published tiles (``tiles.py``). No function here trusts a number that came from outside: checking never raises.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Nodes: TypeAlias = Callable[[int, int], bytes]
"""Of a complete subtree: (height, place) gives ``MTH(D[place << height : (place + 1) << height])``."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(entries: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash of ``entries`` in order (RFC 6962 section 2.1); that of no entries is the SHA-256 of the empty
    string."""
    return root_of(map(leaf_hash, entries))


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The same root from the leaf hashes in order, one at a time, keeping only one hash of each full subtree.

    The hashes may also be of subtrees, all complete and of one height but for the last, which may have fewer leaves.
    """
    tree = Compact()
    for each in hashes:
        tree.add(each)
    return tree.root()


class Compact:
    """A tree that only grows, as one hash of each of its largest complete subtrees: some twenty for a million."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []  # (leaves, hash), each larger than the next

    def add(self, leaf: bytes) -> None:
        """One more leaf, by its hash."""
        self.size += 1
        subtree = (1, leaf)
        while self._subtrees and self._subtrees[-1][0] == subtree[0]:
            leaves, left = self._subtrees.pop()
            subtree = (leaves * 2, node_hash(left, subtree[1]))
        self._subtrees.append(subtree)

    def root(self) -> bytes:
        """The root as it is now."""
        return _joined([each for _, each in self._subtrees]) if self._subtrees else EMPTY_ROOT


def _joined(hashes: list[bytes]) -> bytes:
    """The root over neighbours, each larger than the next: the smallest are joined first."""
    *others, root = hashes
    for left in reversed(others):
        root = node_hash(left, root)
    return root


def _split(leaves: int) -> int:
    """The largest power of two below ``leaves``, which are two or more."""
    return 1 << ((leaves - 1).bit_length() - 1)


def range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """MTH(D[start:end]), not empty; ``start`` is a multiple of the least power of two that is not below its length, as
    in every subtree that a proof names."""
    parts = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append(nodes(height, start >> height))
        start += 1 << height
    return _joined(parts)


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the first ``size`` leaves."""
    return range_hash(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962 section 2.1.1, from the leaf's neighbour up. Raises ValueError where the tree
    has no such leaf."""
    if not 0 <= index < size:
        msg = f"a tree of {size} leaves has no leaf {index}"
        raise ValueError(msg)
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return tuple(range_hash(first, last, nodes) for first, last in reversed(path))


def consistency_proof(old: int, new: int, nodes: Nodes) -> tuple[bytes, ...]:
    """PROOF(old, D[new]) of RFC 6962 section 2.1.2; empty from no leaves, and between equal sizes. Raises ValueError
    where ``old`` is the larger."""
    if not 0 <= old <= new:
        msg = f"a tree of {new} leaves does not follow one of {old}"
        raise ValueError(msg)
    if old in {0, new}:
        return ()
    start, end, path = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:  # the old tree's last subtree; where it is the old tree itself, whoever checks has its root
        path.append((start, end))
    return tuple(range_hash(first, last, nodes) for first, last in reversed(path))


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether ``proof`` leads from that leaf hash at ``index`` to the root ``expected`` of ``size`` leaves (RFC 9162
    section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(each, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, each)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def is_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of ``new`` leaves begins with that of ``old`` (RFC 9162 section 2.1.4.2).

    Every tree follows the empty one, whose proof is empty; between equal sizes the proof is empty and the roots equal.
    """
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return bool(proof) and _climbs(path, place, last, old_root, new_root)


def _climbs(path: Sequence[bytes], place: int, last: int, old_root: bytes, new_root: bytes) -> bool:
    before = after = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, each)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
