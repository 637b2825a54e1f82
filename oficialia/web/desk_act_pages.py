"""What the page of each act of the desk says and asks for, and the service that it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from oficialia.domain.staff import Actor, StaffAct
from oficialia.runtime import Runtime
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion, rechazar_anulacion
from oficialia.services.prevenciones import prevenir
from oficialia.services.respuestas import responder
from oficialia.services.submission import Upload
from oficialia.services.turnos import turnar


@dataclass(frozen=True)
class Asked:
    """What the form of an act asks for; ``seen`` is the mark of the filing that its page showed."""

    reason: str
    seen: int
    area: str
    requirements: tuple[str, ...]
    upload: Upload | None


@dataclass(frozen=True)
class ActPage:
    """One act: its words, what its form has besides the reason, and whether it is checked before it is done."""

    slug: str
    act: StaffAct
    title: str
    button: str
    explained: str  # what it does, before
    reason_label: str
    reason_hint: str
    done: str  # what is said after
    perform: Callable[[Runtime, Actor, UUID, Asked], None]
    checked: bool = False  # nobody can undo it
    warning: str = ""  # of its check page
    takes_area: bool = False
    takes_requirements: bool = False
    takes_file: bool = False


def _turnar(runtime: Runtime, actor: Actor, filing_id: UUID, asked: Asked) -> None:
    turnar(runtime, actor, filing_id, asked.area, asked.reason, seen=asked.seen)


def _prevenir(runtime: Runtime, actor: Actor, filing_id: UUID, asked: Asked) -> None:
    prevenir(runtime, actor, filing_id, asked.requirements, asked.reason, seen=asked.seen)


def _responder(runtime: Runtime, actor: Actor, filing_id: UUID, asked: Asked) -> None:
    assert asked.upload is not None  # noqa: S101 - the form of this act has a file, or it is refused
    responder(runtime, actor, filing_id, asked.upload, asked.reason, seen=asked.seen)


def _pedir(runtime: Runtime, actor: Actor, filing_id: UUID, asked: Asked) -> None:
    pedir_anulacion(runtime, actor, filing_id, asked.reason, seen=asked.seen)


def _confirmar(runtime: Runtime, actor: Actor, filing_id: UUID, asked: Asked) -> None:
    confirmar_anulacion(runtime, actor, filing_id, asked.reason, seen=asked.seen)


def _rechazar(runtime: Runtime, actor: Actor, filing_id: UUID, asked: Asked) -> None:
    rechazar_anulacion(runtime, actor, filing_id, asked.reason, seen=asked.seen)


_ONLY_STAFF = "Queda en la historia del expediente. No lo lee la persona que presentó."
_PERSON_READS = "Lo leerá la persona que presentó: escriba claro y con respeto."

_ALL = (
    ActPage(
        slug="turnar",
        act=StaffAct.TURNAR,
        title="Turnar a un área",
        button="Turnar",
        explained="El área lo verá en su bandeja y deberá responder. Puede turnarlo después a otra, si esta no es.",
        reason_label="Por qué a esa área",
        reason_hint=_ONLY_STAFF,
        done="Lo turnó. Ahora le toca al área responder.",
        perform=_turnar,
        takes_area=True,
    ),
    ActPage(
        slug="prevenir",
        act=StaffAct.PREVENIR,
        title="Prevenir: pedir que lo complete",
        button="Continuar",
        explained="La persona verá qué le falta y hasta cuándo puede entregarlo. Empieza a correr su plazo.",
        reason_label="Qué falta y por qué",
        reason_hint=_PERSON_READS,
        done="Previno a la persona. Su plazo ya corre; espere el escrito que lo complete.",
        perform=_prevenir,
        checked=True,
        warning="Una prevención no se retira: la persona la lee y su plazo empieza a correr.",
        takes_requirements=True,
    ),
    ActPage(
        slug="responder",
        act=StaffAct.RESPONDER,
        title="Responder",
        button="Continuar",
        explained="Suba la respuesta firmada, en PDF. Nosotros la sellamos y la ponemos a disposición de la persona.",
        reason_label="En pocas palabras, qué se responde",
        reason_hint=_ONLY_STAFF,
        done="Recibimos la respuesta. En cuanto tenga su sello, la persona podrá descargarla.",
        perform=_responder,
        checked=True,
        warning="Una respuesta entregada no se retira ni se cambia. Revise que el PDF sea el definitivo.",
        takes_file=True,
    ),
    ActPage(
        slug="pedir-anulacion",
        act=StaffAct.ANULAR_PEDIR,
        title="Pedir que se anule",
        button="Pedir la anulación",
        explained="Nada se borra. Mientras otra persona decide, el expediente no admite ningún otro acto.",
        reason_label="Por qué debe anularse",
        reason_hint="Si se anula, lo leerá la persona que presentó.",
        done="Pidió anularlo. Otra persona de la oficialía debe confirmarlo o rechazarlo.",
        perform=_pedir,
    ),
    ActPage(
        slug="confirmar-anulacion",
        act=StaffAct.ANULAR_CONFIRMAR,
        title="Confirmar la anulación",
        button="Continuar",
        explained="El expediente deja de seguir su curso. Su folio, sus documentos y su acuse se conservan.",
        reason_label="Por qué lo confirma",
        reason_hint=_PERSON_READS,
        done="Se anuló el expediente. Nada se borró.",
        perform=_confirmar,
        checked=True,
        warning="Una anulación no se deshace. La persona tendría que presentar otra vez.",
    ),
    ActPage(
        slug="rechazar-anulacion",
        act=StaffAct.ANULAR_RECHAZAR,
        title="No anular",
        button="No anular",
        explained="El expediente sigue su curso donde estaba.",
        reason_label="Por qué no se anula",
        reason_hint=_ONLY_STAFF,
        done="No se anuló. El expediente sigue su curso.",
        perform=_rechazar,
    ),
)
PAGES: dict[str, ActPage] = {page.slug: page for page in _ALL}
