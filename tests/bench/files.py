"""The documents of the bench: made here, the same each time, none of them from anybody.

`10 KB`       a letter of one page with a small letterhead
`1.5 MB`      the same letter with three annexes that were scanned
`105 MB`      the same with two hundred annexes
`60,000…`     the same with 60,000 small objects, once with a cross-reference table, once with a stream
`escaneado`   1.5 MB as well, but page 1 is itself a scan: finding the stamp's place has to decode it
"""

import io
import random
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFilter

LETTER = (612, 792)
LOGO = 48
"""Pixels of a side of the letterhead: with it the letter has 10 KB."""
SCAN = (1275, 1650)
"""Pixels of a letter at 150 dpi."""
SCAN_QUALITY = 86
"""Of the JPEG: with it a noisy scan has half a megabyte."""
ANNEXES = 3
MANY_ANNEXES = 210
MANY_OBJECTS = 60_000
LINES = (
    "Asunto: se solicita el mantenimiento del alumbrado de la calle Hidalgo.",
    "Quien suscribe, vecina de esta cabecera municipal, expone respetuosamente que desde",
    "hace tres meses no funcionan once luminarias entre Juárez y Morelos, y pide que se",
    "reparen a la brevedad. Se anexan las fotografías y los oficios anteriores.",
)


def make_files(folder: Path, *names: str) -> dict[str, Path]:
    """Those of `names`, or all of them; those that are there already are not made again."""
    makers: dict[str, tuple[str, Callable[[], pikepdf.Pdf], bool]] = {
        "10 KB": ("carta.pdf", letter, False),
        "1.5 MB": ("anexos.pdf", lambda: with_annexes(ANNEXES), False),
        "105 MB": ("muchos-anexos.pdf", lambda: with_annexes(MANY_ANNEXES), False),
        "60,000 objetos, tabla": ("objetos-tabla.pdf", with_objects, False),
        "60,000 objetos, flujo": ("objetos-flujo.pdf", with_objects, True),
        "1.5 MB, escaneado": ("escaneado.pdf", scanned, False),
    }
    folder.mkdir(parents=True, exist_ok=True)
    wanted = names or tuple(makers)
    return {name: _made(folder / file, make, packed) for name, (file, make, packed) in makers.items() if name in wanted}


def _made(path: Path, make: Callable[[], pikepdf.Pdf], packed: bool) -> Path:
    if not path.exists():
        mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
        with make() as document:
            document.save(path, object_stream_mode=mode, deterministic_id=True, compress_streams=False)
    return path


def letter() -> pikepdf.Pdf:
    """A page of text with margins of an inch."""
    document = pikepdf.new()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    pixels = document.make_stream(_noise(1, 3 * LOGO * LOGO))
    pixels.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=LOGO, Height=LOGO, ColorSpace=Name.DeviceRGB, BitsPerComponent=8
    )
    text = "".join(f"({LINES[number % len(LINES)]}) Tj T*\n" for number in range(36))
    content = f"q 40 0 0 40 72 680 cm /Logo Do Q BT /F 11 Tf 17 TL 72 660 Td\n{text}ET"
    resources = Dictionary(Font=Dictionary(F=document.make_indirect(font)), XObject=Dictionary(Logo=pixels))
    _add_page(document, content.encode("cp1252"), resources)
    return document


def with_annexes(count: int) -> pikepdf.Pdf:
    """The letter, then `count` scans."""
    document, scan = letter(), _scan(seed=2)
    for _ in range(count):
        _add_scan(document, scan)
    return document


def with_objects() -> pikepdf.Pdf:
    """The letter, with as many objects as a long tagged document has."""
    document = letter()
    many = Array([document.make_indirect(Dictionary(N=number)) for number in range(MANY_OBJECTS)])
    document.Root.Muchos = document.make_indirect(many)
    return document


def scanned() -> pikepdf.Pdf:
    """Three scans, the first of a letter with white margins."""
    document = pikepdf.new()
    for seed in range(ANNEXES):
        _add_scan(document, _scan(seed))
    return document


def _scan(seed: int) -> bytes:
    """A JPEG of a page with lines of text and the noise of a scanner inside its margins."""
    noise = Image.frombytes("L", SCAN, _noise(seed, SCAN[0] * SCAN[1])).filter(ImageFilter.BoxBlur(1))
    page = Image.new("L", SCAN, 255)
    inner = (150, 200, SCAN[0] - 150, SCAN[1] - 150)
    page.paste(noise.crop(inner), inner[:2])
    draw = ImageDraw.Draw(page)
    for top in range(220, 1480, 40):
        draw.line((170, top, 1100, top), fill=30, width=8)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=SCAN_QUALITY)
    return out.getvalue()


def _noise(seed: int, size: int) -> bytes:
    """Bytes that do not compress, the same each time."""
    return random.Random(seed).randbytes(size)  # noqa: S311


def _add_scan(document: pikepdf.Pdf, jpeg: bytes) -> None:
    image = document.make_stream(jpeg)
    image.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=SCAN[0], Height=SCAN[1], ColorSpace=Name.DeviceGray,
        BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    _add_page(document, b"q 612 0 0 792 0 0 cm /Scan Do Q", Dictionary(XObject=Dictionary(Scan=image)))


def _add_page(document: pikepdf.Pdf, content: bytes, resources: Dictionary) -> None:
    page = Dictionary(
        Type=Name.Page, MediaBox=[0, 0, *LETTER], Resources=resources, Contents=document.make_stream(content)
    )
    document.pages.append(pikepdf.Page(document.make_indirect(page)))
