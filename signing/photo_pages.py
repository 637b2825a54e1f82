"""A tagged PDF of JPEG pictures, one to a Letter page, with room for the stamp on page 1."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from signing.place import CLEARANCE, EDGE
from signing.stamp import WIDE

LETTER = (612.0, 792.0)
MARGIN = 18.0
STAMP_STRIP = EDGE + WIDE[1] + 2 * CLEARANCE
"""Points left blank at the head of page 1: the stamp at its standard size, and once more its clearance for rounding."""
TITLE = "Fotografías del escrito"


@dataclass(frozen=True)
class Photo:
    """A JPEG of ours, upright, without transparency."""

    jpeg: bytes
    width: int
    height: int
    gray: bool


def write_pages(photos: Iterable[Photo], target: Path) -> int:
    """Write a PDF with each photograph as large as its page allows; gives the number of pages.

    The head of page 1 stays blank: there the stamp covers nothing of the photograph.

    The same photographs give the same bytes. One photograph at a time is in memory.
    """
    with pikepdf.new() as pdf:
        document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, K=Array()))
        figures = [_append(pdf, document, number, photo) for number, photo in enumerate(photos, start=1)]
        for number, figure in enumerate(figures, start=1):
            figure.Alt = String(f"Fotografía {number} de {len(figures)}")
        _finish(pdf, document, figures)
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(figures)


def _append(pdf: Pdf, document: Object, number: int, photo: Photo) -> Object:
    width, height = LETTER if photo.height >= photo.width else LETTER[::-1]
    head = STAMP_STRIP if number == 1 else MARGIN
    room = (width - 2 * MARGIN, height - head - MARGIN)
    scale = min(room[0] / photo.width, room[1] / photo.height)
    drawn = (photo.width * scale, photo.height * scale)
    corner = ((width - drawn[0]) / 2, MARGIN + (room[1] - drawn[1]) / 2)
    page = pdf.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(Foto=_picture(pdf, photo)))
    page.obj.StructParents = number - 1
    page.obj.Tabs = Name.S
    matrix = " ".join(f"{value:.3f}" for value in (drawn[0], 0, 0, drawn[1], *corner))
    page.obj.Contents = pdf.make_stream(f"/Figure <</MCID 0>> BDC q {matrix} cm /Foto Do Q EMC".encode())
    return _tag(pdf, document, page.obj, [*corner, corner[0] + drawn[0], corner[1] + drawn[1]])


def _picture(pdf: Pdf, photo: Photo) -> Object:
    picture = pdf.make_stream(photo.jpeg)
    picture.Type, picture.Subtype, picture.Filter = Name.XObject, Name.Image, Name.DCTDecode
    picture.Width, picture.Height, picture.BitsPerComponent = photo.width, photo.height, 8
    picture.ColorSpace = Name.DeviceGray if photo.gray else Name.DeviceRGB
    return picture


def _tag(pdf: Pdf, document: Object, page: Object, box: list[float]) -> Object:
    layout = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=Array(round(value, 3) for value in box))
    figure = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure, P=document, Pg=page, K=0, A=layout))
    document.K.append(figure)
    return figure


def _finish(pdf: Pdf, document: Object, figures: list[Object]) -> None:
    """The structure tree, and what a reader of the screen announces: language and title."""
    numbers = Array()
    for place, figure in enumerate(figures):
        numbers.append(place)
        numbers.append(Array([figure]))
    tree = pdf.make_indirect(
        Dictionary(
            Type=Name.StructTreeRoot,
            K=Array([document]),
            ParentTree=pdf.make_indirect(Dictionary(Nums=numbers)),
            ParentTreeNextKey=len(figures),
        )
    )
    document.P = tree
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String("es-MX")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.docinfo.Title = TITLE
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = TITLE
        metadata["dc:language"] = {"es-MX"}
