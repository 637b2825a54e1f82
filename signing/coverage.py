"""Which bytes a PDF signature covers, and whether they are still those that were signed. Runs in the sandbox."""

import hashlib
import os
from dataclasses import dataclass
from typing import BinaryIO

from asn1crypto import cms, parser, x509
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)

WHITESPACE = b"\x00\t\n\x0c\r "
CHUNK = 1 << 16
# What a reader that repairs would look for in bytes that no cross-reference names.
OBJECTS = (b" obj", b"trailer", b"startxref", b"/Root", b"%PDF-")


@dataclass(frozen=True)
class Coverage:
    """`end`: where the revision that it covers ends, in a file of `size` bytes.

    What follows is nothing or blanks (`blank`), or nothing that could be taken for an object (`inert`), or more.
    """

    end: int
    size: int
    blank: bool
    inert: bool


def coverage(signature: EmbeddedPdfSignature) -> Coverage | None:
    """What the signature covers; None where it is not all that precedes the end of a revision, but itself.

    ISO 32000-2, 12.8.1: two ranges from the first byte on, and between them the signature's hexadecimal string alone.
    """
    start, before, after, length = (int(number) for number in signature.byte_range)
    stream = signature.reader.stream
    stream.seek(before)
    gap = stream.read(max(0, after - before))
    digits = gap[1:-1]
    exact = gap[:1] == b"<" and gap[-1:] == b">" and bytes.fromhex(digits.decode("ascii")) == signature.pkcs7_content
    size = stream.seek(0, os.SEEK_END)
    end = after + length
    inside = start == 0 and min(before, length) >= 0 and end <= size
    if not inside or not exact or len(digits) != 2 * len(signature.pkcs7_content):
        return None
    blank, inert = _rest(stream, end)
    return Coverage(end, size, blank, inert)


def fits(signature: EmbeddedPdfSignature, certificate: x509.Certificate) -> tuple[bool, bool]:
    """Whether the signed digest is that of the covered bytes, and whether the signature value is of this key."""
    content = signature.signed_data["encap_content_info"]
    kind = content["content_type"].native
    if kind == "tst_info":
        stamped = content["content"].parsed["message_imprint"]["hashed_message"].native
        over = stamped == signature.compute_digest()
        digest = hashlib.new(signature.md_algorithm, bytes(content["content"])).digest()
    else:
        over, digest = True, signature.compute_digest()
    signer = signature.signer_info
    same, made = validate_sig_integrity(signer, certificate, kind, digest)
    if not made and signer["signed_attrs"]:
        # What is signed is the DER of the attributes (RFC 5652, 5.4); in the file they may stand in another encoding.
        _, made = validate_sig_integrity(_in_der(signer), certificate, kind, digest)
    return over and same, made


def _in_der(signer: cms.SignerInfo) -> cms.SignerInfo:
    attributes = b"".join(each.dump() for each in signer["signed_attrs"])
    copy = signer.copy()
    copy["signed_attrs"] = cms.CMSAttributes.load(parser.emit(0, 1, cms.CMSAttributes.tag, attributes))
    return copy


def _rest(stream: BinaryIO, end: int) -> tuple[bool, bool]:
    """Whether what follows is blank, and whether nothing in it could be taken for an object."""
    stream.seek(end)
    blank, inert, kept = True, True, b""
    while part := stream.read(CHUNK):
        blank = blank and not part.strip(WHITESPACE)
        inert = inert and not any(word in kept + part for word in OBJECTS)
        kept = part[-16:]
    return blank, inert
