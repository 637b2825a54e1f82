"""Tiles: their paths, which of them a tree has, and a tree read back from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oficialia.domain.merkle import consistency_proof, inclusion_proof, is_consistent, is_included, leaf_hash, root_of
from oficialia.domain.tiles import (
    ENTRIES,
    GrowingTree,
    Tile,
    TiledTree,
    bundle,
    hashes_in,
    parse,
    tiles_between,
    unbundle,
)
from tests.support.trees import entries, leaves


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(2, 1234067), "tile/2/x001/x234/067"),
        (Tile(0, 67, 255), "tile/0/067.p/255"),
        (Tile(ENTRIES, 1000, 1), "tile/entries/x001/000.p/1"),
        (Tile(63, 999), "tile/63/999"),
    ],
)
def test_a_path_is_as_the_specification_spells_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000"),
        *("tile/0/x000/067", "tile/0/001/067", "tile/0/x01/067", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0"),
        *("tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000/", "/tile/0/000", "tile/0/../000", "tile/datos/000"),
        *("tile/0/000\n", "tile/0/٠٠٠", "tile/0/000.p/1/x", "tile/entries/-01", "tile/0/x001/x234/067.p/300"),
    ],
)
def test_no_other_spelling_is_a_path(path: str) -> None:
    with pytest.raises(ValueError, match="not the path"):
        parse(path)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    tiles = [tile for tile in tiles_between(0, 70_000) if tile.level != ENTRIES]
    assert sum(tile.level == 0 and tile.is_full for tile in tiles) == 273
    assert [tile for tile in tiles if not tile.is_full] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [tile for tile in tiles if tile.level == 1] == [Tile(1, 0), Tile(1, 1, 17)]
    assert list(tiles_between(0, 256)) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_what_a_growing_tree_publishes_is_what_each_size_needs_and_never_changes(steps: list[int]) -> None:
    tree, size = GrowingTree(), 0
    published: dict[Tile, bytes] = {}
    for step in steps:
        fresh = [each for entry in entries(size + step)[size:] for each in tree.add(entry)]
        fresh += tree.partial(size)
        assert {tile for tile, _ in fresh} == set(tiles_between(size, size + step))
        for tile, content in fresh:
            assert published.setdefault(tile, content) == content
        size += step
        assert (tree.size, tree.root(), tree.last_leaf) == (size, root_of(leaves(size)), leaves(size)[-1])
    bundles = sorted(tile for tile in published if tile.level == ENTRIES and (tile.is_full or tile.width == size % 256))
    last = [tile for tile in bundles if tile.is_full or tile.index == size // 256]
    assert [entry for tile in last for entry in unbundle(published[tile])] == entries(size)


def test_proofs_are_made_from_the_tiles_of_that_size_alone() -> None:
    tree = GrowingTree()
    published = dict(each for entry in entries(70_000) for each in tree.add(entry))
    published |= dict(tree.partial())
    read: list[Tile] = []

    def look(tile: Tile) -> bytes:
        read.append(tile)
        return published[tile]

    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        read.clear()
        proof = inclusion_proof(index, tree.size, TiledTree(tree.size, look).node)
        assert is_included(leaf_hash(entries(index + 1)[index]), index, tree.size, proof, tree.root())
        assert len(read) == len(set(read)) <= 5
    for old in (1, 256, 65_536, 65_537, 69_999):
        proof = consistency_proof(old, tree.size, TiledTree(tree.size, look).node)
        assert is_consistent(old, tree.size, proof, root_of(leaves(old)), tree.root())


def test_a_tile_that_is_not_of_its_width_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tile/0/000\.p/3 holds 2 hashes"):
        TiledTree(3, lambda _: bytes(64)).node(0, 0)
    with pytest.raises(ValueError, match="whole hashes"):
        TiledTree(3, lambda _: bytes(63)).node(0, 0)
    with pytest.raises(ValueError, match="no complete subtree"):
        TiledTree(3, lambda _: bytes(96)).node(1, 1)


def test_bundles_keep_entries_of_any_bytes_and_refuse_what_is_too_long_or_cut_off() -> None:
    some = [b"", b"\0\0", "ñ".encode(), bytes(65_535)]
    assert unbundle(bundle(some)) == some
    assert bundle([b"ab"]) == b"\0\2ab"
    with pytest.raises(ValueError, match="65,535"):
        bundle([bytes(65_536)])
    for cut in (b"\0", b"\0\2a"):
        with pytest.raises(ValueError, match="cut off"):
            unbundle(cut)
    with pytest.raises(ValueError, match="whole hashes"):
        hashes_in(b"")


def test_an_entry_that_is_too_long_is_not_added() -> None:
    tree = GrowingTree()
    with pytest.raises(ValueError, match="65,535"):
        tree.add(bytes(65_536))
    assert (tree.size, tree.partial(), tree.root()) == (0, [], root_of([]))
