"""The steps of a filing that is being written, which of them are done, and which comes next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oficialia.domain.filing import NivelFirma
from oficialia.domain.parties import Way
from oficialia.drafts.draft import Draft
from oficialia.services import draft_signing
from oficialia.web.wizard_files import signatures
from oficialia.web.wizard_forms import speaker

Answers = Mapping[str, Any]
ASKED = "sigue"
"""The answers of a draft that follows another filing: which, how, and what was asked for."""
ID_SLOT = "requisito-identificacion_oficial"
"""The files of the identification that goes with a signature by hand."""


@dataclass(frozen=True)
class Step:
    """One task: its word in answers and addresses, and how the list of tasks calls it."""

    word: str
    endpoint: str
    name: str
    hint: str
    done: Callable[[Draft], bool]


def answers(draft: Draft, step: str) -> Answers:
    """What a step was answered; nothing before it was."""
    return draft.answers.get(step, {})


def has_main(draft: Draft) -> bool:
    """Whether the writing itself is there, in the way that was chosen."""
    said = answers(draft, "escrito")
    there = {"texto": bool(said.get("peticion")), "pdf": draft.in_slot("principal"), "fotos": draft.in_slot("fotos")}
    return bool(said.get("asunto")) and bool(there.get(said.get("forma", "")))


def _has_who(draft: Draft) -> bool:
    said = answers(draft, "quien")
    name = said.get("nombre", "")
    more = {
        Way.REPRESENTED: said.get("rep_nombre"),
        Way.UNABLE: said.get("ruego_nombre"),
        Way.SEVERAL: speaker(name, said.get("otros", ""), said.get("comun", "")),
    }
    return bool(name and more.get(said.get("como", ""), name))


def is_signed(draft: Draft, level: str) -> bool:
    """Whether the writing, as it is now, is signed in that way."""
    way = answers(draft, "escrito").get("forma", "")
    if level == NivelFirma.N1:
        return way != "texto" and bool(draft.in_slot(ID_SLOT))
    if level == NivelFirma.N2:
        return way == "pdf" and signatures(draft.latest("principal")) > 0
    return level == NivelFirma.N0 or draft_signing.signed_main(draft) is not None


def _has_signature(draft: Draft) -> bool:
    level = answers(draft, "firma").get("nivel", "")
    return bool(level) and is_signed(draft, level)


def _answered(word: str) -> Callable[[Draft], bool]:
    return lambda draft: word in draft.answers


WHAT = Step("que", "wizard_tasks.what", "Qué pide", "El trámite, o el área a la que escribe.", _answered("que"))
WHO = Step("quien", "wizard_who.who", "Quién presenta", "Su nombre, y si actúa por otra persona.", _has_who)
WRITING = Step(
    "escrito", "wizard_writing.writing", "Su escrito", "Escríbalo aquí, o suba un PDF o fotografías.", has_main
)
PAPERS = Step(
    "documentos", "wizard_papers.checklist", "Documentos", "Lo que acompaña a su escrito.", _answered("documentos")
)
SIGNATURE = Step("firma", "wizard_signature.signature", "Cómo firma", "Hay cuatro maneras de firmar.", _has_signature)
NOTICES = Step("aviso", "wizard_who.notices", "Cómo le avisamos", "Correo, teléfono y buzón.", _answered("aviso"))
REVIEW = "wizard_review.show"
_ALL = (WHAT, WHO, WRITING, PAPERS, SIGNATURE, NOTICES)
_OF_A_FOLLOW_UP = (WRITING, PAPERS, SIGNATURE)


def plan(draft: Draft) -> tuple[Step, ...]:
    """The tasks of this draft, in their order."""
    return _OF_A_FOLLOW_UP if ASKED in draft.answers else _ALL


def missing(draft: Draft) -> tuple[Step, ...]:
    """Those that are not done."""
    return tuple(step for step in plan(draft) if not step.done(draft))


def after(draft: Draft, word: str) -> str:
    """The endpoint to go on with when the step of that word was answered: the next open task, else the review."""
    steps = plan(draft)
    place = next((number for number, step in enumerate(steps) if step.word == word), -1)
    for step in (*steps[place + 1 :], *steps[: place + 1]):
        if not step.done(draft):
            return step.endpoint
    return REVIEW
