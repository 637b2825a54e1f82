"""QR codes as drawings: crisp at any size, and readable when the paper was photocopied."""

from io import BytesIO

import segno


def qr_svg(payload: str) -> bytes:
    """A QR code (ISO/IEC 18004, level M: a tenth of it may be unreadable), with its quiet zone, as SVG."""
    drawing = BytesIO()
    segno.make_qr(payload, error="m", boost_error=False).save(
        drawing, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, light="white"
    )
    return drawing.getvalue()
