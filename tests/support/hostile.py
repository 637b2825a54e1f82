"""Files made to hurt: each is small, legal at first sight, and asks for gigabytes, for ever, or for a way out."""

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from PIL import Image

MIB = 1 << 20


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1 (the catalogue), with a right cross-reference table."""
    body, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(body))
    return bytes(body) + head + table + end


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object with its content as it is."""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


CATALOGUE, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]%s>>"


def inflating(mebibytes: int) -> bytes:
    """Deflated twice: a few kilobytes that become that many MiB of blanks."""
    block = zlib.compressobj(9)
    head = block.compress(b" " * (16 * MIB)) + block.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(9, wbits=-15)
    rest = again.compress(b" " * (16 * MIB)) + again.flush(zlib.Z_FULL_FLUSH)
    return zlib.compress(head + rest * (mebibytes // 16 - 1), 9)


TWICE = b"/Filter[/FlateDecode/FlateDecode]"


def page_bomb() -> bytes:
    """The content of its page is 4 GiB."""
    return pdf_of([CATALOGUE, PAGES, PAGE % b"/Contents 4 0 R", stream(inflating(4096), TWICE)])


def object_stream_bomb() -> bytes:
    """Its catalogue lies in an object stream of 4 GiB, which whoever opens the file must inflate."""
    packed = stream(inflating(4096), b"/Type/ObjStm/N 3/First 20" + TWICE)
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n4 0 obj\n" + packed + b"\nendobj\n"
    place = len(body)
    rows = [(0, 0, 65535), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 15, 0), (1, place, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    reference = stream(table, b"/Type/XRef/Size 6/W[1 4 2]/Root 1 0 R")
    return body + b"5 0 obj\n" + reference + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % place


def page_tree_loop() -> bytes:
    """A branch of its pages is its own root."""
    return pdf_of([CATALOGUE, b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>"])


def object_stream_loop() -> bytes:
    """Its catalogue lies in an object stream that lies in itself and extends itself."""
    packed = stream(b"1 0 2 30 4 60", b"/Type/ObjStm/N 3/First 20/Extends 4 0 R")
    body = b"%PDF-1.7\n4 0 obj\n" + packed + b"\nendobj\n"
    rows = [(0, 0, 65535), (2, 4, 0), (2, 4, 1), (2, 4, 2), (2, 4, 2), (1, len(body), 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    reference = stream(table, b"/Type/XRef/Size 6/W[1 4 2]/Root 1 0 R")
    return body + b"5 0 obj\n" + reference + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def xref_loop() -> bytes:
    """The cross-reference table before its last one is its last one; and it names no page."""
    whole = pdf_of([CATALOGUE])
    place = whole.rindex(b"startxref\n")
    start = whole[place + 10 :].split(b"\n")[0]
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %s" % start)


def deep_arrays() -> bytes:
    """Arrays within arrays, a hundred thousand deep, where the pages should be."""
    return pdf_of([CATALOGUE, b"<</Type/Pages/Count 1/Kids" + b"[" * 100_000 + b"]" * 100_000 + b">>"])


def cut_off() -> bytes:
    """A scan whose sending stopped halfway, before its page was written."""
    scan, page = stream(bytes(range(256)) * 160), PAGE % b"/Contents 3 0 R"
    whole = pdf_of([CATALOGUE, PAGES.replace(b"3 0 R", b"4 0 R"), scan, page])
    return whole[:20_000]


def with_password(folder: Path) -> bytes:
    """It opens for who knows the word."""
    path = folder / "cerrado.pdf"
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(612, 792))
        document.save(path, encryption=pikepdf.Encryption(user="secreto", owner="secreto", R=6))
    return path.read_bytes()


def of_pages(count: int) -> bytes:
    """That many empty pages."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    return pdf_of([CATALOGUE, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), *[PAGE % b""] * count])


def jpeg_of_size(width: int, height: int) -> bytes:
    """A small JPEG whose header says that it is large."""
    whole = io.BytesIO()
    Image.new("L", (16, 16)).save(whole, "JPEG")
    data = bytearray(whole.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_of_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes thousands of times: each is a walk over the whole picture."""
    whole = io.BytesIO()
    Image.new("L", (side, side), 128).save(whole, "JPEG", progressive=True)
    data = whole.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of one colour: a few kilobytes for as many pixels as it says."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(MIB), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def png_with_comment(mebibytes: int) -> bytes:
    """One pixel, and a compressed comment of that many MiB."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    comment = b"Comment\0\0" + zlib.compress(b" " * (mebibytes * MIB), 9)
    parts = [(b"IHDR", head), (b"zTXt", comment), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)
