"""The published form of the tree: tiles and entry bundles (https://c2sp.org/tlog-tiles).

A tile holds up to 256 neighbouring hashes of one level; a hash of level ``l`` is the root of ``256**l`` leaves. Level
``ENTRIES`` is that of the bundles, which hold the leaves themselves. A full tile never changes; the last of each level
is partial, and is published again, under a path of its own, with every width that a checkpoint had.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oficialia.domain.merkle import HASH_BYTES, leaf_hash, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1
MOST_ENTRY_BYTES = 0xFFFF
_MOST_LEVEL = 63
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, order=True)
class Tile:
    """Which one: its level, its place in the level, and how many hashes or entries it has (1 to 256)."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def is_full(self) -> bool:
        """Whether it is for ever."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """Below the log's prefix: ``tile/0/x001/x234/067``, ``tile/entries/000.p/5``."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        groups = f"{self.index:03d}"
        groups = groups.rjust(-(-len(groups) // 3) * 3, "0")
        *rest, last = [groups[i : i + 3] for i in range(0, len(groups), 3)]
        return (
            f"tile/{level}/{''.join(f'x{group}/' for group in rest)}{last}{'' if self.is_full else f'.p/{self.width}'}"
        )


def parse(path: str) -> Tile:
    """The tile of a path in its one spelling. Raises ValueError for anything else."""
    match = _PATH.fullmatch(path)
    if match is None:
        msg = "not the path of a tile"
        raise ValueError(msg)
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    tile = Tile(level, int(match["index"].replace("x", "").replace("/", "")), int(match["width"] or WIDTH))
    if level > _MOST_LEVEL or tile.width > WIDTH or tile.path != path:
        msg = "not the path of a tile"
        raise ValueError(msg)
    return tile


def width_in(level: int, index: int, size: int) -> int:
    """How many hashes (or entries) that tile has in a tree of ``size`` leaves: 0 to 256."""
    there = size >> (HEIGHT * max(level, 0))
    return min(max(there - index * WIDTH, 0), WIDTH)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles and bundles that a tree of ``new`` leaves has and one of ``old`` had not, bundles first; from 0, all.

    With a partial tile only in the width that ``new`` gives it.
    """
    for level in range(ENTRIES, _MOST_LEVEL):
        before, now = (size >> (HEIGHT * max(level, 0)) for size in (old, new))
        if now == 0:
            return
        for index in range(before // WIDTH, -(-now // WIDTH)):
            tile = Tile(level, index, width_in(level, index, new))
            if tile.width != width_in(level, index, old):
                yield tile


def bundle(entries: list[bytes]) -> bytes:
    """Entries with their lengths (two bytes, big-endian) before them. Raises ValueError for one that is too long."""
    if any(len(entry) > MOST_ENTRY_BYTES for entry in entries):
        msg = "an entry has more than 65,535 bytes"
        raise ValueError(msg)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(content: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError where it is cut off."""
    entries, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        entry = content[at + 2 : at + 2 + length]
        if at + 2 > len(content) or len(entry) != length:
            msg = "the bundle is cut off"
            raise ValueError(msg)
        entries.append(entry)
        at += 2 + length
    return entries


def hashes_in(content: bytes) -> list[bytes]:
    """The hashes of a tile. Raises ValueError where they are not whole."""
    if not content or len(content) % HASH_BYTES:
        msg = "a tile holds whole hashes"
        raise ValueError(msg)
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


class TiledTree:
    """The nodes of a tree of ``size`` leaves, from its tiles; each tile is read once.

    ``read`` gives the bytes of a tile of that tree, from wherever it is published; what it raises goes through. Nothing
    is believed for having been read: a proof made of these nodes is to be checked against a root that was signed.
    """

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._read = read
        self._known: dict[Tile, list[bytes]] = {}

    def node(self, height: int, place: int) -> bytes:
        """The hash of a complete subtree (``merkle.Nodes``). Raises ValueError where the tree or its tile has it
        not."""
        level, above = divmod(height, HEIGHT)
        first = place << above
        hashes = self._hashes(level, first // WIDTH)[first % WIDTH : first % WIDTH + (1 << above)]
        if len(hashes) != 1 << above:
            msg = f"no complete subtree {place} of height {height} among {self.size} leaves"
            raise ValueError(msg)
        return root_of(hashes)

    def _hashes(self, level: int, index: int) -> list[bytes]:
        tile = Tile(level, index, width_in(level, index, self.size))
        if tile not in self._known:
            hashes = hashes_in(self._read(tile)) if tile.width else []
            if len(hashes) != tile.width:
                msg = f"{tile.path} holds {len(hashes)} hashes"
                raise ValueError(msg)
            self._known[tile] = hashes
        return self._known[tile]


class GrowingTree:
    """A tree that leaves are added to, and the tiles that this makes. It keeps the last tile of each level alone: some
    100 KB however many leaves there are, and adding one costs the same in any of them."""

    def __init__(self) -> None:
        self.size = 0
        self.last_leaf = b""
        """The hash of the leaf that was added last."""
        self._entries: list[bytes] = []
        self._levels: list[list[bytes]] = [[]]

    def add(self, entry: bytes) -> list[tuple[Tile, bytes]]:
        """One more leaf; the tiles and the bundle that it fills, with their bytes.

        Raises ValueError for one that is too long, and has not added it.
        """
        bundle([entry])
        self.last_leaf = leaf_hash(entry)
        self._entries.append(entry)
        self._levels[0].append(self.last_leaf)
        full = []
        if len(self._entries) == WIDTH:
            full.append((Tile(ENTRIES, self.size // WIDTH), bundle(self._entries)))
            self._entries = []
        self.size += 1
        level = 0
        while len(self._levels[level]) == WIDTH:
            index = (self.size >> (HEIGHT * (level + 1))) - 1
            hashes, self._levels[level] = self._levels[level], []
            full.append((Tile(level, index), b"".join(hashes)))
            if level + 1 == len(self._levels):
                self._levels.append([])
            level += 1
            self._levels[level].append(root_of(hashes))
        return full

    def partial(self, since: int = 0) -> list[tuple[Tile, bytes]]:
        """The partial tiles and the partial bundle of the tree as it is now, with their bytes; without those that it
        had when it had ``since`` leaves."""
        found = []
        if self._entries:
            found.append((Tile(ENTRIES, self.size // WIDTH, len(self._entries)), bundle(self._entries)))
        for level, hashes in enumerate(self._levels):
            if hashes:
                index = self.size >> (HEIGHT * (level + 1))
                found.append((Tile(level, index, len(hashes)), b"".join(hashes)))
        return [each for each in found if width_in(each[0].level, each[0].index, since) != each[0].width]

    def root(self) -> bytes:
        """The root as it is now."""
        found: list[bytes] = []
        for hashes in self._levels:
            if both := [*hashes, *found]:
                found = [root_of(both)]
        return found[0] if found else root_of([])
