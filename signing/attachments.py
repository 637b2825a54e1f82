"""What the office attaches: the original in a carátula, the proofs of an acuse. Runs in the sandbox."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from asn1crypto import tsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.acuse_content import seal_reason
from signing.certificate import serial, to_pem
from signing.evidence import Evidence
from signing.finding import AcuseFinding
from signing.pdf_objects import got, listed
from signing.proven_time import Stamp, stamp
from signing.sello import sello_fits
from signing.trust import TrustAnchors

CADENA, SELLO, TOKEN = "cadena-original.txt", "sello.b64", "cadena-original.tsr"
# An acuse carries five; a carátula one, as large as a filing may be.
MOST_FILES, MOST_ORIGINALS, MOST_BYTES = 50, 3, 200 << 20
MOST_LEVELS = 20


def originals(reader: PdfFileReader) -> list[bytes]:
    """The PDFs attached as what this document was made from (`/AFRelationship /Source`, ISO 32000-2, 14.13)."""
    found = [_content(spec) for _, spec in _files(reader) if got(spec, "/AFRelationship") == "/Source"]
    return [content for content in found if b"%PDF-" in content[:1024] and len(content) <= MOST_BYTES][:MOST_ORIGINALS]


def acuse_proofs(
    reader: PdfFileReader,
    signers: Iterable[tuple[str, x509.Certificate]],
    evidence: Evidence,
    anchors: TrustAnchors,
    at: datetime,
) -> AcuseFinding | None:
    """The proofs of an acuse, computed again (docs/formatos.md); None for what carries no cadena and no sello.

    `signers` are those whose signatures on this file hold, each with what it says that it was put for. Somebody else's
    proofs may be attached to any file, and the office seals whatever it receives: only who sealed this one as the acuse
    of that folio can have made them.
    """
    files = {name: spec for name, spec in _files(reader) if name in {CADENA, SELLO, TOKEN}}
    if not {CADENA, SELLO} <= files.keys():
        return None
    cadena, sello = (_content(files[name]).decode() for name in (CADENA, SELLO))
    issuers = [each for stated, each in signers if stated == seal_reason(_folio(cadena))]
    made = [each for each in issuers if _names(cadena, each) and sello_fits(to_pem(each), cadena, sello)]
    token = _token(_content(files[TOKEN]), cadena, evidence, anchors, at) if TOKEN in files else None
    return AcuseFinding(
        cadena=cadena,
        sello_of=tuple(each.sha256.hex() for each in made),
        token_fits=bool(token and token.fits) if TOKEN in files else None,
        token_time=token.time if token and token.believed else None,
        tsa=token.tsa if token and token.believed else "",
    )


def _folio(cadena: str) -> str:
    """The folio in it; empty where it has no place for one."""
    return (cadena.split("|", 4)[3:4] or [""])[0]


def _names(cadena: str, certificate: x509.Certificate) -> bool:
    """Whether the last value of the cadena is the number of this certificate."""
    return cadena.removesuffix("||").rpartition("|")[2] == serial(certificate)


def _token(response_der: bytes, cadena: str, evidence: Evidence, anchors: TrustAnchors, at: datetime) -> Stamp | None:
    try:
        token = tsp.TimeStampResp.load(response_der, strict=True)["time_stamp_token"]["content"]
        return stamp(token, lambda name: hashlib.new(name, cadena.encode()).digest(), evidence, anchors, at)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _files(reader: PdfFileReader) -> Iterator[tuple[str, Any]]:
    """Names and file specifications of the attachments (ISO 32000-2, 7.11.4)."""
    return islice(_leaves(got(got(reader.root, "/Names"), "/EmbeddedFiles"), MOST_LEVELS), MOST_FILES)


def _leaves(node: Any, levels: int) -> Iterator[tuple[str, Any]]:
    if levels == 0:
        return
    pairs = listed(node, "/Names")
    for name, spec in zip(pairs[::2], pairs[1::2], strict=False):
        yield str(name), spec
    for kid in listed(node, "/Kids"):
        yield from _leaves(kid, levels - 1)


def _content(spec: Any) -> bytes:
    return bytes(spec["/EF"]["/F"].data)
