"""The acts of the desk, told twice: by the leaves of the ledger and by the history of the filing. They must agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from oficialia.domain.filing import FOLLOWED_BY, JOINED, Acto, Estado, Pendiente
from oficialia.domain.plazos import Termino
from oficialia.domain.wording import iso_local
from oficialia.models import Event
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_ledger import parsed
from oficialia.services.review_scope import Case

# Where each act that has a leaf leaves the filing. A respuesta moves it only once it is sealed.
_ESTADOS = {
    Acto.TURNO: Estado.TURNADO,
    Acto.PREVENCION: Estado.PREVENIDO,
    Acto.SELLO_RESPUESTA: Estado.RESUELTO,
    Acto.ANULACION: Estado.ANULADO_CON_TRAZA,
}
WITH_LEAF = frozenset({*_ESTADOS, *FOLLOWED_BY, Acto.RESPUESTA, Acto.NOTIFICACION, Acto.ACUSE_NOTIFICACION})
# What the event of an act repeats of its leaf: the key of the event's data, and that of the leaf's record.
_REPEATED: dict[str, dict[str, str]] = {
    Acto.TURNO: {"de": "de", "a": "a"},
    Acto.PREVENCION: {"requisitos": "requisitos", "vence": "vence"},
    Acto.RESPUESTA: {"archivo": "archivo"},
    Acto.SELLO_RESPUESTA: {"estrategia": "estrategia", "nivel": "nivel"},
    Acto.DESAHOGO: {"escrito": "escrito", "efectos": "efectos", "vencia": "vencia", "plazos": "plazos"},
    Acto.ALCANCE: {"escrito": "escrito", "efectos": "efectos"},
    Acto.NOTIFICACION: {"de": "de", "medio": "medio"},
    Acto.ACUSE_NOTIFICACION: {"edicion": "edicion"},
    Acto.ANULACION: {"pidio": "pidio", "motivo": "pedida_motivo"},
}
_DECISIONS = (Acto.ANULACION_PEDIDA, Acto.ANULACION_RECHAZADA, Acto.ANULACION)


def estado(case: Case) -> Estado:
    """Where the filing stands, as the leaves tell it. After a desahogo it is again where it was before it was asked."""
    joined = case.follow_up is not None and case.follow_up.relation in JOINED
    standing, turned = Estado.ACUMULADO if joined else Estado.PRESENTADO, False
    for leaf in case.leaves:
        turned = turned or leaf.act == Acto.TURNO
        if leaf.act == Acto.DESAHOGO:
            standing = Estado.TURNADO if turned else Estado.PRESENTADO
        elif leaf.act in _ESTADOS:
            standing = _ESTADOS[Acto(leaf.act)]
    return standing


def pendiente(case: Case) -> Pendiente:
    """What waits for its second half: an answer as the leaves tell it, an annulment as the history does."""
    acts = Counter(leaf.act for leaf in case.leaves)
    if acts[Acto.RESPUESTA] > acts[Acto.SELLO_RESPUESTA]:
        return Pendiente.RESPUESTA
    decisions = [event.act for event in case.filing.events if event.act in _DECISIONS]
    asked = bool(decisions) and decisions[-1] == Acto.ANULACION_PEDIDA and not acts[Acto.ANULACION]
    return Pendiente.ANULACION if asked else Pendiente.NADA


def turned_to(case: Case) -> str | None:
    """The area that attends to the filing, as the last leaf ``turno`` tells it."""
    turns = [parsed(leaf.record).get("a") for leaf in case.leaves if leaf.act == Acto.TURNO]
    return turns[-1] if turns else None


def acts(case: Case) -> Iterator[Finding]:
    """Whether history and terms say of each act what its leaf says. An event that is missing is told elsewhere."""
    events: dict[str, list[Event]] = defaultdict(list)
    for event in case.filing.events:
        events[event.act].append(event)
    told: dict[str, int] = defaultdict(int)
    for leaf in case.leaves:
        if leaf.act not in WITH_LEAF:
            continue
        record, of_act = parsed(leaf.record), events[leaf.act][told[leaf.act] :]
        told[leaf.act] += 1
        if of_act and (names := _differing(of_act[0], record, leaf.registered_at)):
            words = f"La historia ya no dice de este acto ({leaf.act}) lo que dice el libro: {', '.join(names)}."
            yield Finding(Code.FILING_ALTERED, case.filing.folio, words)
        if leaf.act == Acto.ANULACION and not any(_asked(event, record) for event in events[Acto.ANULACION_PEDIDA]):
            words = "La historia ya no dice quién pidió anularlo, cuándo o por qué, según el libro."
            yield Finding(Code.FILING_ALTERED, case.filing.folio, words)
    for act in sorted(WITH_LEAF):
        if (more := len(events[act]) - told[act]) > 0:
            words = f"La historia dice un acto ({act}) y el libro no tiene su hoja; faltan {more}."
            yield Finding(Code.NO_ACT_LEAF, case.filing.folio, words)
    yield from _terms(case)
    yield from _followers(case)


def _followers(case: Case) -> Iterator[Finding]:
    """What was joined to it, against the leaves that say so. What came once it was over has no leaf here."""
    told = [(leaf.act, str(parsed(leaf.record).get("escrito"))) for leaf in case.leaves if leaf.act in FOLLOWED_BY]
    if told != [each for each in case.followers if each[0] in JOINED]:
        words = "Los escritos que se le sumaron ya no son los que dice el libro."
        yield Finding(Code.FILING_ALTERED, case.filing.folio, words)


def _differing(event: Event, record: Mapping[str, Any], at: datetime) -> list[str]:
    pairs: dict[str, tuple[object, object]] = {"hora": (event.at, at)}
    if "motivo" in record:  # a person's act
        pairs |= {"motivo": (event.reason, record["motivo"])}
        pairs |= {"persona": (event.actor, record.get("persona")), "rol": (event.actor_role, record.get("rol"))}
    for key, name in _REPEATED[event.act].items():
        pairs |= {name: (event.data.get(key), record.get(name))}
    return [name for name, (found, stated) in pairs.items() if found != stated]


def _asked(event: Event, record: Mapping[str, Any]) -> bool:
    found = (event.actor, event.actor_role, iso_local(event.at), event.reason)
    return found == tuple(record.get(key) for key in ("pidio", "pidio_rol", "pedida_en", "pedida_motivo"))


def _terms(case: Case) -> Iterator[Finding]:
    """The terms that acts set, and those that a desahogo started anew, against their leaves."""
    stated = [term for leaf in case.leaves for term in _stated(leaf.act, parsed(leaf.record))]
    found = [
        (row.term, str(row.days), row.counted_from.isoformat(), row.due.isoformat())
        for row in case.filing.deadlines
        if row.counted_from
    ]
    if found != stated:
        words = "El plazo de una prevención, o el que empezó de nuevo, ya no es el que dice el libro."
        yield Finding(Code.FILING_ALTERED, case.filing.folio, words)


def _stated(act: str, record: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Word, days, beginning and end of the terms that a leaf sets."""
    if act == Acto.PREVENCION:
        yield Termino.PREVENCION, str(record.get("dias")), str(record.get("desde")), str(record.get("vence"))
    for term in record.get("plazos", ()) if act == Acto.DESAHOGO else ():
        word, days, due = term.split(" ")
        yield word, days, str(record.get("efectos")), due
