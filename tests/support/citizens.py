"""Who signs in the tests of verification: people of the development PKI, and people whose certificates have a flaw."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509.oid import AuthorityInformationAccessOID
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certs import profiles
from tests.support.seals import Authority

CITIZEN_PASSWORD = b"12345678a"
Key = rsa.RSAPrivateKey


def signer_of(pki: Path, who: str) -> signers.SimpleSigner:
    """Somebody of the PKI: a citizen by name, or `sello`."""
    file, password = pki / "ciudadanos" / f"{who}.p12", CITIZEN_PASSWORD
    if who == "sello":
        file, password = pki / "sello.p12", (pki / "sello.password").read_bytes()
    signer: signers.SimpleSigner | None = signers.SimpleSigner.load_pkcs12(str(file), passphrase=password)
    assert signer is not None
    return signer


def stamper_of(pki: Path, at: datetime, *, certified: datetime | None = None) -> DummyTimeStamper:
    """The time-stamping authority of the PKI, stopped at an instant; certified as of another one, if given."""
    key, certificate, chain = load_key_and_certificates(
        (pki / "tsa.p12").read_bytes(), (pki / "tsa.password").read_bytes()
    )
    assert isinstance(key, rsa.RSAPrivateKey) and certificate is not None
    if certified:
        builder = profiles.tsa_certificate(key.public_key(), certificate.issuer, certified, "http://pki.invalid")
        certificate = builder.sign(Authority(pki).key, hashes.SHA256())
    parsed = [_asn1(each) for each in (certificate, *chain)]
    return DummyTimeStamper(parsed[0], _private(key), SimpleCertificateStore.from_certs(parsed[1:]), fixed_dt=at)


@dataclass(frozen=True)
class Flaw:
    """In what a certificate differs from that of MARÍA PEÑA NÚÑEZ. `usage` is its whole key usage; `address`: where it
    says that responders, lists, issuers and policies are to be had."""

    usage: Sequence[str] = ("digital_signature", "content_commitment", "data_encipherment", "key_agreement")
    purposes: Sequence[x509.ObjectIdentifier] = profiles.E_FIRMA_PURPOSES
    starts: timedelta = -profiles.YEAR
    lasts: timedelta = 4 * profiles.YEAR
    bits: int = 2048
    address: str = ""


def flawed(pki: Path, at: datetime, flaw: Flaw) -> signers.SimpleSigner:
    """A citizen whom the PKI's authority certified so."""
    authority = Authority(pki)
    key = rsa.generate_private_key(65537, flaw.bits) if flaw.bits != 2048 else authority.key
    start = at + flaw.starts
    name = profiles.person_name(profiles.PEOPLE[0])
    builder = x509.CertificateBuilder(
        authority.certificate.subject, name, key.public_key(), x509.random_serial_number(), start, start + flaw.lasts
    )
    builder = builder.add_extension(profiles._usage(*flaw.usage), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage(flaw.purposes), critical=False)
    for extension in _addresses(flaw.address) if flaw.address else ():
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    store = SimpleCertificateStore.from_certs([_asn1(authority.certificate)])
    return signers.SimpleSigner(_asn1(certificate), _private(key), store)


def _addresses(base: str) -> Iterator[x509.ExtensionType]:
    def place(name: str) -> x509.UniformResourceIdentifier:
        return x509.UniformResourceIdentifier(f"{base}/{name}")

    ocsp, issuers = AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS
    yield x509.AuthorityInformationAccess([
        x509.AccessDescription(ocsp, place("ocsp")),
        x509.AccessDescription(issuers, place("ca.cer")),
    ])  # fmt: skip
    yield x509.CRLDistributionPoints([x509.DistributionPoint([place("crl")], None, None, None)])
    yield x509.FreshestCRL([x509.DistributionPoint([place("delta")], None, None, None)])
    policy = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
    yield x509.CertificatePolicies([x509.PolicyInformation(policy, [f"{base}/cps"])])


def sign_as(
    content: bytes,
    signer: signers.SimpleSigner,
    field: str = "Firma1",
    *,
    timestamper: DummyTimeStamper | None = None,
    digest: str = "sha256",
    claimed: datetime | None = None,
    **options: Any,
) -> bytes:
    """`content` with a signature in one more revision; it claims to be of now, or of `claimed`."""
    options.setdefault("subfilter", SigSeedSubFilter.PADES)
    metadata = signers.PdfSignatureMetadata(field_name=field, md_algorithm=digest, **options)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    maker = _AtAnHour(metadata, signer, timestamper=timestamper)
    maker.claimed = claimed
    return bytes(maker.sign_pdf(writer).getvalue())


class _AtAnHour(signers.PdfSigner):
    """Whose clock can be set."""

    claimed: datetime | None = None

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self.claimed or session.system_time
        return session


def stamped(content: bytes, stamper: DummyTimeStamper) -> bytes:
    """`content` with a document time stamp in one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    return bytes(signers.PdfTimeStamper(stamper).timestamp_pdf(writer, "sha256").getvalue())


def updated(content: bytes, change: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    """One more revision that is no signature."""
    stream = io.BytesIO(content)
    writer = IncrementalPdfFileWriter(stream)
    change(writer)
    writer.write_in_place()
    return stream.getvalue()


def rotate_page(writer: IncrementalPdfFileWriter) -> None:
    """A change that everybody sees."""
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)
    writer.update_container(page)


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def _private(key: Key) -> keys.PrivateKeyInfo:
    return keys.PrivateKeyInfo.load(key.private_bytes(serialization.Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
