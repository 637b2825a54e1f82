"""Small PDFs for the tests of sealing: pages of every shape, forms, and documents that somebody signed before us."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.generic import BooleanObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, append_signature_field

LETTER = (612.0, 792.0)
MARGIN = 72.0
LINE = 14.0

Box = tuple[float, float, float, float]
Color = tuple[float, float, float]


@dataclass(frozen=True)
class Paper:
    """A page: `box` is its MediaBox, `crop` its CropBox, `filled` the rectangles (user space) that are black.

    `colored` lie beneath them; the page's own unit is `unit` points.
    """

    box: Box = (0, 0, *LETTER)
    crop: Box | None = None
    rotate: int = 0
    filled: tuple[Box, ...] | None = None
    unit: float = 1.0
    colored: tuple[tuple[Color, Box], ...] = ()

    @property
    def shown(self) -> Box:
        """What a reader shows of it."""
        return self.crop or self.box

    def ink(self) -> tuple[Box, ...]:
        """`filled`, or by default lines of text within margins of an inch."""
        if self.filled is not None:
            return self.filled
        left, bottom, right, top = self.shown
        lines = int((top - bottom - 2 * MARGIN) / LINE)
        return tuple(
            (left + MARGIN, top - MARGIN - LINE * (number + 1), right - MARGIN, top - MARGIN - LINE * number - 6)
            for number in range(lines)
        )


def write_pdf(path: Path, paper: Paper = Paper(), *, form: Dictionary | None = None) -> Path:
    """A document of one page."""
    document = pikepdf.new()
    content = "".join(
        f"{r:g} {g:g} {b:g} rg {x0:g} {y0:g} {x1 - x0:g} {y1 - y0:g} re f\n"
        for (r, g, b), (x0, y0, x1, y1) in paper.colored
    )
    content += "0 g\n" + "\n".join(f"{x0:g} {y0:g} {x1 - x0:g} {y1 - y0:g} re f" for x0, y0, x1, y1 in paper.ink())
    page = Dictionary(Type=Name.Page, MediaBox=list(paper.box), Resources=Dictionary(), Rotate=paper.rotate)
    if paper.crop:
        page.CropBox = list(paper.crop)
    if paper.unit != 1:
        page.UserUnit = paper.unit
    page.Contents = document.make_stream(content.encode())
    document.pages.append(pikepdf.Page(document.make_indirect(page)))
    if form is not None:
        _add_form(document, form)
    document.save(path)
    return path


def _add_form(document: pikepdf.Pdf, form: Dictionary) -> None:
    page = document.pages[0]
    fields = [document.make_indirect(field) for field in form.Fields]
    form.Fields = Array(fields)
    page.Annots = Array(fields)
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    form.DR = Dictionary(Font=Dictionary(Helv=document.make_indirect(helvetica)))
    form.DA = String("/Helv 12 Tf 0 g")
    document.Root.AcroForm = document.make_indirect(form)


def text_field(name: str, value: str, rectangle: Box, flags: int = 0) -> Dictionary:
    """A text field without an appearance of its own."""
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String(name),
        V=String(value),
        Ff=flags,
        F=4,
        Rect=list(rectangle),
        DA=String("/Helv 12 Tf 0 g"),
    )


def need_appearances(*fields: Dictionary) -> Dictionary:
    """A form that leaves its text to the reader to draw."""
    return Dictionary(Fields=Array(fields), NeedAppearances=True)


def ask_for_appearances(path: Path) -> Path:
    """Let the form of a signed document ask its reader again, in place: pyHanko drops that when it signs."""
    writer = IncrementalPdfFileWriter(io.BytesIO(path.read_bytes()))
    form = writer.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = BooleanObject(True)
    writer.update_container(form)
    out = io.BytesIO()
    writer.write(out)
    path.write_bytes(out.getvalue())
    return path


@dataclass(frozen=True)
class Signing:
    """How a citizen signs: `certify` is the permission of a certification, `lock` what a FieldMDP forbids.

    `digest` names the algorithm.
    """

    field: str = "Firma1"
    certify: MDPPerm | None = None
    lock: FieldMDPSpec | None = None
    lock_permission: MDPPerm | None = None
    digest: str = "sha256"


LOCK_ALL = FieldMDPSpec(FieldMDPAction.ALL)


def sign(path: Path, identity: Path, password: str, signings: Sequence[Signing] = (Signing(),)) -> Path:
    """Sign `path` in place with a PKCS#12, once for each of `signings`, as a citizen's program would."""
    signer = SimpleSigner.load_pkcs12(str(identity), passphrase=password.encode())
    for signing in signings:
        signed = _signed(path.read_bytes(), signer, signing)
        path.write_bytes(signed)
    return path


def _signed(data: bytes, signer: SimpleSigner, signing: Signing) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if signing.lock:
        spec = SigFieldSpec(signing.field, field_mdp_spec=signing.lock, doc_mdp_update_value=signing.lock_permission)
        append_signature_field(writer, spec)
    metadata = PdfSignatureMetadata(
        field_name=signing.field,
        md_algorithm=signing.digest,
        certify=signing.certify is not None,
        docmdp_permissions=signing.certify or MDPPerm.FILL_FORMS,
    )
    result = PdfSigner(metadata, signer).sign_pdf(writer)
    return bytes(result.getbuffer())
