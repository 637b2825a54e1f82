"""The town's coat of arms: a picture that the pages may show, because it does nothing and asks for nothing.

A browser that shows an SVG as a picture runs no script of it; this is for who opens its address by itself, and for the
acuse, where it is drawn too. What cannot be told to be harmless is refused with a sentence for the operator.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from xml.etree import ElementTree

LARGEST_BYTES = 48 << 10
"""Of the 100 KB that the first page may weigh, about half is for the coat of arms."""
LARGEST_SIDE = 1024
SVG, PNG = "image/svg+xml", "image/png"
_SVG_SPACE = "{http://www.w3.org/2000/svg}"
_DRAWS = re.compile(
    "svg|g|defs|symbol|use|title|desc|metadata|style|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|image|"
    "linearGradient|radialGradient|stop|pattern|clipPath|mask|marker|filter|fe[A-Za-z]+"
)
_NOTES = ("{http://www.inkscape.org/", "{http://sodipodi.", "{http://creativecommons.org/", "{http://web.resource.org/",
          "{http://www.w3.org/1999/02/22-rdf-syntax-ns#", "{http://purl.org/dc/", "{http://ns.adobe.com/")  # fmt: skip
# What an address may be: a part of the same file, or a picture that lies in it.
_WITHIN = re.compile(r"#|data:image/(png|jpeg);base64,")
_URL = re.compile(r"url\(\s*['\"]?\s*([^)]*)", re.IGNORECASE)
_SENTENCES = {
    "size": f"debe pesar a lo más {LARGEST_BYTES >> 10} KiB: redúzcalo, para que la página abra pronto",
    "kind": "debe ser una imagen SVG o PNG",
    "side": f"debe medir a lo más {LARGEST_SIDE} puntos por lado",
    "xml": "no es un SVG bien formado",
    "doctype": "lleva DOCTYPE: guárdelo como «SVG simple»",
    "active": "lleva programas o elementos que no dibujan: guárdelo como «SVG simple»",
    "outside": "pide algo de fuera del archivo: incruste sus imágenes, y convierta los textos en trazos",
}


@dataclass(frozen=True)
class CoatOfArms:
    """The picture, and what kind it is."""

    content: bytes = field(repr=False)
    media_type: str

    @property
    def version(self) -> str:
        """Changes with the picture, so that it can be cached for ever."""
        return sha256(self.content).hexdigest()[:12]


def read(content: bytes) -> CoatOfArms:
    """The coat of arms in a file. Raises ValueError with a sentence in Spanish."""
    if len(content) > LARGEST_BYTES:
        raise ValueError(_SENTENCES["size"])
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(content)
        return CoatOfArms(content, PNG)
    if b"<svg" not in content and b":svg" not in content:
        raise ValueError(_SENTENCES["kind"])
    _check_svg(content)
    return CoatOfArms(content, SVG)


def _check_png(content: bytes) -> None:
    if content[12:16] != b"IHDR" or len(content) < 33 or content[-8:-4] != b"IEND":
        raise ValueError(_SENTENCES["kind"])
    if not all(0 < side <= LARGEST_SIDE for side in struct.unpack(">II", content[16:24])):
        raise ValueError(_SENTENCES["side"])


def _check_svg(content: bytes) -> None:
    try:
        text = content.decode("utf-8")
        if "<!DOCTYPE" in text:  # before it is parsed: entities can make much of little
            raise ValueError(_SENTENCES["doctype"])
        root = ElementTree.fromstring(text.encode())  # noqa: S314 — without DOCTYPE there are no entities
    except (UnicodeDecodeError, ElementTree.ParseError):
        raise ValueError(_SENTENCES["xml"]) from None
    if root.tag != f"{_SVG_SPACE}svg" or "<?xml-stylesheet" in text:
        raise ValueError(_SENTENCES["active"])
    for element in root.iter():
        _check_element(element)


def _check_element(element: "ElementTree.Element[str]") -> None:
    draws = element.tag.startswith(_SVG_SPACE) and bool(_DRAWS.fullmatch(element.tag.removeprefix(_SVG_SPACE)))
    if not draws and not element.tag.startswith(_NOTES):
        raise ValueError(_SENTENCES["active"])
    if any(name.lower().startswith("on") for name in element.attrib):
        raise ValueError(_SENTENCES["active"])
    if any(not _WITHIN.match(address.strip()) for address in _addresses(element)):
        raise ValueError(_SENTENCES["outside"])


def _addresses(element: "ElementTree.Element[str]") -> Iterator[str]:
    """Where an element points to, when it is drawn."""
    if element.tag.startswith(_SVG_SPACE):
        yield from (value for name, value in element.attrib.items() if name.split("}")[-1] in {"href", "src"})
    style = element.text or "" if element.tag == f"{_SVG_SPACE}style" else element.get("style", "")
    for words in (style, *element.attrib.values()):
        yield from _URL.findall(words)
    # A backslash spells any word of CSS in another way.
    yield from (sign for sign in ("@import", "image-set(", "\\") if sign in style.lower())
