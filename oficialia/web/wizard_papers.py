"""The documents that accompany the writing: the requirements as a checklist, and what each file is."""

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.documents import SUPPORT_WORDS, Support
from oficialia.errors import FieldFault
from oficialia.web import draft_uploads, wizard_draft
from oficialia.web.context import runtime
from oficialia.web.forms import EmptyForm
from oficialia.web.redirects import see_other
from oficialia.web.text import clean_line
from oficialia.web.wizard_anexos import OTHERS, PICTURES, Paper, papers, required, slot_of
from oficialia.web.wizard_draft import LATER, current
from oficialia.web.wizard_files import is_picture, look_into
from oficialia.web.wizard_offer import offered
from oficialia.web.wizard_writing import UNFINISHED

blueprint = wizard_draft.guarded("wizard_papers")
_TITLE = 200
_NOT_PICTURES = "Elija fotografías JPEG o PNG aquí. Suba los PDF en «Otros documentos»."


@blueprint.get("/documentos")
def checklist() -> Response:
    """What is asked for, and what is there."""
    return _checklist_page(EmptyForm.blank(), [], 200)


@blueprint.post("/documentos")
def hand_in() -> BaseResponse:
    """Keeps the files; what each of them is comes next."""
    form = EmptyForm.sent()
    if faults := form.check():
        return _checklist_page(form, faults, 400)
    draft_id = current().id
    if draft_uploads.taken_away(draft_id):
        return _checklist_page(form, [], 200)
    faults = [fault for slot in _slots() for fault in _hand_in(slot)] or _too_many()
    if faults:
        return _checklist_page(form, faults, 422)
    draft = runtime().drafts.answer(draft_id, "documentos", {"visto": True})
    if _papers() and LATER not in request.form:
        return see_other("wizard_papers.described")
    return wizard_draft.go_on(draft, "documentos")


@blueprint.get("/documentos/datos")
def described() -> BaseResponse:
    """What each document is."""
    return _described_page(EmptyForm.blank(), [], 200) if _papers() else see_other("wizard_papers.checklist")


@blueprint.post("/documentos/datos")
def describe() -> BaseResponse:
    """Keeps it."""
    form = EmptyForm.sent()
    if faults := form.check():
        return _described_page(form, faults, 400)
    for paper in _papers():
        runtime().drafts.describe(current().id, paper.key, {**paper.about, **_said(paper)})
    return wizard_draft.go_on(runtime().drafts.open(current().id), "documentos")


def _hand_in(slot: str) -> list[FieldFault]:
    draft_id = current().id
    faults = draft_uploads.keep(draft_id, slot) or look_into(draft_id, slot)
    draft = runtime().drafts.open(draft_id)
    if not faults and draft.unfinished(slot):
        return [FieldFault(slot, UNFINISHED)]
    if not faults and slot == PICTURES and not all(map(is_picture, draft.in_slot(slot))):
        return [FieldFault(slot, _NOT_PICTURES)]
    return faults


def _too_many() -> list[FieldFault]:
    """Told here, and not only when it is filed."""
    limits = runtime().limits
    return [FieldFault(OTHERS, limits.refusal("demasiados_anexos"))] if len(_papers()) > limits.anexos else []


def _said(paper: Paper) -> dict[str, object]:
    support = clean_line(request.form.get(f"soporte-{paper.key}"))
    return {
        "title": clean_line(request.form.get(f"titulo-{paper.key}"))[:_TITLE],
        "support": support if support in set(Support) else Support.DIGITISED.value,
        "reserved": bool(request.form.get(f"reservado-{paper.key}")),
    }


def _slots() -> tuple[str, ...]:
    needed = required(current(), offered())
    return (*map(slot_of, needed), OTHERS, PICTURES)


def _papers() -> tuple[Paper, ...]:
    return papers(runtime().drafts.open(current().id), offered())


def _checklist_page(form: EmptyForm, faults: list[FieldFault], status: int) -> Response:
    draft = runtime().drafts.open(current().id)
    needed = required(draft, offered())
    return wizard_draft.page("presentar/documentos.html", form, faults, status,
        draft=draft, needed=needed, slot_of=slot_of, others=OTHERS, pictures=PICTURES,
    )  # fmt: skip


def _described_page(form: EmptyForm, faults: list[FieldFault], status: int) -> Response:
    return wizard_draft.page(
        "presentar/documentos_datos.html",
        form,
        faults,
        status,
        papers=_papers(),
        supports=SUPPORT_WORDS,
        longest=_TITLE,
    )
