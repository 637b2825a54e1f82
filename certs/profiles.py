"""What each certificate of the development PKI says: the SAT profile for citizens, and the institution's own.

The people do not exist. Their CURP and RFC have the right shape and check digits, so that whatever validates them
meets what it will meet in production.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

YEAR = timedelta(days=365)
# Older than every certificate below, so that a chain can also be judged as of when the expired one was in force.
AUTHORITY_AGE = 6 * YEAR
AUTHORITY_TERM = 15 * YEAR
NAME_OID = ObjectIdentifier("2.5.4.41")
E_FIRMA_PURPOSES = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH)


@dataclass(frozen=True)
class Person:
    """A citizen or company with a test certificate. `curp` and `rfc` are written as SAT writes them."""

    file: str
    name: str
    rfc: str
    curp: str
    number: str
    starts: timedelta
    branch: str = ""
    revoked: bool = False


# A company's certificate names its representative: `RFC / RFC_REP` and ` / CURP`.
_COMPANY = ("EMPRESA DE EJEMPLO SA DE CV", "EDE200101AB0 / PENM850101AB2", " / PENM850101MMCXXR07")
PEOPLE = (
    Person("maria", "MARÍA PEÑA NÚÑEZ", "PENM850101AB2", "PENM850101MMCXXR07", "30001000000900000001", -YEAR),
    Person("empresa", *_COMPANY, "30001000000900000002", -YEAR),
    Person("csd", *_COMPANY, "30001000000900000003", -YEAR, branch="Matriz"),
    Person("vencida", "CARMEN LÓPEZ PRADO", "LOPC880317QA9", "LOPC880317MMCPRR01", "30001000000900000004", -5 * YEAR),
    Person(
        "revocada",
        "LUIS RAMOS TAPIA",
        "RATL750605MN3",
        "RATL750605HMCMRS06",
        "30001000000900000005",
        -YEAR,
        revoked=True,
    ),
)


def authority_name(common_name: str) -> x509.Name:
    """The subject of an authority, or of a service, of this PKI."""
    return _name(
        (NameOID.COUNTRY_NAME, "MX"),
        (NameOID.ORGANIZATION_NAME, "PKI de desarrollo (DEMO, sin valor legal)"),
        (NameOID.COMMON_NAME, common_name),
    )


def seal_name() -> x509.Name:
    """The subject of the municipality's seal."""
    return _name(
        (NameOID.COUNTRY_NAME, "MX"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Estado de México"),
        (NameOID.LOCALITY_NAME, "Chalco"),
        (NameOID.ORGANIZATION_NAME, "Municipio de Chalco (DEMO)"),
        (NameOID.COMMON_NAME, "Oficialía de Partes Digital (DEMO)"),
    )


def person_name(person: Person) -> x509.Name:
    """The subject as SAT writes it: the RFC as printable string in 2.5.4.45, the CURP in serialNumber."""
    attributes = [x509.NameAttribute(oid, person.name) for oid in _NAMES_OF_HOLDER]
    attributes.append(x509.NameAttribute(NameOID.COUNTRY_NAME, "MX"))
    # X.520 wants a bit string here, and so does the public interface; SAT writes a printable string.
    attributes.append(x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, person.rfc, _ASN1Type.PrintableString))
    attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, person.curp))
    if person.branch:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, person.branch))
    return x509.Name(attributes)


_NAMES_OF_HOLDER = (NameOID.COMMON_NAME, NAME_OID, NameOID.ORGANIZATION_NAME)


def person_certificate(person: Person, key: RSAPublicKey, issuer: x509.Name, at: datetime) -> x509.CertificateBuilder:
    """An e.firma for four years, or a CSD where there is a branch; no AIA, no CRL address, as SAT does it."""
    start = at + person.starts
    serial = int.from_bytes(person.number.encode("ascii"), "big")
    # SAT's end certificates carry no key identifiers: their chain is found by name.
    builder = x509.CertificateBuilder(issuer, person_name(person), key, serial, start, start + 4 * YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    if person.branch:
        return builder.add_extension(_usage("digital_signature", "content_commitment"), critical=False)
    everyday = _usage("digital_signature", "content_commitment", "data_encipherment", "key_agreement")
    builder = builder.add_extension(everyday, critical=False)
    return builder.add_extension(x509.ExtendedKeyUsage(E_FIRMA_PURPOSES), critical=False)


def authority_certificate(
    subject: x509.Name, key: RSAPublicKey, issuer: x509.Name, at: datetime, *, path_length: int
) -> x509.CertificateBuilder:
    """A certification authority, in force from long before `at` until long after."""
    builder = _builder(subject, issuer, key, at - AUTHORITY_AGE, at + AUTHORITY_TERM)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    return builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)


def empty_list(issuer: x509.Name, at: datetime) -> x509.CertificateRevocationListBuilder:
    """A list without entries that holds as long as its authority: the root signs once, and its key is gone."""
    builder = x509.CertificateRevocationListBuilder(issuer, at - timedelta(days=1), at + AUTHORITY_TERM)
    return builder.add_extension(x509.CRLNumber(1), critical=False)


def seal_certificate(key: RSAPublicKey, issuer: x509.Name, at: datetime, base_url: str) -> x509.CertificateBuilder:
    """The municipality's seal: three years, nonRepudiation, and where to ask whether it is revoked."""
    builder = _builder(seal_name(), issuer, key, at - timedelta(days=1), at + 3 * YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
    return _with_responders(builder, base_url)


def tsa_certificate(key: RSAPublicKey, issuer: x509.Name, at: datetime, base_url: str) -> x509.CertificateBuilder:
    """The time-stamping authority: the purpose timeStamping, alone and critical (RFC 3161, 2.3)."""
    name = authority_name("Autoridad de sellado de tiempo de desarrollo (DEMO)")
    builder = _builder(name, issuer, key, at - timedelta(days=1), at + 5 * YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature"), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return _with_responders(builder, base_url)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: RSAPublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), start, end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _with_responders(builder: x509.CertificateBuilder, base_url: str) -> x509.CertificateBuilder:
    ocsp = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"{base_url}/ocsp")
    )
    crl = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{base_url}/crl")], None, None, None)
    builder = builder.add_extension(x509.AuthorityInformationAccess([ocsp]), critical=False)
    return builder.add_extension(x509.CRLDistributionPoints([crl]), critical=False)


def _name(*pairs: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def _usage(*granted: str) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: name in granted for name in names})
