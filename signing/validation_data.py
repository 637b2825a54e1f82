"""Evidence for later years inside a document: what it needs, writing it, and checking it. Runs in the sandbox.

The evidence (ETSI EN 319 142-1): certificates and the authorities' word on revocation in the DSS, and over all of it a
document time stamp. Nothing is fetched here; what the document lacks is told to the caller, who brings it.
"""

import asyncio
import base64
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.generic import BooleanObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.errors import ProtectionFailed
from signing.examination import opened
from signing.prepare import open_writer, reader_draws_the_form, unused_name
from signing.trust import TrustAnchors, validation_context

JSON = dict[str, Any]

FIELD = "Sello-de-tiempo"
READABLE = "Sello de tiempo de archivo"
CHUNK = 1 << 20
A_MOMENT = timedelta(minutes=1)

# Every certificate below the anchor must have its state in the document.
_MUST_BE_KNOWN = CertRevTrustPolicy(REQUIRE_REVINFO)


def gather(path: str, anchors: list[str], level: str) -> JSON:
    """What the sealed document at `path` needs to rise from `level` (b_t, b_lt or b_lta).

    Gives `field` (of our seal, the last signature that is no time stamp), `chains` (each with `certificates`, DER in
    base64, leaf first, and `at`, the proven time that its state must be known for), and `until`: when the archive time
    stamp that there is stops vouching; empty below b_lta. Raises ProtectionFailed.
    """
    chains, until = [], ""
    with open(path, "rb") as file:  # noqa: PTH123
        reader = _read(file)
        seal, trusted = _seal(reader), TrustAnchors(tuple(anchors))
        if level == "b_t":
            chains = _of_seal(seal, trusted)
        elif level == "b_lta":
            chains, until = _of_last_stamp(reader, seal, trusted)
    return {"field": seal.field_name, "chains": chains, "until": until}


def extend(
    source: str, copy: str, target: str, *, certificates: list[str], ocsps: list[str], crls: list[str], reserve: int
) -> JSON:
    """Write to `target` the increment that puts this evidence (DER in base64) into the DSS of the document at `source`.

    With `reserve` (bytes of DER) there follows an empty document time stamp: `gap_start` and `gap_end` tell where,
    from the beginning of the document. At `copy` the document itself is worked on.
    """
    shutil.copyfile(source, copy)
    told = _extended(Path(copy), certificates, ocsps, crls, reserve)
    with Path(copy).open("rb") as file:
        file.seek(Path(source).stat().st_size)
        Path(target).write_bytes(file.read())
    return told


def _extended(document: Path, certificates: list[str], ocsps: list[str], crls: list[str], reserve: int) -> JSON:
    with document.open("rb+") as file:
        writer = open_writer(file)
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[x509.Certificate.load(der) for der in _decoded(certificates)],
            ocsps=[ocsp.OCSPResponse.load(der) for der in _decoded(ocsps)],
            crls=[crl.CertificateList.load(der) for der in _decoded(crls)],
        )
        if reserve:
            return _with_room(writer, reserve)
        writer.write_in_place()
        return {}


def check(path: str, anchors: list[str], field: str, at: str) -> JSON:
    """Whether the seal in `field` can be validated from the document alone, once all who signed have ended.

    `good`, and else the `detail` for the log. Assumes that the archive time stamps will be renewed in time.
    """
    now = datetime.fromisoformat(at)
    with open(path, "rb") as file:  # noqa: PTH123
        reader = _read(file)
        seal = next(each for each in reader.embedded_regular_signatures if each.field_name == field)
        trusted = SimpleTrustManager.build(trust_roots=TrustAnchors(tuple(anchors)).certificates())
        policy = CertValidationPolicySpec(trusted, _MUST_BE_KNOWN)
        specification = PdfSignatureValidationSpec(SignatureValidationSpec(policy))
        result = asyncio.run(
            simulate_future_ades_lta_validation(
                seal, specification, _judgement_day(reader, seal, now), current_reference_time=now
            )
        )
        found = result.ades_subindic
        # pyHanko 0.38 looks for no list here unless the signer's issuer is itself the anchor; all else it did look at.
        unseen = found == AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE and not _has_response(reader, seal)
    return {"good": found == AdESPassed.OK or unseen, "detail": f"{found}: {result.failure_msg}"}


def _read(file: Any) -> PdfFileReader:
    with suppress(Exception):
        return opened(file, strict=True)
    return opened(file, strict=False)


def _seal(reader: PdfFileReader) -> EmbeddedPdfSignature:
    seals = reader.embedded_regular_signatures
    if not seals:
        raise ProtectionFailed("the document has no seal")
    last: EmbeddedPdfSignature = max(seals, key=lambda each: each.signed_revision)
    return last


def _judgement_day(reader: PdfFileReader, seal: EmbeddedPdfSignature, now: datetime) -> datetime:
    """When the check looks back from. After the end of every certificate that signed, so that nobody can be asked.

    But once the seal's own has ended, what proves its time is the chain of archive time stamps: just before its end.
    """
    stamps = reader.embedded_timestamp_signatures
    if seal.signer_cert.not_valid_after < now and stamps:
        return _ends(stamps[-1].signer_cert) - A_MOMENT
    tokens = extract_tst_data_iter(seal.signer_info, signed=False)
    signers = [extract_certificate_info(token).signer_cert for token in tokens]
    return max(map(_ends, [*signers, seal.signer_cert, *(each.signer_cert for each in stamps)])) + A_MOMENT


def _ends(certificate: x509.Certificate) -> datetime:
    ends: datetime = certificate.not_valid_after
    return ends


def _has_response(reader: PdfFileReader, seal: EmbeddedPdfSignature) -> bool:
    """Whether there is an OCSP response about the certificate of the seal."""
    for stored in DocumentSecurityStore.read_dss(reader).ocsps:
        response = ocsp.OCSPResponse.load(stored.get_object().data)
        for said in response.basic_ocsp_response["tbs_response_data"]["responses"]:
            if said["cert_id"]["serial_number"].native == seal.signer_cert.serial_number:
                return True
    return False


def _of_seal(seal: EmbeddedPdfSignature, anchors: TrustAnchors) -> list[JSON]:
    """Who signed, and who stamped the signature."""
    tokens = list(extract_tst_data_iter(seal.signer_info, signed=False))
    if not tokens:
        raise ProtectionFailed("the seal has no time stamp")
    at = _time_of(tokens[0])
    return [_told(_chain(signed, at, anchors), at) for signed in (seal.signed_data, *tokens)]


def _of_last_stamp(reader: PdfFileReader, seal: EmbeddedPdfSignature, anchors: TrustAnchors) -> tuple[list[JSON], str]:
    """Who gave the last archive time stamp, and when that stops vouching. One before our seal is somebody else's."""
    stamps = [each for each in reader.embedded_timestamp_signatures if each.signed_revision > seal.signed_revision]
    if not stamps:
        raise ProtectionFailed("the archive time stamp is not in the document")
    at = _time_of(stamps[-1].signed_data)
    chain = _chain(stamps[-1].signed_data, at, anchors)
    return [_told(chain, at)], min(map(_ends, chain)).isoformat()


def _time_of(token: cms.SignedData) -> datetime:
    """When a time stamp was given (RFC 3161, 2.4.2)."""
    stamped: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return stamped


def _chain(signed: cms.SignedData, at: datetime, anchors: TrustAnchors) -> list[x509.Certificate]:
    """From the certificate that signed to its anchor."""
    found = extract_certificate_info(signed)
    context = validation_context(anchors, at=at, other_certs=found.other_certs)
    validator = CertificateValidator(found.signer_cert, found.other_certs, validation_context=context)
    return list(reversed(list(asyncio.run(validator.async_validate_usage(set())))))


def _told(chain: Iterable[x509.Certificate], at: datetime) -> JSON:
    return {"certificates": [base64.b64encode(each.dump()).decode() for each in chain], "at": at.isoformat()}


def _decoded(texts: Iterable[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


def _with_room(writer: IncrementalPdfFileWriter, reserve: int) -> JSON:
    name = unused_name(writer, FIELD)
    needed = reader_draws_the_form(writer)
    session = PdfCMSEmbedder(new_field_spec=SigFieldSpec(name, readable_field_name=READABLE)).write_cms(
        field_name=name, writer=writer
    )
    next(session)
    session.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=2 * reserve)))
    if needed:
        # pyHanko deletes it; in a signed document nobody may draw the appearances instead.
        writer.root["/AcroForm"][pdf_name("/NeedAppearances")] = BooleanObject(True)
    gap, _ = session.send(SigIOSetup(md_algorithm="sha256", in_place=True, chunk_size=CHUNK))
    return {"gap_start": gap.reserved_region_start, "gap_end": gap.reserved_region_end}
