"""What a log asks a witness (https://c2sp.org/tlog-witness): ``POST <prefix>/add-checkpoint``.

    old <size>                  of the last checkpoint that this witness cosigned, 0 for none
    <hash in base64>            none or more: the proof that the new tree begins with the old one
                                (an empty line)
    <signed checkpoint>

It answers 200 with its signature lines, or 409 (`text/x.tlog.size`) with the size that it remembers; 404: no log of
ours; 403: not signed by its key; 400: not of this form, or older than ``old``; 422: the proof does not hold.
"""

from dataclasses import dataclass

from oficialia.domain import spelling

MOST_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"
_OLD = "old "


@dataclass(frozen=True)
class AddCheckpoint:
    """The request: what the witness had, the proof from there, and the checkpoint to be cosigned (a signed note)."""

    old_size: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The body of the request."""
        lines = [f"{_OLD}{self.old_size}", *map(spelling.spell, self.hashes), ""]
        return "".join(f"{line}\n" for line in lines) + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> "AddCheckpoint":
        """The request of a body. Raises ValueError."""
        head, separator, checkpoint = text.partition("\n\n")
        old, *hashes = head.split("\n")
        if not separator or not checkpoint or not old.startswith(_OLD) or len(hashes) > MOST_HASHES:
            msg = "not an add-checkpoint request"
            raise ValueError(msg)
        found = tuple(spelling.unspell_hash(each) for each in hashes)
        return cls(spelling.number(old.removeprefix(_OLD)), found, checkpoint)
