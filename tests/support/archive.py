"""The judge of evidence for later years that is not ours: pyHanko, from the document and the anchors alone."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.trust import TrustAnchors

IN_2040 = datetime(2040, 1, 1, tzinfo=UTC)


def lasts(path: Path, anchors: TrustAnchors, *, now: datetime, then: datetime = IN_2040) -> bool:
    """Whether the last seal of a document can be validated `then`, with revocation known of every certificate."""
    policy = CertValidationPolicySpec(
        SimpleTrustManager.build(anchors.certificates()), CertRevTrustPolicy(REQUIRE_REVINFO)
    )
    with path.open("rb") as file:
        [*_, seal] = PdfFileReader(file).embedded_regular_signatures
        result = asyncio.run(
            simulate_future_ades_lta_validation(
                seal,
                PdfSignatureValidationSpec(SignatureValidationSpec(policy)),
                future_validation_time=then,
                current_reference_time=now,
            )
        )
    return result.ades_subindic == AdESPassed.OK
