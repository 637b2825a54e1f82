"""Merkle trees as RFC 6962 section 2.1 defines them, word by word and slow; what ours is compared with."""

import hashlib
from collections.abc import Sequence
from functools import cache

from oficialia.domain.merkle import Nodes


@cache
def leaves(size: int) -> list[bytes]:
    """The leaf hashes of that many small entries."""
    return [hashlib.sha256(b"\0" + entry).digest() for entry in entries(size)]


def entries(size: int) -> list[bytes]:
    """That many small entries."""
    return [b"entry %d" % number for number in range(size)]


def nodes_of(hashes: Sequence[bytes]) -> Nodes:
    """The nodes of a tree whose leaf hashes are all at hand."""
    return lambda height, place: naive_root(hashes[place << height : (place + 1) << height])


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """MTH, from the hashes of the leaves."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = _largest_power_below(len(hashes))
    return hashlib.sha256(b"\1" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_inclusion(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(hashes) == 1:
        return []
    k = _largest_power_below(len(hashes))
    if m < k:
        return [*naive_inclusion(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_inclusion(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_consistency(m: int, hashes: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], known)."""
    if m == len(hashes):
        return [] if known else [naive_root(hashes)]
    k = _largest_power_below(len(hashes))
    if m <= k:
        return [*naive_consistency(m, hashes[:k], known=known), naive_root(hashes[k:])]
    return [*naive_consistency(m - k, hashes[k:], known=False), naive_root(hashes[:k])]


def _largest_power_below(n: int) -> int:
    return 1 << ((n - 1).bit_length() - 1)
