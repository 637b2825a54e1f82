"""What a document brings about revocation: its DSS (ISO 32000-2, 12.8.4.3), and what is inside its signatures.

Runs in the sandbox. None of it is believed before the authority's signature on it is verified (`signing.answers`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko_certvalidator.path import ValidationPath

from signing.answers import UNUSABLE, Answer, Question, list_answer, ocsp_answer, span, summed_up
from signing.chain import Chain
from signing.finding import Told
from signing.pdf_objects import got, listed
from signing.reason import Revocation
from signing.trust import TrustAnchors

# Each that is about the certificate costs a chain validation; honest documents bring a handful.
MOST_ITEMS = 40
A_MOMENT = timedelta(seconds=1)


@dataclass
class Evidence:
    """Certificates, responses and lists, as DER, parsed when used."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    ocsps: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)

    def with_signature(self, signer: cms.SignerInfo) -> "Evidence":
        """This, and what the signature itself brings (Adobe's signed attribute)."""
        ocsps, crls = list(self.ocsps), list(self.crls)
        for brought in find_cms_attribute_iter(signer["signed_attrs"], "adobe_revocation_info_archival"):
            ocsps += [each.dump() for each in brought["ocsp"]]
            crls += [each.dump() for each in brought["crl"]]
        return Evidence(self.certificates, ocsps, crls)


def in_document(reader: PdfFileReader) -> Evidence:
    """What is in the DSS of the last revision."""
    store = got(reader.root, "/DSS")
    if store is None:
        return Evidence()
    certificates = [x509.Certificate.load(der) for der in _streams(store, "/Certs")]
    return Evidence(certificates, list(_streams(store, "/OCSPs")), list(_streams(store, "/CRLs")))


def told(chain: Chain, evidence: Evidence, anchors: TrustAnchors, moment: datetime) -> Told:
    """What `evidence` tells of `chain` about `moment`. An anchor itself is trusted by the operator's own word: good."""
    if chain.path is None:
        return Told()
    *below, _anchor = chain.certificates
    if not below:
        return Told(Revocation.GOOD)
    if not evidence.ocsps and not evidence.crls:
        return Told()
    said = [(certificate, list(_answers(certificate, chain.path, evidence, anchors))) for certificate in below]
    return summed_up(said, moment, "documento")


def _answers(
    certificate: x509.Certificate, path: ValidationPath, evidence: Evidence, anchors: TrustAnchors
) -> Iterator[Answer]:
    """The answers about `certificate`, each judged as of when it was given."""
    for der in evidence.ocsps[:MOST_ITEMS]:
        try:
            response = ocsp.OCSPResponse.load(der)
            [said] = response.basic_ocsp_response["tbs_response_data"]["responses"]
            if said["cert_id"]["serial_number"].native != certificate.serial_number:
                continue
            at = said["this_update"].native + A_MOMENT
            yield ocsp_answer(response, der, Question(certificate, path, anchors, at))
        except UNUSABLE:
            continue
    for der in evidence.crls[:MOST_ITEMS]:
        try:
            made_at, _ends_at = span(crl.CertificateList.load(der))
            yield list_answer(der, Question(certificate, path, anchors, made_at + A_MOMENT))
        except UNUSABLE:
            continue


def _streams(store: Any, key: str) -> Iterator[bytes]:
    return (bytes(each.data) for each in listed(store, key)[:MOST_ITEMS])
