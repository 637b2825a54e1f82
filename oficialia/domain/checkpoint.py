"""The body of a checkpoint: what a log says that it is, and how large (https://c2sp.org/tlog-checkpoint).

It is the text of a signed note; the note, its keys and its signatures are ``signing/note.py``.
"""

from dataclasses import dataclass

from oficialia.domain import spelling


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: the log's origin line, how many leaves it has, and the root over them.

    ``extensions`` are lines that a log may add; ours adds none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Three lines or more, each with its line feed: what is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, spelling.spell(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint of a note's text, from which it can be written again to the byte. Raises ValueError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            msg = "a checkpoint has three lines or more, and none is empty"
            raise ValueError(msg)
        origin, size, root, *extensions = lines[:-1]
        return cls(origin, spelling.number(size), spelling.unspell_hash(root), tuple(extensions))
