"""Looking at a PDF as a reader does: its text, its picture, its tags."""

from io import BytesIO

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, lines joined by LF, as PDFium gives it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    return "\n".join(page_texts(pdf))


def picture(pdf: bytes, page: int = 0, dots_per_inch: int = 100) -> Image.Image:
    """One page as PDFium draws it."""
    with pypdfium2.PdfDocument(pdf) as document:
        image: Image.Image = document[page].render(scale=dots_per_inch / 72).to_pil()
        return image


def qr_codes(image: Image.Image) -> list[str]:
    """What the QR codes on it say."""
    return [code.text for code in zxingcpp.read_barcodes(image)]


def attachments(pdf: bytes) -> dict[str, bytes]:
    """The attached files by name."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
