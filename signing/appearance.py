"""Puts a drawn stamp into the appearance of a signature field. Runs in the sandbox.

The page's own content is never touched: a change there would break the signatures that a document already bears.
"""

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle

JSON = Mapping[str, Any]

SYMBOLIC = 4
"""Font descriptor flags (ISO 32000-1, table 123): glyph numbers of our own, hence 'symbolic'."""
SYSTEM_INFO = {"/Registry": "Adobe", "/Ordering": "Identity", "/Supplement": 0}
STEM = 80
"""Thickness of strokes in thousandths; only a hint for readers that replace fonts, which ours never need."""


@dataclass(frozen=True)
class DrawnStamp(BaseStampStyle):
    """A stamp style for pyHanko's signer: the given drawing, turned so that it reads upright on a rotated page."""

    drawing: JSON = field(default_factory=dict)
    faces: JSON = field(default_factory=dict)
    rotation: int = 0

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: object) -> "_Stamp":
        """What pyHanko applies to the widget; the box is the widget's own, so it is not needed."""
        return _Stamp(writer, self, box)


class _Stamp(BaseStamp):
    """Offers pyHanko the one method that it calls; the rest of its layout machinery is not used."""

    def __init__(self, writer: BasePdfFileWriter, style: DrawnStamp, box: BoxConstraints) -> None:
        super().__init__(writer, style, box=box)
        self._form = _form(writer, style)

    def apply_appearance(self, annotation: generic.DictionaryObject) -> None:
        """Make the drawing the normal appearance of `annotation`."""
        annotation[pdf_name("/AP")] = _pdf({"/N": self._form})


def _form(writer: BasePdfFileWriter, style: DrawnStamp) -> generic.IndirectObject:
    drawing, system = style.drawing, writer.add_object(_pdf(SYSTEM_INFO))
    fonts = "".join(f"/{name} {_font(writer, face, system)} " for name, face in style.faces.items())
    entries = {
        "/Type": "/XObject",
        "/Subtype": "/Form",
        "/BBox": [0, 0, drawing["width"], drawing["height"]],
        "/Matrix": _upright(style.rotation, drawing["width"], drawing["height"]),
        "/Resources": _Written(f"<</Font <<{fonts}>>>>"),
    }
    return _stream(writer, zlib.compress(drawing["content"].encode("ascii")), entries)


def _upright(rotation: int, width: float, height: float) -> list[float]:
    """Turns the drawing against the page's rotation, and back into the positive quadrant (ISO 32000-1, 12.5.5)."""
    match rotation:
        case 90:
            return [0, 1, -1, 0, height, 0]
        case 180:
            return [-1, 0, 0, -1, width, height]
        case 270:
            return [0, -1, 1, 0, 0, width]
        case _:
            return [1, 0, 0, 1, 0, 0]


def _font(writer: BasePdfFileWriter, face: JSON, system: generic.IndirectObject) -> str:
    """A composite font whose codes are glyph numbers (ISO 32000-1, 9.7.4), with its program and its ToUnicode map."""
    program = _stream(writer, base64.b64decode(face["program"]), {"/Length1": face["length"]})
    to_unicode = _stream(writer, base64.b64decode(face["to_unicode"]), {})
    descriptor = _written(
        writer,
        f"<</Type /FontDescriptor /FontName /{face['name']} /Flags {SYMBOLIC} /FontBBox [{_numbers(face['box'])}]"
        f" /ItalicAngle 0 /Ascent {face['ascent']:g} /Descent {face['descent']:g} /CapHeight {face['cap_height']:g}"
        f" /StemV {STEM} /FontFile2 {_reference(program)}>>",
    )
    descendant = _written(
        writer,
        f"<</Type /Font /Subtype /CIDFontType2 /BaseFont /{face['name']} /CIDSystemInfo {_reference(system)}"
        f" /CIDToGIDMap /Identity /FontDescriptor {descriptor} /W [0 [{_numbers(face['widths'])}]]>>",
    )
    return _written(
        writer,
        f"<</Type /Font /Subtype /Type0 /BaseFont /{face['name']} /Encoding /Identity-H"
        f" /DescendantFonts [{descendant}] /ToUnicode {_reference(to_unicode)}>>",
    )


def _stream(writer: BasePdfFileWriter, deflated: bytes, entries: JSON) -> generic.IndirectObject:
    filtered = _pdf({**entries, "/Filter": "/FlateDecode"})
    return writer.add_object(generic.StreamObject(filtered, encoded_data=deflated))


class _Written(generic.PdfObject):
    """A value as it stands in the file, in a fifth of the time. Never a string: encrypted documents encrypt those."""

    def __init__(self, text: str) -> None:
        self._text = text

    def write_to_stream(self, stream: Any, handler: object = None, container_ref: object = None) -> None:
        stream.write(self._text.encode("ascii"))


def _written(writer: BasePdfFileWriter, text: str) -> str:
    """Adds an object; gives the reference to it."""
    return _reference(writer.add_object(_Written(text)))


def _reference(target: generic.IndirectObject) -> str:
    return f"{target.idnum} {target.generation} R"


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:g}" for value in values)


def _pdf(value: Any) -> Any:
    """Plain values as PDF objects: text that begins with a slash is a name."""
    match value:
        case Mapping():
            return generic.DictionaryObject({pdf_name(key): _pdf(item) for key, item in value.items()})
        case list():
            return generic.ArrayObject([_pdf(item) for item in value])
        case str():
            return pdf_name(value) if value.startswith("/") else generic.TextStringObject(value)
        case int():
            return generic.NumberObject(value)
        case float():
            return generic.FloatObject(value)
        case _:
            return value
