"""A proof that a leaf is in a log, in one file that needs nothing else (https://c2sp.org/tlog-proof).

c2sp.org/tlog-proof@v1
extra <base64>              ours: the leaf itself, from which its hash is made
index <number>
<hash in base64>            none or more, from the leaf's neighbour to below the root
                            (an empty line)
<signed checkpoint>         to the end, with the signatures of the log and of its witnesses
"""

from dataclasses import dataclass

from oficialia.domain import spelling
from oficialia.domain.merkle import is_included, leaf_hash

HEADER = "c2sp.org/tlog-proof@v1"
# A tree of 2**63 leaves needs no more.
MOST_HASHES = 63
_EXTRA, _INDEX = "extra ", "index "


@dataclass(frozen=True)
class TlogProof:
    """What the file says. Nothing of it is authentic before ``checkpoint`` is verified (``signing/note.py``) and
    ``proves`` was asked with what that says; ``extra`` least of all."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str  # a signed note, verbatim
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The file."""
        extra = [_EXTRA + spelling.spell(self.extra)] if self.extra else []
        lines = [HEADER, *extra, f"{_INDEX}{self.index}", *map(spelling.spell, self.hashes), ""]
        return "".join(f"{line}\n" for line in lines) + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """The proof of a file, from which it can be written again to the byte. Raises ValueError."""
        head, separator, checkpoint = text.partition("\n\n")
        header, *lines = head.split("\n")
        extra = spelling.unspell(lines.pop(0).removeprefix(_EXTRA)) if lines and lines[0].startswith(_EXTRA) else b""
        if header != HEADER or not separator or not checkpoint or not lines or not lines[0].startswith(_INDEX):
            msg = f"not a {HEADER}"
            raise ValueError(msg)
        index, *hashes = lines
        if len(hashes) > MOST_HASHES:
            msg = "more hashes than any tree needs"
            raise ValueError(msg)
        found = tuple(spelling.unspell_hash(each) for each in hashes)
        return cls(spelling.number(index.removeprefix(_INDEX)), found, checkpoint, extra)

    def proves(self, leaf: bytes, size: int, root: bytes) -> bool:
        """Whether the leaf of that hash is at ``index`` in the tree of that size and root."""
        return is_included(leaf, self.index, size, self.hashes, root)

    def leaf(self) -> bytes:
        """The hash of the leaf that ``extra`` claims to be."""
        return leaf_hash(self.extra)
