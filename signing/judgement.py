"""The verdict on what was found: rules alone, the same for every document. Pure; nothing is opened here.

Green only if everything is good. What keeps it from green is told as reasons, each with the best colour that it leaves
(`signing.reason`); `docs/verificacion.md` explains them, and ADR 0013 why they are so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from signing.finding import AcuseFinding, DocumentFinding, Modification, SignatureFinding, Told
from signing.reason import Change, Colour, Integrity, Reason, Revocation, worst
from signing.verdict import AcuseCheck, DocumentVerdict, SignatureVerdict

Ask = Callable[[SignatureFinding], Told | None]
"""Gives None where nobody is to be asked, or nobody answered."""

CLOCK_SKEW = timedelta(minutes=10)
"""How far the clock of who signed may be ahead of the authority's."""
HARMLESS = frozenset({Change.SIGNATURES, Change.VALIDATION_DATA})
PDF = "application/pdf"

UNEXAMINED = frozenset({
    Reason.DOCUMENT_UNREADABLE,
    Reason.TOO_HEAVY,
    Reason.SIGNATURE_UNREADABLE,
    Reason.NO_CERTIFICATE,
    Reason.UNKNOWN_ALGORITHM,
})  # fmt: skip
ALTERED = frozenset({Reason.COVERAGE, Reason.CONTENT_ALTERED, Reason.SIGNATURE_VALUE})
CHANGED = frozenset({Reason.CHANGED, Reason.NOT_COMPARED, Reason.FILLED_IN, Reason.UNSEEN_CHANGES})
CHANGES: dict[Modification, Reason] = {
    "cambios": Reason.CHANGED,
    "cambios_permitidos": Reason.FILLED_IN,
    "cambios_invisibles": Reason.UNSEEN_CHANGES,
}

PASSED = ("TOTAL-PASSED", "")
INDICATIONS: dict[Reason, tuple[str, str]] = {
    Reason.DOCUMENT_UNREADABLE: ("TOTAL-FAILED", "FORMAT_FAILURE"),
    Reason.SIGNATURE_UNREADABLE: ("TOTAL-FAILED", "FORMAT_FAILURE"),
    Reason.COVERAGE: ("TOTAL-FAILED", "FORMAT_FAILURE"),
    Reason.CONTENT_ALTERED: ("TOTAL-FAILED", "HASH_FAILURE"),
    Reason.SIGNATURE_VALUE: ("TOTAL-FAILED", "SIG_CRYPTO_FAILURE"),
    Reason.REVOKED: ("TOTAL-FAILED", "REVOKED"),
    Reason.EXPIRED: ("TOTAL-FAILED", "EXPIRED"),
    Reason.NOT_YET_VALID: ("TOTAL-FAILED", "NOT_YET_VALID"),
    Reason.TOO_HEAVY: ("INDETERMINATE", ""),
    Reason.NO_CERTIFICATE: ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND"),
    Reason.UNKNOWN_ALGORITHM: ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    Reason.CHANGED: ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"),
    Reason.NOT_COMPARED: ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"),
    Reason.WEAK_ALGORITHM: ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    Reason.UNTRUSTED: ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"),
    Reason.USAGE: ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE"),
    Reason.NOT_A_PERSON: ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE"),
    Reason.REVOKED_WITHOUT_PROOF: ("INDETERMINATE", "REVOKED_NO_POE"),
    Reason.OUT_OF_TERM: ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"),
    Reason.TIME_CONTRADICTED: ("INDETERMINATE", "TIMESTAMP_ORDER_FAILURE"),
    Reason.REVOCATION_UNKNOWN: ("INDETERMINATE", "TRY_LATER"),
}
"""ETSI EN 319 102-1, 5.1.3. The first reason in this order decides; one that is not here fails nothing there."""


def nobody(_found: SignatureFinding) -> None:
    """Asks nobody."""


def judge(
    found: DocumentFinding, *, at: datetime, ours: frozenset[str] = frozenset(), ask: Ask = nobody
) -> DocumentVerdict:
    """The verdict on `found`, as of `at`. `ask` tells what the authorities say about a signature's certificate."""
    signatures = [_signature(each, at, ours, ask(each)) for each in found.signatures]
    if signatures and not any(each.covers_whole_file for each in signatures):
        last = signatures[-1]
        # What says more is told already.
        signatures[-1] = _with_reasons(last, (Reason.NOT_COVERED,)) if last.integrity is Integrity.INTEGRO else last
    acuse = _acuse(found.acuse, ours, signatures) if found.acuse else None
    own = [*([found.problem] if found.problem else []), *_acuse_reasons(found.acuse, acuse)]
    reasons = _in_order([*own, *(reason for each in signatures for reason in each.reasons)])
    signed = bool(signatures or reasons)
    return DocumentVerdict(
        sha256=found.sha256,
        size=found.size,
        media_type=PDF,
        colour=worst(reason.colour for reason in reasons) if signed else Colour.NONE,
        integrity=_integrity(reasons) if signed else None,
        reasons=reasons,
        signatures=tuple(signatures),
        embedded=tuple(judge(each, at=at, ours=ours, ask=ask) for each in found.embedded),
        acuse=acuse,
    )


def _signature(found: SignatureFinding, at: datetime, ours: frozenset[str], asked: Told | None) -> SignatureVerdict:
    told = _best(found.told, asked)
    reasons = _in_order(_reasons(found, at, told))
    verdict = SignatureVerdict(
        field_name=found.field_name,
        is_timestamp=found.is_timestamp,
        holder=found.holder,
        certificate_sha256=found.certificate_sha256,
        ours=found.certificate_sha256 in ours and found.intact,
        colour=Colour.GREEN,
        integrity=Integrity.INTEGRO,
        reasons=(),
        changes=found.changes,
        revision_end=found.revision_end,
        covers_whole_file=found.covers and found.modified_after == "nada",
        trusted=bool(found.chain),
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        in_force=_in_force(found, at),
        revocation=told.revocation,
        revoked_at=told.revoked_at,
        revocation_from=told.by,
        revocation_at=told.said_at,
        claimed_time=found.claimed_time,
        proven_time=found.proven_time,
        tsa=found.tsa,
        algorithms=found.algorithms,
        docmdp=found.docmdp,
        indication=PASSED[0],
        sub_indication=PASSED[1],
        detail=found.detail,
    )
    return _with_reasons(verdict, reasons)


def _with_reasons(verdict: SignatureVerdict, more: tuple[Reason, ...]) -> SignatureVerdict:
    reasons = _in_order([*verdict.reasons, *more])
    decisive = next((reason for reason in INDICATIONS if reason in reasons), None)
    indication, sub_indication = INDICATIONS[decisive] if decisive else PASSED
    return replace(
        verdict,
        reasons=reasons,
        colour=worst(reason.colour for reason in reasons),
        integrity=_integrity(reasons),
        indication=indication,
        sub_indication=sub_indication,
    )


def _reasons(found: SignatureFinding, at: datetime, told: Told) -> Iterator[Reason]:
    if found.problem:
        yield found.problem
        return
    yield from _about_integrity(found)
    yield from _about_identity(found, at)
    yield from _about_revocation(found, told)
    if found.timestamp_broken:
        yield Reason.TIMESTAMP_BROKEN
    if found.timestamp_untrusted and found.proven_time is None:
        yield Reason.TIMESTAMP_UNTRUSTED
    latest = min(found.proven_time or at, at) + CLOCK_SKEW
    if found.claimed_time and not found.is_timestamp and found.claimed_time > latest:
        yield Reason.TIME_CONTRADICTED


def _about_integrity(found: SignatureFinding) -> Iterator[Reason]:
    if not found.covers:
        yield Reason.COVERAGE
        return  # nobody can say what came after it
    if not found.digest_fits:
        yield Reason.CONTENT_ALTERED
    if not found.value_fits:
        yield Reason.SIGNATURE_VALUE
    if found.modified_after in CHANGES:
        yield CHANGES[found.modified_after]
    elif found.modified_after == "desconocido":
        yield Reason.NOT_COVERED if found.changes == (Change.TRAILING_DATA,) else Reason.NOT_COMPARED
    elif not HARMLESS.issuperset(found.changes):
        yield Reason.FILLED_IN


def _about_identity(found: SignatureFinding, at: datetime) -> Iterator[Reason]:
    if found.weak:
        yield Reason.WEAK_ALGORITHM
    elif not found.chain:
        yield Reason.UNTRUSTED
    if not found.usage:
        yield Reason.USAGE
    if found.holder.kind == "csd" and not found.is_timestamp:
        yield Reason.NOT_A_PERSON
    if _in_force(found, at):
        return
    if found.proven_time is None or found.valid_from is None or found.valid_until is None:
        yield Reason.OUT_OF_TERM
    elif found.proven_time > found.valid_until:
        yield Reason.EXPIRED
    elif found.proven_time < found.valid_from:
        yield Reason.NOT_YET_VALID
    else:
        yield Reason.OUT_OF_TERM  # one of the authorities above it was not in force


def _in_force(found: SignatureFinding, at: datetime) -> bool | None:
    """Of the whole chain where there is one, else of the certificate alone."""
    if found.valid_from is None or found.valid_until is None:
        return None
    moment = found.proven_time or at
    return found.in_force if found.chain else found.valid_from <= moment <= found.valid_until


def _about_revocation(found: SignatureFinding, told: Told) -> Iterator[Reason]:
    if not found.chain or not found.intact:
        return  # there is nobody to ask, or nothing to ask about; that says more
    if told.revoked_at:
        if found.proven_time is None:
            yield Reason.REVOKED_WITHOUT_PROOF
        elif told.revoked_at <= found.proven_time:
            yield Reason.REVOKED
    elif told.revocation is Revocation.UNKNOWN and not found.is_timestamp:
        yield Reason.REVOCATION_UNKNOWN


def _best(brought: Told, asked: Told | None) -> Told:
    """What is known: a revocation, from wherever; else what the authority answered; else what the document brings."""
    if brought.revoked_at or asked is None or asked.revocation is Revocation.UNKNOWN:
        return brought
    return asked


def _integrity(reasons: Iterable[Reason]) -> Integrity:
    found = set(reasons)
    groups = ((UNEXAMINED, Integrity.ILEGIBLE), (ALTERED, Integrity.ALTERADO), (CHANGED, Integrity.CAMBIO))
    return next((word for group, word in groups if group & found), Integrity.INTEGRO)


def _acuse(found: AcuseFinding, ours: frozenset[str], signatures: Iterable[SignatureVerdict]) -> AcuseCheck | None:
    """None for the acuse of another office. Where the office's seals are not known, whoever sealed it counts."""
    sealed = {each.certificate_sha256 for each in signatures if each.ours} if ours else set(found.sello_of)
    if found.sello_of and not sealed:
        return None
    values = found.cadena.split("|")
    folio = values[3] if len(values) > 3 else ""
    fits = bool(sealed & set(found.sello_of))
    return AcuseCheck(found.cadena, folio, fits, found.token_fits, found.token_time, found.tsa)


def _acuse_reasons(found: AcuseFinding | None, check: AcuseCheck | None) -> Iterator[Reason]:
    if found is None or check is None:
        return
    if not check.sello_fits:
        yield Reason.ACUSE_SELLO
    if check.token_fits is False:
        yield Reason.ACUSE_TOKEN


def _in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each once, in the order of the list of words."""
    found = set(reasons)
    return tuple(reason for reason in Reason if reason in found)
