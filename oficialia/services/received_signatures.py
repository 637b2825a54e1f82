"""The signatures of a document as it was received, as the register keeps them and as the acuse tells them (field 9)."""

from collections.abc import Iterator, Mapping
from typing import Any

from oficialia.domain.wording import mask, short_instant
from oficialia.models import Document
from oficialia.services import findings
from oficialia.services.reason_words import REASONS
from oficialia.services.verdict_view import NAMELESS
from signing.acuse_content import AcuseSigner
from signing.reason import Colour, Reason
from signing.verdict import DocumentVerdict, SignatureVerdict

REVOCATION = "la revocación del certificado"
TIME = "la hora de la firma"


def verdict_of(document: Document) -> DocumentVerdict | None:
    """The verdict taken when it was received; None for what was received before there were verdicts."""
    return DocumentVerdict.from_json(document.verdict) if document.verdict else None


def is_signed(document: Document) -> bool:
    """Whether it bore anything of a signature."""
    verdict = verdict_of(document)
    return verdict.colour is not Colour.NONE if verdict else bool(document.findings)


def signers(document: Document, name: str) -> Iterator[AcuseSigner]:
    """What the acuse says of each signature of the document, which it calls ``name``; CURP and RFC masked."""
    verdict = verdict_of(document)
    if verdict is None:
        yield from (_found(name, finding) for finding in document.findings)
        return
    yield from (_judged(name, each) for each in verdict.signatures)
    if not verdict.signatures and verdict.colour is not Colour.NONE:  # never passed over in silence
        told = " ".join(REASONS[reason].sentence for reason in verdict.reasons)
        yield AcuseSigner(name, NAMELESS, "", "", "sin fecha", told)


def _judged(name: str, signature: SignatureVerdict) -> AcuseSigner:
    unknown = signature.reasons.count(Reason.REVOCATION_UNKNOWN) > 0
    unchecked = [REVOCATION] if unknown else []
    return AcuseSigner(
        document=name,
        subject=signature.holder.name or signature.holder.organization or NAMELESS,
        serial=signature.holder.serial,
        issuer=signature.holder.issuer,
        signed_at=_when(signature),
        verdict=_told(signature),
        unchecked=tuple(unchecked if signature.proven_time else [*unchecked, TIME]),
        curp=mask(signature.holder.curp),
        rfc=mask(signature.holder.rfc),
    )


def _told(signature: SignatureVerdict) -> str:
    """What is against it; else that nothing is. What nobody could check stands in a field of its own."""
    against = [REASONS[reason].sentence for reason in signature.reasons if reason is not Reason.REVOCATION_UNKNOWN]
    return " ".join(against) or f"{findings.INTACT}; {findings.KNOWN_ISSUER}"


def _when(signature: SignatureVerdict) -> str:
    if signature.proven_time:
        return f"{short_instant(signature.proven_time)} (comprobada con sello de tiempo)"
    return f"{short_instant(signature.claimed_time)} (según el firmante)" if signature.claimed_time else "sin fecha"


def _found(name: str, finding: Mapping[str, Any]) -> AcuseSigner:
    holder = finding["holder"] or {}
    return AcuseSigner(
        document=name,
        subject=holder.get("name") or "No se pudo leer",
        serial=holder.get("serial", ""),
        issuer=holder.get("issuer", ""),
        signed_at=findings.time_words(finding),
        verdict=findings.verdict(finding),
        unchecked=tuple(finding["unchecked"]),
        curp=mask(holder.get("curp", "")),
        rfc=mask(holder.get("rfc", "")),
    )
