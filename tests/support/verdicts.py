"""Verdicts to be worded: one signature that is good in every respect, and whatever a test changes of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from signing.efirma import CertificateHolder
from signing.reason import Colour, Integrity, Revocation, worst
from signing.verdict import DocumentVerdict, SignatureVerdict

MARIA = CertificateHolder(
    name="MARÍA PEÑA NÚÑEZ",
    rfc="PEXM800101AB1",
    curp="PEXM800101MMCXXR09",
    organization="",
    serial="00001000000500000001",
    issuer="Autoridad emisora de desarrollo (DEMO)",
    kind="efirma",
)
AT = datetime(2026, 11, 23, 17, 43, 10, tzinfo=UTC)
GOOD = SignatureVerdict(
    field_name="Firma1",
    is_timestamp=False,
    holder=MARIA,
    certificate_sha256="ab" * 32,
    ours=False,
    colour=Colour.GREEN,
    integrity=Integrity.INTEGRO,
    reasons=(),
    changes=(),
    revision_end=9000,
    covers_whole_file=True,
    trusted=True,
    valid_from=AT.replace(year=2025),
    valid_until=AT.replace(year=2029),
    in_force=True,
    revocation=Revocation.GOOD,
    revoked_at=None,
    revocation_from="documento",
    revocation_at=AT,
    claimed_time=AT,
    proven_time=AT,
    tsa="Autoridad de sellado de tiempo (DEMO)",
    algorithms="SHA-256, RSA-2048",
    docmdp=None,
    indication="TOTAL-PASSED",
    sub_indication="",
    detail="",
)


def signature(**changes: Any) -> SignatureVerdict:
    """The good signature with ``changes``; its colour follows from its reasons."""
    made = replace(GOOD, **changes)
    return replace(made, colour=worst(reason.colour for reason in made.reasons))


def document(*signatures: SignatureVerdict, **changes: Any) -> DocumentVerdict:
    """A document that bears them; colour, reasons and integrity follow from theirs."""
    found: dict[str, Any] = {
        "sha256": "cd" * 32,
        "size": 9000,
        "media_type": "application/pdf",
        "colour": worst(each.colour for each in signatures) if signatures else Colour.NONE,
        "integrity": signatures[-1].integrity if signatures else None,
        "reasons": tuple(dict.fromkeys(reason for each in signatures for reason in each.reasons)),
        "signatures": signatures,
        "embedded": (),
        "acuse": None,
    }
    return DocumentVerdict(**(found | changes))
