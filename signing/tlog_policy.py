"""Whose signatures make a checkpoint good: the log's keys, the witnesses', and how many of these are enough.

It is read from a file of https://c2sp.org/tlog-policy, which the office publishes and anybody may replace by a stricter
one of their own:

    log     <key> [address]                     one or more; the key's name is the log's origin line
    witness <name> <key> [address]              where the log asks it to cosign
    group   <name> any|all|<number> <name>...   of witnesses and of groups named above
    quorum  <name>|none
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from signing.errors import NoteInvalid
from signing.note import LOG, WITNESS, Note, Signed, VerifierKey, signed_by

_NOBODY = "none"
_BLANKS = re.compile(r"[ \t]+")
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Party:
    """A log or a witness: its key, and where it is asked; `name` is only the policy's own word for a witness."""

    name: str
    key: VerifierKey
    url: str


@dataclass(frozen=True)
class Judgement:
    """Who signed a checkpoint, of those whom the policy knows, and whether that is enough of them."""

    log: VerifierKey | None
    witnesses: tuple[Signed, ...]
    enough: bool

    @property
    def good(self) -> bool:
        """Whether the log signed it, and enough witnesses."""
        return self.log is not None and self.enough


@dataclass(frozen=True)
class TlogPolicy:
    """The file, read. A group is how many of which members it takes."""

    logs: tuple[Party, ...]
    witnesses: tuple[Party, ...]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str
    content: bytes = b""
    """The file, as it is published."""

    @classmethod
    def parse(cls, content: bytes) -> "TlogPolicy":
        """The policy of a file. Raises NoteInvalid, which names the line."""
        return _Reader(content).policy

    def judge(self, note: Note) -> Judgement:
        """Who signed the note. Raises NoteInvalid when somebody signed in the name of a key of the policy."""
        found = signed_by(note, [party.key for party in (*self.logs, *self.witnesses)])
        origin = note.text.partition("\n")[0]
        log = next((each.key for each in found if each.key.kind == LOG and each.key.name == origin), None)
        cosigned = tuple(each for each in found if each.key.kind == WITNESS)
        return Judgement(log, cosigned, self._is_enough(self.quorum, {each.key for each in cosigned}))

    def _is_enough(self, name: str, keys: Collection[VerifierKey]) -> bool:
        if name == _NOBODY:
            return True
        if name in self.groups:
            least, members = self.groups[name]
            return sum(self._is_enough(member, keys) for member in members) >= least
        return next(witness.key for witness in self.witnesses if witness.name == name) in keys


class _Reader:
    """Reads the lines in their order: a name must be known before it is used."""

    def __init__(self, content: bytes) -> None:
        self._logs: list[Party] = []
        self._witnesses: list[Party] = []
        self._groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._quorum = ""
        for number, line in enumerate(_lines(content), 1):
            words = [word for word in _BLANKS.split(line) if word]
            if words and not words[0].startswith("#"):
                try:
                    self._line(*words)
                except (NoteInvalid, TypeError, ValueError) as fault:
                    raise NoteInvalid(
                        f"line {number}: {fault if isinstance(fault, NoteInvalid) else words[0]}"
                    ) from None
        if not self._quorum:
            raise NoteInvalid("no quorum")
        self.policy = TlogPolicy(tuple(self._logs), tuple(self._witnesses), self._groups, self._quorum, content)

    def _line(self, word: str, *rest: str) -> None:
        readers: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._end,
        }
        if word not in readers:
            raise NoteInvalid(f"unknown word {word!r}")
        readers[word](*rest)

    def _log(self, key: str, url: str = "") -> None:
        self._logs.append(self._party("", key, url, LOG, self._logs))

    def _witness(self, name: str, key: str, url: str = "") -> None:
        self._fresh(name)
        self._witnesses.append(self._party(name, key, url, WITNESS, self._witnesses))

    def _group(self, name: str, least: str, *members: str) -> None:
        self._fresh(name)
        needed = {"any": 1, "all": len(members)}.get(least) or int(least)
        taken = {member for _, others in self._groups.values() for member in others}
        if not 1 <= needed <= len(members) or len(set(members)) < len(members) or taken & set(members):
            raise NoteInvalid("each member once, in one group, and a number of them that there is")
        for member in members:
            self._known(member)
        self._groups[name] = (needed, members)

    def _end(self, name: str) -> None:
        if self._quorum:
            raise NoteInvalid("a second quorum")
        if name != _NOBODY:
            self._known(name)
        self._quorum = name

    def _party(self, name: str, line: str, url: str, kind: int, others: Collection[Party]) -> Party:
        key = VerifierKey.parse(line)
        if key.kind != kind or any(key.public == other.key.public for other in others):
            raise NoteInvalid("a key of another kind, or one that is there already")
        return Party(name, key, url)

    def _known(self, name: str) -> None:
        if name not in self._groups and all(name != witness.name for witness in self._witnesses):
            raise NoteInvalid(f"unknown name {name!r}")

    def _fresh(self, name: str) -> None:
        if name == _NOBODY or name in self._groups or any(name == witness.name for witness in self._witnesses):
            raise NoteInvalid(f"the name {name!r} is taken")


def _lines(content: bytes) -> list[str]:
    if len(content) > MOST_BYTES or any((byte < 0x20 and byte not in b"\t\n") or byte == 0x7F for byte in content):
        raise NoteInvalid("a policy is short, and has no control characters")
    try:
        return content.decode().split("\n")
    except UnicodeDecodeError:
        raise NoteInvalid("not UTF-8") from None
