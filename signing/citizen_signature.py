"""A citizen signs a PDF with a key that never comes here: prepared before, finished after.

    prepare   the document grows by an empty, invisible signature field of the citizen's, byte for byte behind what was
              chosen: the page checks exactly that, and refuses to sign anything else
    (there)   the page computes `attributes` by itself from the prepared document and the certificate, and signs them
    finish    the signature is checked against the certificate, and only then embedded; the result is reopened, and no
              earlier signature may be worse than before

PAdES B-B (ETSI EN 319 142-1): content type, message digest and signing-certificate-v2 are signed, in DER, and nothing
else; so that both sides can make them, and nobody has to believe the other's.
"""

import hashlib
from datetime import datetime
from pathlib import Path

from asn1crypto import algos, cms, tsp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko.sign.general import simple_cms_attribute

from signing.citizen_certificate import CitizenCertificate
from signing.cms import FRAME
from signing.errors import CitizenFault, CitizenSignatureRefused, SandboxFailure
from signing.examine import examine, reopen
from signing.finding import SignatureFinding, not_worse
from signing.increment import Gap, GrownFile, NotAnIncrement, fill_gap, looks_signed
from signing.sandbox import Limits, Sandbox
from signing.trust import TrustAnchors

FIELD = "Firma-al-presentar"
PREPARING = Limits(cpu_seconds=10, wall_seconds=20)
MIB = 1 << 20


def prepare(sandbox: Sandbox, basis: Path, target: Path, *, by: CitizenCertificate, reason: str, at: datetime) -> Gap:
    """Write to `target` the PDF `basis` and behind it an empty signature of `by`; gives where the signature goes.

    `target` begins with `basis`, byte for byte. Raises CitizenSignatureRefused (`pdf_no_admite_firma`) for a document
    that cannot be signed without being changed, and SandboxUnavailable.
    """
    increment = target.with_suffix(".aumento")
    reserve = (
        FRAME + by.certificate.public_key.byte_size + sum(len(each.dump()) for each in (by.certificate, *by.issuers))
    )
    try:
        reply = sandbox.call(
            "signing.prepare:prepare",
            limits=PREPARING,
            reads=[basis.resolve()],
            writes=target.resolve().parent,
            source=str(basis.resolve()),
            basis=str(target.resolve().with_suffix(".reescrito")),
            target=str(increment.resolve()),
            field=FIELD,
            at=at.isoformat(),
            reason=reason,
            office=by.holder.name,
            reserve=reserve,
            art=None,
        ).value
        if reply["outcome"] != "prepared" or reply["basis"] != "source":
            raise CitizenSignatureRefused(CitizenFault.NOT_EXTENSIBLE, str(reply.get("detail", "it was rewritten")))
        gap = Gap(int(reply["gap_start"]), int(reply["gap_end"]))
        GrownFile.grow(basis, increment, target, gap).finish(b"")
    except (SandboxFailure, NotAnIncrement) as fault:
        raise CitizenSignatureRefused(CitizenFault.NOT_EXTENSIBLE, str(fault)) from fault
    finally:
        increment.unlink(missing_ok=True)
        target.with_suffix(".reescrito").unlink(missing_ok=True)
    return gap


def attributes(digest: bytes, certificate_der: bytes) -> bytes:
    """What is signed: the DER of the signed attributes over a document's SHA-256 and the certificate's."""
    cert_id = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate_der).digest()})
    return bytes(
        cms.CMSAttributes([
            simple_cms_attribute("content_type", "data"),
            simple_cms_attribute("message_digest", digest),
            simple_cms_attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [cert_id]})),
        ]).dump()
    )  # fmt: skip


def finish(
    sandbox: Sandbox,
    path: Path,
    gap: Gap,
    signature: bytes,
    *,
    by: CitizenCertificate,
    basis: Path,
    anchors: TrustAnchors,
    at: datetime,
) -> str:
    """Put the signature into the prepared PDF at `path`, made from `basis`; gives the SHA-256 of the result (hex).

    Raises CitizenSignatureRefused: `firma_no_corresponde` and `path` is untouched when it is not a signature over this
    document with the key of this certificate; `danaria_otra_firma` when one that was there before got worse.
    """
    signed = attributes(digest_outside(path, gap), by.der)
    if not is_signature(by.der, signed, signature):
        raise CitizenSignatureRefused(CitizenFault.OTHER_SIGNATURE)
    fill_gap(path, gap, _cms(signed, signature, by))
    before = examine(sandbox, basis, anchors=anchors, at=at) if looks_signed(basis) else ()
    try:
        after, foreign = reopen(sandbox, path, anchors=anchors, at=at)
    except SandboxFailure as fault:
        raise CitizenSignatureRefused(CitizenFault.NOT_EXTENSIBLE, f"reopening: {fault.reason}") from fault
    if foreign:
        raise CitizenSignatureRefused(CitizenFault.NOT_EXTENSIBLE, f"it would touch {', '.join(foreign[:5])}")
    _require_sound(before, after, by)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_signature(certificate_der: bytes, content: bytes, signature: bytes) -> bool:
    """Whether it is an RSASSA-PKCS1-v1_5 signature with SHA-256 over `content`, with the certificate's key."""
    certificate = cms.Certificate.load(certificate_der)
    try:
        key = load_der_public_key(certificate.public_key.dump())
        if not isinstance(key, RSAPublicKey):
            return False
        key.verify(signature, content, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def digest_outside(path: Path, gap: Gap) -> bytes:
    """The SHA-256 of a file but for the gap."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = gap.start
        while left and (block := file.read(min(left, MIB))):
            digest.update(block)
            left -= len(block)
        file.seek(gap.end)
        while block := file.read(MIB):
            digest.update(block)
    return digest.digest()


def _cms(signed: bytes, signature: bytes, by: CitizenCertificate) -> bytes:
    """The CMS over the signed attributes. Whoever verifies has the root already: it is not among the certificates."""
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo({
        "version": "v1",
        "sid": cms.SignerIdentifier({
            "issuer_and_serial_number": cms.IssuerAndSerialNumber({
                "issuer": by.certificate.issuer,
                "serial_number": by.certificate.serial_number,
            }),
        }),
        "digest_algorithm": sha256,
        "signed_attrs": cms.CMSAttributes.load(signed),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        "signature": signature,
    })  # fmt: skip
    content = cms.SignedData({
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [by.certificate, *by.issuers],
        "signer_infos": [signer],
    })  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def _require_sound(
    before: tuple[SignatureFinding, ...], after: tuple[SignatureFinding, ...], by: CitizenCertificate
) -> None:
    """The new signature holds and covers the whole file, and no earlier one got worse."""
    mine = tuple(each for each in after if each.covers_whole_file)
    if len(mine) != 1 or mine[0].certificate_sha256 != by.certificate.sha256.hex() or not mine[0].trusted:
        raise CitizenSignatureRefused(CitizenFault.NOT_EXTENSIBLE, "the new signature does not hold")
    others = tuple(each for each in after if each not in mine)
    if len(others) != len(before) or not not_worse(before, others):
        raise CitizenSignatureRefused(CitizenFault.WORSE)
