"""QR codes as drawings: crisp at any size, and readable when the paper was photocopied."""

from math import isqrt
from typing import Any, cast

from zxingcpp import Barcode, BarcodeFormat, create_barcode

DARK = b"\x00"
"""A dark module in the rows of `qr_rows`."""
LIGHT = 0xFF
QUIET = 2
"""Modules of white around the code on a terminal, whose own ground may be dark."""
BLOCKS = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def qr_rows(payload: str) -> list[bytes]:
    """The modules of a QR code (ISO/IEC 18004), row by row from the top, a byte each; no quiet zone.

    Level M: 15 % of it may be hidden by a stain or a staple.
    """
    # zxing-cpp's stub does not say that its image is a buffer.
    pixels = bytes(memoryview(cast(Any, _qr(payload).to_image(scale=1, add_quiet_zones=False))))
    side = isqrt(len(pixels))
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


def qr_svg(payload: str) -> bytes:
    """The same code with its quiet zone, as SVG."""
    return _qr(payload).to_svg(add_quiet_zones=True).encode("ascii")


def qr_text(payload: str) -> str:
    """The same code for a terminal, light on whatever ground it has: two rows of modules in each line."""
    rows = qr_rows(payload)
    frame = [bytes([LIGHT]) * (len(rows) + 2 * QUIET)] * QUIET
    framed = [*frame, *(bytes([LIGHT]) * QUIET + row + bytes([LIGHT]) * QUIET for row in rows), *frame]
    if len(framed) % 2:
        framed.append(frame[0])
    pairs = zip(framed[::2], framed[1::2], strict=True)
    return "\n".join(
        "".join(BLOCKS[upper == LIGHT, lower == LIGHT] for upper, lower in zip(*pair, strict=True)) for pair in pairs
    )


def _qr(payload: str) -> Barcode:
    return create_barcode(payload, BarcodeFormat.QRCode, ec_level="M")
