"""The QR on paper and on a terminal, read back by what reads them."""

import zxingcpp
from PIL import Image

from signing.qr import qr_rows, qr_text

TEXT = "otpauth://totp/Oficial%C3%ADa:ana?secret=JBSWY3DPEHPK3PXP&issuer=Oficial%C3%ADa"
HALVES = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}


def read(rows: list[bytes]) -> str:
    """What a reader sees, four pixels a module."""
    image = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))
    [code] = zxingcpp.read_barcodes(image.resize((4 * image.width, 4 * image.height), Image.Resampling.NEAREST))
    return code.text


def test_the_rows_are_square_and_are_read() -> None:
    rows = qr_rows(TEXT)
    assert {len(row) for row in rows} == {len(rows)}
    assert read([b"\xff" * 4 + row + b"\xff" * 4 for row in [*[b"\xff" * len(rows)] * 4, *rows]]) == TEXT


def test_what_a_terminal_shows_is_read() -> None:
    lines = qr_text(TEXT).splitlines()
    halves = [bytes(HALVES[letter][half] for letter in line) for line in lines for half in (0, 1)]
    assert read(halves) == TEXT
