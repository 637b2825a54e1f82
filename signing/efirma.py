"""Certificates as SAT writes them: who holds one, and which kind it is.

Importing this module cures asn1crypto, once and for the whole process: it types attribute 2.5.4.45
(x500UniqueIdentifier) as BIT STRING, as X.520 says, while SAT writes the RFC there as a character string; every use of
such a subject or issuer then raises (wbond/asn1crypto#228). Every module of this package that parses certificates
imports this one first.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from asn1crypto import core, x509

CertificateKind = Literal["efirma", "csd", "institucional", "otro"]

# X.520 gives names an upper bound of 64; SAT writes longer ones. Beyond this nobody reads on.
LONGEST_VALUE = 200
# RFC of a company has 12 characters, of a person 13 (CFF art. 27); a slash parts company and representative.
RFC_LENGTHS = (12, 13)
SAT_SERIAL_DIGITS = 20


class _Latin1String(x509.NotReallyTeletexString):  # type: ignore[misc]
    """TeletexString as SAT uses it: Latin-1, so that Ñ survives; every byte has a meaning, none raises."""

    _decoding_encoding = "latin1"


class _Latin1Ia5(core.IA5String):  # type: ignore[misc]
    """IA5String as an old SAT authority fills it: with Latin-1."""

    _encoding = "latin1"


class _UniqueIdentifier(core.Choice):  # type: ignore[misc]
    """What is found in 2.5.4.45: the bit string of X.520, or one of the character strings of SAT."""

    _alternatives = [  # noqa: RUF012  (read by asn1crypto's metaclass in this form)
        ("bit_string", core.OctetBitString),
        ("printable_string", core.PrintableString),
        ("utf8_string", core.UTF8String),
        ("teletex_string", _Latin1String),
        ("ia5_string", _Latin1Ia5),
        ("bmp_string", core.BMPString),
    ]


def _prepared(pair: Any) -> str:
    """The value of a name attribute made ready for comparison (RFC 5280 7.1), also where it is no text.

    RFC 4514 writes such a value as # and hexadecimal. Prepared text begins with a space, so the two never meet.
    """
    if pair._prepped is None:
        try:
            pair._prepped = _compared(pair["value"].native)
        except (ValueError, TypeError):
            pair._prepped = "#" + pair["value"].dump().hex()
    return str(pair._prepped)


@lru_cache(maxsize=4096)
def _compared(text: str) -> str:
    """Prepared text. asn1crypto prepares it anew for every comparison, which was most of what a chain took."""
    return str(x509.NameTypeAndValue()._ldap_string_prep(text))


@lru_cache(maxsize=4096)
def _hashable(der: bytes) -> str:
    """A name, prepared."""
    return "\x1e".join(rdn.hashable for rdn in x509.RDNSequence.load(der))


def _same_name(one: x509.Name, other: object) -> bool:
    """RFC 5280, 7.1. Most are the same bytes, or not the same name at all; asn1crypto decides the rest."""
    if not isinstance(other, x509.Name):
        return False
    if one.chosen.dump() == other.chosen.dump():
        return True
    return one.hashable == other.hashable and bool(one.chosen == other.chosen)


def _install() -> None:
    """Teach asn1crypto these attributes. Running it again changes nothing."""
    directory = x509.DirectoryString
    directory._alternatives = [
        (name, _Latin1Ia5 if name == "ia5_string" else kind) for name, kind in directory._alternatives
    ]
    directory._id_map = None  # asn1crypto sets the alternatives up again when next asked
    x509.NameTypeAndValue._oid_specs["unique_identifier"] = _UniqueIdentifier
    x509.NameTypeAndValue.prepped_value = property(_prepared)
    x509.Name.hashable = property(lambda name: _hashable(name.chosen.dump()))
    x509.Name.__eq__ = _same_name


_install()


@dataclass(frozen=True)
class CertificateHolder:
    """Who holds a certificate, as far as its subject says so; what it does not say is empty.

    Values hold no control nor direction-changing characters. They are claims until the chain has been checked.
    For a company `rfc` is the company's, and `curp` and `representative_rfc` are its representative's.
    """

    name: str
    rfc: str
    curp: str
    organization: str
    serial: str
    issuer: str
    kind: CertificateKind
    representative_rfc: str = ""


def holder(certificate: x509.Certificate) -> CertificateHolder:
    """The holder of `certificate`. Never raises on an odd subject: what cannot be read is empty."""
    subject = _values(certificate, "subject")
    issuer = _values(certificate, "issuer")
    rfc, representative_rfc = _rfcs(subject.get("unique_identifier", ""))
    return CertificateHolder(
        name=subject.get("common_name", "") or subject.get("name", ""),
        rfc=rfc,
        curp=_curp(subject.get("serial_number", "")),
        organization=subject.get("organization_name", ""),
        serial=serial_number(certificate),
        issuer=issuer.get("common_name", "") or issuer.get("organization_name", ""),
        kind=_kind(certificate, subject, rfc),
        representative_rfc=representative_rfc,
    )


def printed_name(certificate: x509.Certificate) -> str:
    """Who the certificate is of, as a document prints it: name, then organisation."""
    found = holder(certificate)
    return ", ".join(filter(None, [found.name, found.organization]))


def serial_number(certificate: x509.Certificate) -> str:
    """The certificate number: SAT's twenty digits where the serial holds them, else upper-case hexadecimal."""
    number = int(certificate.serial_number)
    digits = number.to_bytes(SAT_SERIAL_DIGITS, "big") if 0 <= number < 1 << (8 * SAT_SERIAL_DIGITS) else b""
    if digits.isdigit():
        return digits.decode("ascii")
    return format(number, "X")


def readable(value: object) -> str:
    """Text for showing: NFC, one line, printable characters only, at most `LONGEST_VALUE` long."""
    if not isinstance(value, str):
        return ""
    one_line = " ".join(unicodedata.normalize("NFC", value).split())
    return "".join(char for char in one_line if char.isprintable())[:LONGEST_VALUE].strip()


def _values(certificate: x509.Certificate, which: Literal["subject", "issuer"]) -> dict[str, str]:
    """The attributes of a name that are text, the last of each kind; those that cannot be decoded are left out."""
    found: dict[str, str] = {}
    try:
        pairs = [pair for rdn in certificate["tbs_certificate"][which].chosen for pair in rdn]
    except (ValueError, TypeError, KeyError):
        return found
    for pair in pairs:
        try:
            found[pair["type"].native] = readable(pair["value"].native)
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _rfcs(value: str) -> tuple[str, str]:
    """RFC and representative's RFC from `RFC` or `RFC / RFC_REP`; what has not the shape of an RFC gives ""."""
    own, _, representative = value.partition("/")
    return _rfc(own), _rfc(representative)


def _rfc(value: str) -> str:
    candidate = value.strip().upper()
    shaped = len(candidate) in RFC_LENGTHS and all(char.isalnum() or char == "&" for char in candidate)
    return candidate if shaped else ""


def _curp(value: str) -> str:
    """The CURP in serialNumber; a company's is ` / CURP`."""
    candidate = value.rpartition("/")[2].strip().upper()
    return candidate if len(candidate) == 18 and candidate.isalnum() else ""


def _kind(certificate: x509.Certificate, subject: dict[str, str], rfc: str) -> CertificateKind:
    """e.firma, CSD (a seal for invoices, no person's signature), an institution's seal, or something else.

    SAT's profile: an e.firma has dataEncipherment and keyAgreement and the purposes emailProtection and clientAuth; a
    CSD has an OU (the branch) and neither. Without an RFC, nonRepudiation and an organisation make a seal.
    """
    usage, purposes = _usages(certificate)
    if rfc:
        personal = {"data_encipherment", "key_agreement"} <= usage and "email_protection" in purposes
        if personal and "organizational_unit_name" not in subject:
            return "efirma"
        return "csd" if "digital_signature" in usage else "otro"
    if "time_stamping" not in purposes and "non_repudiation" in usage and subject.get("organization_name"):
        return "institucional"
    return "otro"


def _usages(certificate: x509.Certificate) -> tuple[set[str], set[str]]:
    """Key usage and extended key usage; empty where absent or unreadable."""
    try:
        usage, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
        return set(usage.native if usage else ()), set(purposes.native if purposes else ())
    except (ValueError, TypeError, KeyError):
        return set(), set()
