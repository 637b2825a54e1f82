"""Hexadecimal strings read at once. pyHanko reads them byte by byte, which for the signature in a PDF takes 12 ms.

Importing this module teaches it, for the whole process: the same strings, the same faults, in pieces of 64 KiB. What is
not plain (ISO 32000-2, 7.3.4.3, allows comments between the digits) is still read by its own function.
"""

import binascii
import os
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic

CHUNK = 1 << 16
WHITESPACE = b"\x00\t\n\x0c\r "

_byte_by_byte = generic.read_hex_string_from_stream


def read(stream: BinaryIO) -> Any:
    """The string that begins with the `<` at the position of `stream`, which is then behind its `>`."""
    start = stream.tell()
    stream.seek(1, os.SEEK_CUR)
    parts = []
    while part := stream.read(CHUNK):
        before, end, _ = part.partition(b">")
        parts.append(before)
        if end:
            break
    digits = b"".join(parts).translate(None, WHITESPACE)
    try:
        value = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except binascii.Error:
        value = None
    if value is None or not part:
        stream.seek(start)
        return _byte_by_byte(stream)
    stream.seek(start + 2 + sum(map(len, parts)))
    return generic.pdf_string(value)


generic.read_hex_string_from_stream = read
