"""A verdict as people read it: one card for each signature, each statement with what it means.

Page, API, command line, desk and the sealed report show this same view; none of them words anything by itself. Each
aspect of a signature (the document, who, when, whether revoked) says either what is wrong with it, or that all is well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from oficialia.domain.wording import instant, long_date, mask
from oficialia.services import verdict_words as words
from oficialia.services.reason_words import REASONS
from oficialia.services.words import Words
from signing.efirma import CertificateHolder
from signing.reason import Colour, Integrity, Reason, Revocation
from signing.verdict import AcuseCheck, DocumentVerdict, SignatureVerdict

NAMELESS = "No se pudo leer quién firma"
_TIME = frozenset({Reason.TIMESTAMP_BROKEN, Reason.TIMESTAMP_UNTRUSTED, Reason.TIME_CONTRADICTED})
_REVOCATION = frozenset({Reason.REVOKED, Reason.REVOKED_WITHOUT_PROOF, Reason.REVOCATION_UNKNOWN})
_RECOGNISED = Words(
    "Su certificado es de una autoridad que reconocemos y estaba vigente.",
    "La autoridad comprobó la identidad del titular antes de darle su certificado. Está en nuestra lista de confianza.",
)
_PERMITTED = Words(
    "Su certificado es de una autoridad que reconocemos.",
    "La autoridad comprobó la identidad del titular antes de darle su certificado. Está en nuestra lista de confianza.",
)
_NO_TOKEN = Words(
    "El acuse se emitió sin sello de tiempo.",
    "La autoridad de tiempo no respondió ese día. Después se emitió otra edición que sí lo lleva.",
    "Descargue el acuse otra vez, con su folio y su clave.",
)


@dataclass(frozen=True)
class Aspect:
    """One side of a signature: what is said of it, the first statement first."""

    title: str
    statements: tuple[Words, ...]


@dataclass(frozen=True)
class SignatureView:
    """One signature in words. `revision_end` is there where something came after what was signed: its length."""

    number: int
    who: str
    kind: Words
    colour: Colour
    colour_name: str
    facts: tuple[tuple[str, str], ...]
    aspects: tuple[Aspect, ...]
    changes: tuple[Words, ...]
    revision_end: int | None
    expert: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DocumentView:
    """The document in words. `actions` say what to do next. `embedded` are the originals that a carátula carries."""

    sha256: str
    size: int
    colour: Colour
    colour_name: str
    headline: Words
    reasons: tuple[Words, ...]
    actions: tuple[str, ...]
    signatures: tuple[SignatureView, ...]
    acuse: tuple[Words, ...]
    embedded: tuple["DocumentView", ...]


def view(verdict: DocumentVerdict, proofs: tuple[Words, ...] = ()) -> DocumentView:
    """The whole of it; `proofs` are what an acuse proves by the ledger (`proof_words`).

    Hand in `masked(verdict)` wherever the public looks.
    """
    return DocumentView(
        sha256=verdict.sha256,
        size=verdict.size,
        colour=verdict.colour,
        colour_name=words.COLOUR_NAMES[verdict.colour],
        headline=words.headline(verdict),
        reasons=tuple(REASONS[reason] for reason in verdict.reasons),
        actions=words.actions(verdict),
        signatures=tuple(signature_view(each, number) for number, each in enumerate(verdict.signatures, start=1)),
        acuse=_acuse(verdict.acuse, proofs) if verdict.acuse else (),
        embedded=tuple(view(each) for each in verdict.embedded),
    )


def masked(verdict: DocumentVerdict) -> DocumentVerdict:
    """The same with CURP and RFC masked."""
    return replace(
        verdict,
        signatures=tuple(replace(each, holder=_masked(each.holder)) for each in verdict.signatures),
        embedded=tuple(masked(each) for each in verdict.embedded),
    )


def _masked(holder: CertificateHolder) -> CertificateHolder:
    own, representative = mask(holder.rfc), mask(holder.representative_rfc)
    return replace(holder, rfc=own, curp=mask(holder.curp), representative_rfc=representative)


def signature_view(signature: SignatureVerdict, number: int) -> SignatureView:
    """One of them."""
    return SignatureView(
        number=number,
        who=signature.holder.name or signature.holder.organization or NAMELESS,
        kind=_kind(signature),
        colour=signature.colour,
        colour_name=words.COLOUR_NAMES[signature.colour],
        facts=tuple((name, value) for name, value in _facts(signature.holder) if value),
        aspects=tuple(_aspects(signature)),
        changes=tuple(words.CHANGES[change] for change in signature.changes),
        revision_end=signature.revision_end if _has_later(signature) else None,
        expert=tuple((name, value) for name, value in _expert(signature) if value),
    )


def _has_later(signature: SignatureVerdict) -> bool:
    """Whether what was signed is unhurt, and something came after it that a person should look at."""
    unhurt = signature.integrity in {Integrity.INTEGRO, Integrity.CAMBIO}
    return unhurt and any(reason.about_integrity for reason in signature.reasons)


def _kind(signature: SignatureVerdict) -> Words:
    if signature.is_timestamp:
        return words.TIME_STAMP
    return words.OUR_SEAL if signature.ours else words.KINDS[signature.holder.kind]


def _facts(holder: CertificateHolder) -> Iterator[tuple[str, str]]:
    yield "Organización", holder.organization if holder.name else ""
    yield "RFC", holder.rfc
    yield "CURP", holder.curp
    yield "RFC de quien representa", holder.representative_rfc
    yield "Certificado", holder.serial
    yield "Lo emitió", holder.issuer


def _aspects(signature: SignatureVerdict) -> Iterator[Aspect]:
    reasons = signature.reasons
    document = [REASONS[reason] for reason in reasons if reason.about_integrity]
    yield Aspect("El documento", tuple(document) or (words.INTEGRITIES[signature.integrity],))
    if signature.integrity is Integrity.ILEGIBLE and not signature.certificate_sha256:
        return  # nothing is known of it, so nothing is said of it
    other = [reason for reason in reasons if not reason.about_integrity]
    identity = [REASONS[reason] for reason in other if reason not in _TIME | _REVOCATION]
    good = _RECOGNISED if signature.in_force else _PERMITTED
    if identity or signature.trusted:
        yield Aspect("Quién firma", tuple(identity) or (good,))
    yield Aspect("Cuándo", (*(REASONS[reason] for reason in other if reason in _TIME), _time(signature)))
    revoked = tuple(REASONS[reason] for reason in other if reason in _REVOCATION)
    yield Aspect("Si fue revocado", revoked or (_revocation(signature),))


def _time(signature: SignatureVerdict) -> Words:
    if signature.proven_time:
        return Words(f"Se firmó a más tardar el {_local(signature.proven_time)}.", _witnessed(signature.tsa))
    if signature.claimed_time:
        return Words(
            f"Según quien firmó, fue el {_local(signature.claimed_time)}.",
            "Esa hora la puso la computadora de quien firmó. Nadie más da fe de ella.",
        )
    return Words("La firma no dice cuándo se hizo.", "Ni quien firmó ni una autoridad pusieron la hora.")


def _local(at: datetime) -> str:
    return instant(at).partition(" (")[0]


def _witnessed(tsa: str) -> str:
    who = f"Da fe {tsa}, una autoridad de sellado de tiempo." if tsa else "Da fe una autoridad de sellado de tiempo."
    return f"{who} La hora es la del centro de México."


def _revocation(signature: SignatureVerdict) -> Words:
    known = words.REVOCATIONS[signature.revocation]
    if signature.revocation is Revocation.REVOKED and signature.revoked_at:
        day = long_date(signature.revoked_at.date())
        return replace(known, sentence=f"Su certificado se revocó después, el {day}. Esta firma es anterior.")
    return known


def _expert(signature: SignatureVerdict) -> Iterator[tuple[str, str]]:
    yield "ETSI EN 319 102-1", " / ".join(filter(None, [signature.indication, signature.sub_indication]))
    yield "Algoritmos", signature.algorithms
    yield "Campo", signature.field_name
    yield "SHA-256 del certificado", signature.certificate_sha256
    yield "Certificado vigente", _span(signature.valid_from, signature.valid_until)
    yield "Permiso al certificar (DocMDP)", str(signature.docmdp or "")
    yield "Bytes firmados", str(signature.revision_end or "")
    yield "Revocación según", signature.revocation_from
    yield "Razones", ", ".join(reason.value for reason in signature.reasons)
    yield "Detalle", signature.detail


def _span(start: datetime | None, end: datetime | None) -> str:
    return f"{start.date().isoformat()} a {end.date().isoformat()}" if start and end else ""


def _acuse(check: AcuseCheck, proofs: tuple[Words, ...]) -> tuple[Words, ...]:
    """Where the sello is not this file's, nothing else that is attached to it says anything of it."""
    if not check.sello_fits:
        return (REASONS[Reason.ACUSE_SELLO],)
    sello = Words(
        f"El sello electrónico corresponde a la cadena original del folio {check.folio}.",
        "La cadena original resume lo que dice el acuse. La comprobamos de nuevo y coincide.",
    )
    return (sello, _token(check), *proofs)


def _token(check: AcuseCheck) -> Words:
    if check.token_fits is None:
        return _NO_TOKEN
    if not check.token_fits:
        return REASONS[Reason.ACUSE_TOKEN]
    at = f": {_local(check.token_time)}" if check.token_time else ""
    return Words(f"Su sello de tiempo prueba la hora{at}.", _witnessed(check.tsa))
