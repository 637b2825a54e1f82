"""How the C2SP formats spell numbers and hashes: one way each, and every other way is refused.

A text that is read and written again is then the same text, so that what was signed is what was read.
"""

import binascii
import re
from base64 import b64decode, b64encode

from oficialia.domain.merkle import HASH_BYTES

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def number(text: str) -> int:
    """An ASCII decimal below 10**19 without leading zeros. Raises ValueError."""
    if not _DECIMAL.fullmatch(text):
        msg = "not a decimal number without leading zeros"
        raise ValueError(msg)
    return int(text)


def spell(content: bytes) -> str:
    """Base64 (RFC 4648 section 4), padded, in one line."""
    return b64encode(content).decode("ascii")


def unspell(text: str) -> bytes:
    """The bytes of a base64 text, in its one canonical form. Raises ValueError."""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content or spell(content) != text:
        msg = "not canonical base64"
        raise ValueError(msg)
    return content


def unspell_hash(text: str) -> bytes:
    """The 32 bytes of a base64 hash. Raises ValueError."""
    content = unspell(text)
    if len(content) != HASH_BYTES:
        msg = "not a hash of 32 bytes"
        raise ValueError(msg)
    return content
