"""The leaves: dense, unaltered, in the order of time, and each telling of what the register has."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oficialia.domain.acuse import identity_commitment
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import commitment
from oficialia.domain.merkle import leaf_hash
from oficialia.domain.plazos import ZONE
from oficialia.domain.wording import iso_local
from oficialia.models import LedgerLeaf, StoredObject
from oficialia.services.passed_over import noted
from oficialia.services.registration import identifier
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_form import as_sent
from oficialia.services.review_reading import guarded
from oficialia.services.review_scope import Case, Scope

# The keys of a record that name bytes (docs/formatos.md); `cadena` is a digest too, of text that the acuse row keeps.
DIGESTS = ("original", "sellado", "acuse", "documento", "anterior", "cadena")

# The objects that a leaf tells of, and what is wrong when none does.
_LEAVES = {
    Purpose.SEALED: (Code.NO_SELLO_LEAF, "la copia sellada"),
    Purpose.ACUSE: (Code.NO_ACUSE_LEAF, "el acuse"),
    Purpose.ANSWER: (Code.NO_ANSWER_LEAF, "la respuesta"),
    Purpose.SEALED_ANSWER: (Code.NO_ANSWER_LEAF, "la respuesta sellada"),
    Purpose.NOTICE: (Code.NO_NOTICE_LEAF, "el acuse de notificación"),
}


def tree(scope: Scope, leaves: Iterable[LedgerLeaf | Finding]) -> Iterator[Finding]:
    """What is wrong with the leaves as a sequence; ``leaves`` come by index, one that cannot be read as its finding."""
    if scope.head_size != scope.leaves:
        yield Finding(
            Code.HEAD_DIFFERS,
            "libro",
            f"La cabeza dice {scope.head_size} hojas, y la última tiene el {scope.leaves - 1}.",
        )
    before: LedgerLeaf | None = None
    numbers: dict[int, int] = defaultdict(int)
    days: dict[str, list[str]] = defaultdict(list)  # folios, of the days that are not closed yet
    expected, unsure = 0, False
    for leaf in leaves:
        if isinstance(leaf, Finding):
            yield leaf
            expected, unsure = expected + 1, True
            continue
        if leaf.index != expected:
            yield Finding(Code.LEAF_MISSING, f"hoja {expected}", f"Faltan las hojas {expected} a {leaf.index - 1}.")
        if before and leaf.registered_at < before.registered_at:
            yield _about(leaf, Code.LEAF_TIME, "Su hora es anterior a la de la hoja que le precede.")
        yield from guarded(_unaltered(leaf), f"hoja {leaf.index}")
        if leaf.act == Acto.INGRESO:
            out_of_order = list(_in_order(leaf, numbers))
            yield from () if unsure else out_of_order  # the one that could not be read may have been an ingreso
            unsure = False
            days[leaf.registered_at.astimezone(ZONE).date().isoformat()].append(leaf.folio)
        elif leaf.act == Acto.CIERRE and leaf.record and not unsure:
            yield from _closed(leaf, days)
        elif leaf.act == Acto.RESTAURACION:
            for gap in noted([leaf]):
                numbers[gap.last.year] = max(numbers[gap.last.year], gap.last.sequence)
        before, expected = leaf, leaf.index + 1


def _unaltered(leaf: LedgerLeaf) -> Iterator[Finding]:
    """Hash, commitment, and the columns that repeat what the leaf says."""
    if leaf_hash(leaf.data.encode()).hex() != leaf.hash:
        yield _about(leaf, Code.LEAF_ALTERED, "Su huella no es la de su contenido.")
    data = parsed(leaf.data)
    if not leaf.record and leaf.filing_id is None:
        yield _about(leaf, Code.LEAF_RECOVERED, "Volvió de lo publicado al restaurar un respaldo más viejo.")
    elif data.get("compromiso") != commitment(leaf.salt, leaf.record.encode()):
        yield _about(leaf, Code.COMMITMENT_DIFFERS, "Lo que dice no es aquello con lo que se comprometió al asentarse.")
    stated = (data.get("acto"), data.get("folio"), data.get("registrado_en"))
    if stated != (leaf.act, leaf.folio, iso_local(leaf.registered_at)):
        yield _about(leaf, Code.LEAF_DIFFERS, "Su acto, folio u hora no son los que el registro anota a su lado.")


def _in_order(leaf: LedgerLeaf, numbers: dict[int, int]) -> Iterator[Finding]:
    """The n-th ``ingreso`` of a year is that of folio n; after a fault the count goes on from what was found."""
    year = leaf.registered_at.astimezone(ZONE).year
    numbers[year] += 1
    found = Folio.parse(leaf.folio)
    if found != Folio(year, numbers[year]):
        expected = Folio(year, numbers[year])
        yield _about(leaf, Code.INGRESO_ORDER, f"Por su lugar en el libro debía ser el ingreso de {expected}.")
        numbers[year] = found.sequence if found and found.year == year else numbers[year]


def _closed(leaf: LedgerLeaf, days: dict[str, list[str]]) -> Iterator[Finding]:
    """A closing tells how many filings its day had, and which were the first and the last."""
    record = parsed(leaf.record)
    folios = days.pop(str(record.get("dia")), [])
    told = (record.get("ingresos"), record.get("primero"), record.get("ultimo"))
    if told != (len(folios), *(folios[:1] or [""]), *(folios[-1:] or [""])):
        words = f"Cerró su día con otros ingresos que los {len(folios)} que tiene el libro."
        yield _about(leaf, Code.CLOSING_DIFFERS, words)


def leaves_of(case: Case) -> Iterator[Finding]:
    """Whether the leaves and the rows of a filing tell of each other."""
    records = [(leaf, parsed(leaf.record)) for leaf in case.leaves]
    yield from _owed(case, records)
    known = {document.sha256 for document in case.documents} | {row.sha256 for row in case.objects}
    known |= {hashlib.sha256(acuse.cadena.encode()).hexdigest() for acuse in case.acuses}
    for leaf, record in records:
        if unknown := _digests(leaf, record) - known:
            words = f"Nombra la huella {min(unknown)}, que el registro no tiene en {case.folio}."
            yield _about(leaf, Code.DIGEST_UNKNOWN, words)
        if leaf.act == Acto.INGRESO:  # whether it names the right folio, its place in the tree tells
            yield from _same_filing(case, record)
            yield from as_sent(case, record)
        elif leaf.folio != case.folio:
            yield _about(leaf, Code.LEAF_DIFFERS, f"Está asentada en {case.folio}, y dice {leaf.folio}.")


def _owed(case: Case, records: Iterable[tuple[LedgerLeaf, Mapping[str, Any]]]) -> Iterator[Finding]:
    """The leaves that the rows of a filing ask for."""
    told: dict[str, set[object]] = defaultdict(set)
    acts = set()
    for leaf, record in records:
        acts.add(leaf.act)
        if leaf.act == Acto.SELLO:
            told[Purpose.SEALED].add((record.get("edicion"), record.get("sellado")))
        elif leaf.act == Acto.ACUSE:
            told[Purpose.ACUSE].add((record.get("edicion"), record.get("acuse")))
        elif leaf.act == Acto.RESPUESTA:
            told[Purpose.ANSWER].add((1, record.get("documento")))
        elif leaf.act == Acto.SELLO_RESPUESTA:
            told[Purpose.SEALED_ANSWER].add((record.get("edicion"), record.get("sellado")))
        elif leaf.act == Acto.ACUSE_NOTIFICACION:
            told[Purpose.NOTICE].add((record.get("edicion"), record.get("documento")))
        elif leaf.act == Acto.EDICION:
            told[str(record.get("de"))].add((record.get("edicion"), record.get("documento")))
    if Acto.INGRESO not in acts:
        yield Finding(Code.NO_INGRESO_LEAF, case.filing.folio, "El libro no tiene la hoja de su ingreso.")
    yield from _sealed_otherwise(case, records)
    for row in case.objects:
        if row.purpose in _LEAVES and (row.edition, row.sha256) not in told[row.purpose]:
            code, words = _LEAVES[Purpose(row.purpose)]
            yield Finding(
                code, case.filing.folio, f"El libro no tiene la hoja de {words}, edición {row.edition} ({_short(row)})."
            )


def _sealed_otherwise(case: Case, records: Iterable[tuple[LedgerLeaf, Mapping[str, Any]]]) -> Iterator[Finding]:
    """How copy and answer were sealed, as their rows and as their leaves tell it."""
    rows = {row.sha256: row for row in case.objects if row.purpose in {Purpose.SEALED, Purpose.SEALED_ANSWER}}
    for leaf, record in records:
        row = rows.get(str(record.get("sellado"))) if leaf.act in {Acto.SELLO, Acto.SELLO_RESPUESTA} else None
        if row is not None:
            now = {"estrategia": row.seal_strategy, "nivel": row.seal_level, "certificado": row.certificate_serial}
            if changed := [name for name, value in now.items() if record.get(name) != value]:
                what = "La copia sellada" if leaf.act == Acto.SELLO else "La respuesta sellada"
                words = f"{what} ya no dice cómo se selló, según el libro: {', '.join(changed)}."
                yield Finding(Code.FILING_ALTERED, case.filing.folio, words)


def _same_filing(case: Case, record: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the filing still says what it said when it came in."""
    filing = case.filing
    now = {
        "expediente": str(filing.id),
        "recibido_en": iso_local(filing.received_at),
        "registrado_en": iso_local(filing.registered_at),
        "efectos": filing.effective_date.isoformat(),
        "politica": filing.policy_id,
        "area": filing.area_clave,
        "tramite": filing.tramite_clave or "",
        "cedula": filing.cedula.sha256 if filing.cedula else "",
        "asunto": filing.asunto,
        "identidad": identity_commitment(filing.identity_salt, identifier(filing.parties[0])) if filing.parties else "",
        "formulario": filing.body_digest,
        "sigue": case.root_folio or None,
        "relacion": case.follow_up.relation if case.follow_up else None,
    }
    if changed := [name for name, value in now.items() if record.get(name) != value]:
        words = f"Lo que dice el registro cambió desde su ingreso, según el libro: {', '.join(changed)}."
        yield Finding(Code.FILING_ALTERED, filing.folio, words)


def _digests(leaf: LedgerLeaf, record: Mapping[str, Any]) -> set[str]:
    if leaf.act == Acto.INGRESO:
        documents = record.get("documentos", [])
        return set(documents) if isinstance(documents, list) else set()
    # The `documento` of a `sello` is its number, not a digest.
    return {value for name in DIGESTS if isinstance(value := record.get(name), str)}


def parsed(text: str) -> dict[str, Any]:
    """The JSON object in ``text``; an empty one when it is none, which every comparison then tells."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _short(row: StoredObject) -> str:
    return f"SHA-256 {row.sha256[:16]}…"


def _about(leaf: LedgerLeaf, code: Code, sentence: str) -> Finding:
    return Finding(code, f"hoja {leaf.index} ({leaf.act} {leaf.folio})", sentence)
