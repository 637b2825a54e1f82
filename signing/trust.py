"""Whom we believe: trust anchors given by the operator, and nothing else.

Never the operating system's certificate store, and never anything fetched from an address that a document or a
certificate names: such addresses are the attacker's to choose.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko_certvalidator import ValidationContext

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)
from signing.errors import TrustUnusable

CERTIFICATE_SUFFIXES = frozenset({".pem", ".crt", ".cer"})
ISSUERS = "intermedias"
"""In a folder of anchors: certificates of authorities that are not believed by themselves. A `.cer` comes without the
one of its authority, which leads from it to an anchor."""


@dataclass(frozen=True)
class TrustAnchors:
    """Certificates of authorities that are believed, each as PEM text; the form in which they enter the sandbox.

    `issuers` are known, and count only where they lead to one that is believed.
    """

    pem: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()

    def certificates(self) -> list[x509.Certificate]:
        """The anchors, parsed anew: asn1crypto objects are lazy and not to be shared between threads."""
        return _parsed(self.pem)

    def issuing(self) -> list[x509.Certificate]:
        """The authorities that are only known, parsed anew."""
        return _parsed(self.issuers)


def load_anchors(*places: Path) -> TrustAnchors:
    """The certificates in `places`: files, or folders whose .pem, .crt and .cer files are taken, in order of name.

    Those of a folder `intermedias` in it are known as issuers. Both PEM (several in a file) and DER are read. Raises
    `TrustUnusable` where a place is missing or a file holds anything else, so that a typing mistake never shrinks the
    trust list in silence.
    """
    return TrustAnchors(_read(places), _read(place / ISSUERS for place in places if (place / ISSUERS).is_dir()))


def _read(places: Iterable[Path]) -> tuple[str, ...]:
    ders = (der for file in _files(places) for der in _certificates(file))
    return tuple(dict.fromkeys(pem.armor("CERTIFICATE", der).decode("ascii") for der in ders))


def _parsed(texts: Iterable[str]) -> list[x509.Certificate]:
    return [x509.Certificate.load(pem.unarmor(text.encode("ascii"))[2]) for text in texts]


def validation_context(
    anchors: TrustAnchors, *, at: datetime | None, other_certs: Iterable[x509.Certificate] = ()
) -> ValidationContext:
    """A context that trusts `anchors` only, fetches nothing, and judges validity at `at` (aware; None means now).

    Revocation is judged on what the document or the caller brings; where there is nothing, the chain may still be
    trusted, and whoever shows the verdict says that revocation is unknown.
    """
    return ValidationContext(
        trust_roots=anchors.certificates(),
        other_certs=list(other_certs),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(file for file in place.iterdir() if file.suffix.lower() in CERTIFICATE_SUFFIXES)
        else:
            yield place


def _certificates(file: Path) -> Iterator[bytes]:
    """The DER of each certificate in `file`."""
    try:
        content = file.read_bytes()
        ders = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        for der in ders:
            x509.Certificate.load(der, strict=True).subject  # noqa: B018  (asn1crypto parses when asked)
    except (OSError, ValueError, TypeError) as fault:
        raise TrustUnusable(f"{file}: {fault}") from fault
    yield from ders
