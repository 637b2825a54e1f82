"""The coat of arms: pictures that do nothing are taken, all others refused with a sentence."""

import io
from pathlib import Path

import pytest
from PIL import Image

from oficialia.domain.coat_of_arms import LARGEST_BYTES, PNG, SVG, read

ROOT = Path(__file__).resolve().parents[3]
DRAWN = '<path d="M0 0h9v9z" fill="url(#a)"/>'


def svg(inside: str = DRAWN, before: str = "", attributes: str = "") -> bytes:
    """A picture with something in it."""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {spaces} {attributes}>{inside}</svg>".encode()


def png(side: int) -> bytes:
    """A square."""
    out = io.BytesIO()
    Image.new("RGBA", (side, side)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        svg(),
        svg(before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- Inkscape -->\n'),
        svg('<defs><g id="a"/></defs><use xlink:href="#a"/><style>.a{fill:url(#b)}</style>'),
        svg('<image href="data:image/png;base64,AA"/>'),
        svg(
            '<sodipodi:namedview inkscape:export="C:\\escudo.png"/><metadata><rdf:RDF rdf:about=""/></metadata>',
            attributes='xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" '
            'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"',
        ),
        (ROOT / "oficialia/static/emblema.svg").read_bytes(),
    ],
)  # fmt: skip
def test_a_drawing_is_taken_as_it_is(content: bytes) -> None:
    assert read(content).content == content
    assert read(content).media_type == SVG


def test_a_png_is_taken() -> None:
    assert read(png(600)).media_type == PNG


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (svg("<script>alert(1)</script>"), "programas"),
        (svg('<path onclick="alert(1)"/>'), "programas"),
        (svg("<foreignObject/>"), "programas"),
        (svg('<set attributeName="href" to="javascript:alert(1)"/>'), "programas"),
        (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'), "programas"),
        (svg(before='<?xml-stylesheet href="https://otro.example/a.css"?>'), "programas"),
        (svg('<a href="javascript:alert(1)"/>'), "programas"),
        (svg('<image href="https://otro.example/a.png"/>'), "fuera"),
        (svg('<use xlink:href="//otro.example/a.svg#a"/>'), "fuera"),
        (svg('<use href="data:image/svg+xml,x"/>'), "fuera"),
        (svg('<path fill="url( &quot;https://otro.example/a.svg#a&quot;)"/>'), "fuera"),
        (svg("<style>@import '//otro.example/a.css';</style>"), "fuera"),
        (svg("<style>.a{fill:\\75rl(https://otro.example)}</style>"), "fuera"),
        (svg('<feImage href="https://otro.example/a.png"/>'), "fuera"),
        (svg(before='<!DOCTYPE svg [<!ENTITY a "aaaa">]>'), "DOCTYPE"),
        (svg("<g>"), "formado"),
        (svg().replace(b"M0", b"\xff"), "formado"),
        (b"GIF89a", "SVG o PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"<svg", "SVG o PNG"),
        (png(8)[:-6], "SVG o PNG"),
        (png(1025), "1024"),
        (svg(" " * LARGEST_BYTES), "48 KiB"),
    ],
)
def test_what_could_do_something_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(content)
