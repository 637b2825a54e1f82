"""Signed notes: text, and the lines with which keys sign it (https://c2sp.org/signed-note).

Two kinds of Ed25519 key, told apart in every line: the log's signs the text (``LOG``); a witness's signs the text with
the time at which it saw it, as the largest consistent tree so far (``WITNESS``, https://c2sp.org/tlog-cosignature). A
key has a name and is written in one line, as Go's sumdb/note writes it: ``name+8f8a1b2c+base64`` in public,
``PRIVATE+KEY+name+8f8a1b2c+base64`` in secret.
"""

import binascii
import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signing.errors import NoteInvalid

LOG, WITNESS = 0x01, 0x04
_KINDS = frozenset({LOG, WITNESS})
_SECRET = "PRIVATE+KEY+"  # noqa: S105  (how such a line begins)
_KEY_BYTES, _SIGNATURE_BYTES, _ID_BYTES, _TIME_BYTES = 32, 64, 4, 8
_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/]+={0,2})")
# More than any log of ours has witnesses; whoever sends more wants to see us work.
MOST_SIGNATURES, MOST_BYTES = 64, 64 * 1024


@dataclass(frozen=True)
class Signature:
    """A signature line: who says to have signed (name and key id), and what only that kind of key can read."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """As it stands in a note, with its line feed."""
        return f"— {self.name} {_spell(self.key_id + self.value)}\n"


@dataclass(frozen=True)
class Note:
    """A text (with its last line feed) and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def content(self) -> str:
        """The whole note."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}"

    @classmethod
    def parse(cls, content: str | bytes) -> "Note":
        """The note, from which it can be written again to the byte. Raises NoteInvalid."""
        whole = _decoded(content)
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise NoteInvalid("a note is a text, an empty line, and signatures")
        signatures = parse_signatures(lines)
        if not signatures:
            raise NoteInvalid("a note has a signature")
        return cls(f"{text}\n", signatures)

    def with_more(self, signatures: Collection[Signature]) -> "Note":
        """The same note with signatures that it had not yet, behind its own."""
        fresh = [each for each in signatures if each not in self.signatures]
        return Note(self.text, (*self.signatures, *fresh))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines, as a note ends and as a witness answers. Raises NoteInvalid."""
    if lines and not lines.endswith("\n"):
        raise NoteInvalid("a signature line ends with a line feed")
    found = lines.split("\n")[:-1]
    if len(found) > MOST_SIGNATURES:
        raise NoteInvalid("more signatures than a note of ours has")
    return tuple(map(_signature, found))


def _signature(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    content = _unspell(match["value"]) if match else b""
    if match is None or len(content) <= _ID_BYTES:
        raise NoteInvalid("not a signature line")
    return Signature(match["name"], content[:_ID_BYTES], content[_ID_BYTES:])


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a key, by which alone a signature counts."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand in a signature line before the signature."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_spell(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, line: str) -> "VerifierKey":
        """The key of its line. Raises NoteInvalid."""
        name, kind, public = _key_of(line)
        return cls(name, kind, public)

    def signed_at(self, text: str, value: bytes) -> int | None:
        """That this key signed ``text``: when, for a witness (seconds since 1970), and 0 for a log, whose signature
        tells no time; None when it did not."""
        times = value[:-_SIGNATURE_BYTES]
        if len(times) != (_TIME_BYTES if self.kind == WITNESS else 0):
            return None
        seconds = int.from_bytes(times, "big")
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public)
            key.verify(value[-_SIGNATURE_BYTES:], _message(self.kind, text, seconds))
        except (InvalidSignature, ValueError):
            return None
        return seconds


@dataclass(frozen=True)
class SignerKey:
    """A whole key. Nothing shows its secret but ``secret_line``."""

    name: str
    kind: int
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, name: str, kind: int = LOG) -> "SignerKey":
        """A new key. Raises NoteInvalid for a name that a note cannot bear: with blanks, with a plus sign, or none."""
        return cls(_name(name), kind, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, line: str) -> "SignerKey":
        """The key of its secret line. Raises NoteInvalid, which tells nothing of the line."""
        if not line.startswith(_SECRET):
            raise NoteInvalid("not the line of a secret key")
        # The id in the line is that of the public half: here it is made from the seed, and compared.
        name, _, kind_and_seed = _fields(line.removeprefix(_SECRET))
        kind, seed = _kind_of(kind_and_seed)
        key = cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))
        if key.secret_line != line:
            raise NoteInvalid("the key does not fit its own id")
        return key

    @property
    def secret_line(self) -> str:
        """The whole key in one line: for the file that its holder alone can read."""
        seed = self._key.private_bytes_raw()
        return f"{_SECRET}{self.name}+{self.verifier.key_id.hex()}+{_spell(bytes([self.kind]) + seed)}"

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        return VerifierKey(self.name, self.kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str, *, at: int = 0) -> Signature:
        """Sign ``text``; a witness says when (seconds since 1970). The same text and time give the same signature."""
        time = at.to_bytes(_TIME_BYTES, "big") if self.kind == WITNESS else b""
        value = time + self._key.sign(_message(self.kind, text, at))
        return Signature(self.name, self.verifier.key_id, value)


@dataclass(frozen=True)
class Signed:
    """A key that did sign a note; ``at`` as ``VerifierKey.signed_at`` tells it."""

    key: VerifierKey
    at: int


def signed_by(note: Note, keys: Collection[VerifierKey]) -> tuple[Signed, ...]:
    """Which of ``keys`` signed the note, in the order of its lines; lines of other keys count for nothing.

    Raises NoteInvalid when a line has the name and the id of one of them and is not its signature.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or key in found:
            continue
        at = key.signed_at(note.text, signature.value)
        if at is None:
            raise NoteInvalid(f"a signature in the name of {key.name} is not its own")
        found[key] = Signed(key, at)
    return tuple(found.values())


def _message(kind: int, text: str, at: int) -> bytes:
    """What is signed under a note's text."""
    return (f"cosignature/v1\ntime {at}\n{text}" if kind == WITNESS else text).encode()


def _decoded(content: str | bytes) -> str:
    try:
        raw = content.encode() if isinstance(content, str) else content
        whole = raw.decode()
    except UnicodeError:
        raise NoteInvalid("a note is UTF-8") from None
    if len(raw) > MOST_BYTES or any(ord(each) < 0x20 and each != "\n" for each in whole):
        raise NoteInvalid("a note is short, and has no control characters")
    return whole


def _name(name: str) -> str:
    if not name or "+" in name or len(name.split()) != 1 or name != name.strip() or not name.isprintable():
        raise NoteInvalid("not the name of a key")
    return name


def _fields(line: str) -> tuple[str, str, bytes]:
    name, _, rest = line.partition("+")
    key_id, separator, content = rest.partition("+")
    if not separator:
        raise NoteInvalid("not the line of a key")
    return _name(name), key_id, _unspell(content)


def _kind_of(content: bytes) -> tuple[int, bytes]:
    if len(content) != 1 + _KEY_BYTES or content[0] not in _KINDS:
        raise NoteInvalid("not an Ed25519 key of a log or of a witness")
    return content[0], content[1:]


def _key_of(line: str) -> tuple[str, int, bytes]:
    name, key_id, content = _fields(line)
    kind, public = _kind_of(content)
    if VerifierKey(name, kind, public).key_id.hex() != key_id:
        raise NoteInvalid("the key does not fit its own id")
    return name, kind, public


def _spell(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _unspell(text: str) -> bytes:
    """The bytes of canonical base64. Raises NoteInvalid."""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteInvalid("not base64") from None
    if _spell(content) != text:
        raise NoteInvalid("not canonical base64")
    return content
