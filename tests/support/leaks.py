"""Looks for something secret in what was sent, in whatever form: raw, hexadecimal, base64 of either alphabet, or in the
escapes of an address, at any offset."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

WINDOW = 12
"""Bytes. As many of a key that are found in a row are no accident."""
_HEX = re.compile(rb"[0-9A-Fa-f]{%d,}" % (2 * WINDOW))
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % (2 * WINDOW))


def windows(secret: bytes) -> set[bytes]:
    """Every run of bytes of it."""
    return {secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1)}


def found(content: bytes, secrets: set[bytes], words: Iterable[bytes] = ()) -> bool:
    """Whether `content` holds a window of a secret, or one of the words, in any form."""
    return any(any(word in form for word in words) or not secrets.isdisjoint(windows(form)) for form in _forms(content))


def _forms(content: bytes) -> Iterator[bytes]:
    plain = {content, unquote_to_bytes(content), content.replace(b"\\/", b"/"), content.replace(b"\x00", b"")}
    for form in plain:
        yield form
        for match in _HEX.findall(form):
            for start in (0, 1):
                digits = match[start:]
                yield binascii.unhexlify(digits[: len(digits) // 2 * 2])
        for match in _BASE64.findall(form.replace(b"\r", b"").replace(b"\n", b"")):
            standard = match.replace(b"-", b"+").replace(b"_", b"/")
            for start in range(4):
                letters = standard[start:]
                yield base64.b64decode(letters[: len(letters) // 4 * 4])
