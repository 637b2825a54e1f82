"""Objects behind what was signed that no cross-reference names. Runs in the sandbox.

Readers disagree on when a file is broken, and one that repairs it takes the last object of each number that it finds,
named or not. So such an object with the number of one that was signed is drawn by some readers and not by others, and
nobody can tell what a later signature was put under. Honest programs write none.
"""

import re

from pyhanko.pdf_utils.generic import Reference
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)

_BLANK = rb"(?:[\0\t\n\f\r ]|%[^\r\n]*[\r\n])"
OBJECT = re.compile(rb"(?<!\d)(\d{1,10})" + _BLANK + rb"+(\d{1,5})" + _BLANK + rb"*obj")
TRAILER = re.compile(rb"trailer" + _BLANK + rb"*<<")
"""Another catalogue, for who looks for one."""


def shadowed(signature: EmbeddedPdfSignature, end: int) -> bool:
    """Whether behind `end`, where the signed bytes are over, stands an object or a trailer that only some would see."""
    reader = signature.reader
    reader.stream.seek(end)
    rest = reader.stream.read()
    revisions = range(signature.signed_revision, reader.xrefs.total_revisions)
    for match in OBJECT.finditer(rest):
        number, generation = int(match[1]), int(match[2])
        places = [
            [reader.xrefs.get_historical_ref(Reference(number, each, reader), revision) for revision in revisions]
            for each in {0, generation}
        ]
        signed = any(of[0] is not None for of in places)
        if signed and not any(end + match.start() in of for of in places):
            return True
    return len(TRAILER.findall(rest)) >= len(revisions)
