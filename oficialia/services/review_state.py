"""What the rows of a filing say of where it stands, against its leaves, its documents and its work."""

import re
from collections import Counter
from collections.abc import Iterator

from oficialia.domain.codes import Codes, digest
from oficialia.domain.documents import Purpose, Role
from oficialia.domain.filing import Acto, Etapa, NivelFirma, NivelSello
from oficialia.domain.ledger import SALT_BYTES
from oficialia.domain.parties import Parte
from oficialia.models import LedgerLeaf
from oficialia.services import review_desk
from oficialia.services.efirma_level import is_signed_by
from oficialia.services.jobs import WORDS
from oficialia.services.outbox import RAISE_ACUSE, RAISE_ANSWER, Kind
from oficialia.services.received_signatures import is_signed, verdict_of
from oficialia.services.registration import level_of, searched
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_form import TYPED
from oficialia.services.review_ledger import parsed
from oficialia.services.review_scope import Case

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Acts that leave a leaf and, in the same transaction, an event.
_TOLD_TWICE = frozenset({Acto.INGRESO, Acto.SELLO, Acto.ACUSE, Acto.EDICION, *review_desk.WITH_LEAF})


def standing(case: Case) -> Iterator[Finding]:
    """Stage, levels, state and address: each follows from something else that the register has."""
    filing, confirmation = case.filing, case.confirmation
    email = filing.parties[0].email if filing.parties else ""
    wrong = {
        "estado": filing.estado != review_desk.estado(case),
        "lo que está pendiente": filing.pendiente != review_desk.pendiente(case),
        "área que lo atiende": filing.turned_to != review_desk.turned_to(case),
        "etapa": filing.etapa not in _etapas(case),
        "nivel del sello": filing.nivel_sello != _sealed_level(case),
        "nivel de la firma": case.principal() is not None and filing.nivel_firma != _signed_level(case),
        "sal de la identidad": len(filing.identity_salt) != SALT_BYTES,
        "palabras con que la mesa lo encuentra": case.words != searched(filing.parties),
        "correo por confirmar": bool(filing.parties) and email != (confirmation.address if confirmation else ""),
    }
    if names := [name for name, is_wrong in wrong.items() if is_wrong]:
        words = f"No corresponde a lo demás que el registro tiene de este expediente: {', '.join(names)}."
        yield Finding(Code.FILING_ALTERED, filing.folio, words)


def codes(case: Case, secret: Codes | None) -> Iterator[Finding]:
    """Whether the digests of the two codes can be those of a code; with the server's secret, whether they are.

    Without it the código de verificación is compared with what the acuse prints (``review_seals``); the clave de
    seguimiento is printed nowhere.
    """
    filing = case.filing
    found = {"código de verificación": filing.verification_hash, "clave de seguimiento": filing.tracking_hash}
    wrong = [name for name, value in found.items() if not _SHA256.fullmatch(value)]
    if secret:
        right = (digest(secret.verification(filing.id)), digest(secret.tracking(filing.id)))
        wrong = [name for (name, value), ours in zip(found.items(), right, strict=True) if value != ours]
    if wrong:
        words = f"Lo que el registro guarda para reconocerlo ya no es suyo, y no abre nada: {', '.join(wrong)}."
        yield Finding(Code.CODES_ALTERED, filing.folio, words)


def history(case: Case) -> Iterator[Finding]:
    """Whether every act that left a leaf, and every confirmed address, is told in the filing's history."""
    owed = Counter(leaf.act for leaf in case.leaves if leaf.act in _TOLD_TWICE)
    if case.confirmation and case.confirmation.confirmed_at:
        owed[Acto.CORREO_CONFIRMADO] += 1
    if missing := owed - Counter(event.act for event in case.filing.events):
        words = f"A la historia del expediente le falta lo que otra parte del registro dice: {', '.join(missing)}."
        yield Finding(Code.HISTORY_GAP, case.filing.folio, words)


def work_asked_for(case: Case) -> Iterator[Finding]:
    """Whether the outbox has every job that the filing's acts asked for, done or not: none is ever removed."""
    if not case.acuses and not any(job.done_at is None for job in case.jobs):
        return  # nobody works on it, which is told by that name
    present = {(job.kind, job.ordinal) for job in case.jobs}
    if missing := [kind for kind, ordinal in _owed(case) if (kind, ordinal) not in present]:
        words = ", ".join(dict.fromkeys(WORDS[kind] for kind in missing))
        yield Finding(Code.WORK_LOST, case.filing.folio, f"Se pidió, y el registro ya no tiene el trabajo: {words}.")


def _owed(case: Case) -> Iterator[tuple[Kind, int]]:
    yield Kind.SEAL, 1
    if case.sealed():
        yield Kind.ACUSE, 1
    if case.acuses and _went_out_without_time(case):
        yield Kind.RAISE, RAISE_ACUSE
    for row in case.objects:
        if row.purpose == Purpose.ANSWER:
            yield Kind.SEAL_ANSWER, 1
        if row.purpose == Purpose.SEALED_ANSWER and row.seal_level == NivelSello.B_B:
            yield Kind.RAISE, RAISE_ANSWER
    yield from ((Kind.REPORT, event.id) for event in case.filing.events if event.act == Acto.DICTAMEN_PEDIDO)
    yield from ((Kind.NOTIFY, event.id) for event in case.filing.events if event.act == Acto.NOTIFICACION)
    yield from ((Kind.MAIL_NOTICE, event.id) for event in case.filing.events if event.data.get("correo"))
    if case.confirmation:
        yield from ((Kind.MAIL_CODE, number) for number in range(1, case.confirmation.serial + 1))
        if case.confirmation.confirmed_at and case.acuses:
            yield Kind.MAIL_ACUSE, 1


def _went_out_without_time(case: Case) -> bool:
    first = {row.purpose: row for row in reversed(case.objects) if row.purpose in {Purpose.SEALED, Purpose.ACUSE}}
    acuse = min(case.acuses, key=lambda row: row.edition)
    return acuse.token is None or any(row.seal_level == NivelSello.B_B for row in first.values())


def _etapas(case: Case) -> set[str]:
    """The stages that the filing can be at. That an acuse is missing where it should be there is told elsewhere."""
    if case.acuses:
        return {Etapa.ACUSE_LISTO}
    # It waits with a reason: for a person, or for the seal.
    pending = [job for job in case.jobs if job.done_at is None and job.kind in {Kind.SEAL, Kind.ACUSE}]
    waiting = {Etapa.EN_ESPERA} if any(job.quarantined_at or job.last_error for job in pending) else set()
    return {Etapa.SELLANDO, Etapa.ACUSE_LISTO, *waiting, *(() if case.sealed() else (Etapa.RECIBIDA,))}


def _sealed_level(case: Case) -> str:
    """As the last leaf about the sealed copy tells it."""
    levels = [record["nivel"] for leaf in case.leaves if (record := _of_sealed(leaf))]
    newest = case.sealed()[-1:]
    if levels:
        return str(levels[-1])
    return newest[0].seal_level if newest else NivelSello.SIN_SELLO  # its missing leaf is told elsewhere


def _of_sealed(leaf: LedgerLeaf) -> dict[str, object]:
    record = parsed(leaf.record)
    mine = leaf.act == Acto.SELLO or (leaf.act == Acto.EDICION and record.get("de") == Purpose.SEALED)
    return record if mine and "nivel" in record else {}


def _signed_level(case: Case) -> str:
    principal = case.principal()
    if case.filing.nivel_firma == NivelFirma.N3 and principal is not None:
        verdict, people = verdict_of(principal), case.filing.parties
        representative = next((party for party in people if party.role == Parte.REPRESENTANTE), None)
        # That it was signed in our page is told by nothing else; that its e.firma is good, the bytes tell.
        if verdict and people and is_signed_by(verdict, people[0], representative):
            return NivelFirma.N3
    sources = [row for row in case.objects if row.purpose == Purpose.SOURCE]
    return level_of(
        signed=principal is not None and is_signed(principal),
        typed=any(row.media_type.startswith(TYPED) for row in sources),
        kinds=[document.kind for document in case.documents if document.role == Role.ANEXO],
    )
