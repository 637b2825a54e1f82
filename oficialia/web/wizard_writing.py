"""The writing itself: what it is about, and typed, as a PDF or as photographs."""

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from oficialia.drafts.draft import Draft
from oficialia.errors import FieldFault
from oficialia.web import draft_uploads, filing, wizard_draft
from oficialia.web.context import runtime
from oficialia.web.forms import PETITION, EmptyForm, OfficeForm
from oficialia.web.redirects import see_other
from oficialia.web.wizard_draft import current, filled
from oficialia.web.wizard_files import is_picture, look_into
from oficialia.web.wizard_forms import PetitionForm, WritingForm, values
from oficialia.web.wizard_plan import answers

blueprint = wizard_draft.guarded("wizard_writing")
SLOTS = {"pdf": "principal", "fotos": "fotos"}
NEEDED = {"pdf": "Elija el PDF de su escrito.", "fotos": "Elija al menos una fotografía de su escrito."}
UNFINISHED = "Un archivo quedó a medias. Espere a que termine, o quítelo."
NOT_PDF = "Este archivo es una imagen. Vuelva atrás y elija «Subo fotografías»: la convertimos a PDF."
NOT_PICTURE = "Elija fotografías JPEG o PNG aquí. Si su escrito es un PDF, vuelva atrás y elija «Subo un PDF»."


@blueprint.get("/escrito")
def writing() -> Response:
    """What it is about, and how it comes."""
    return _writing_page(filled(WritingForm, "escrito"), [], 200)


@blueprint.post("/escrito")
def say_writing() -> BaseResponse:
    """Keeps it; the content comes next."""
    form = WritingForm.sent()
    faults = form.check()
    if faults:
        return _writing_page(form, faults, wizard_draft.status_of(form))
    draft = runtime().drafts.answer(current().id, "escrito", {**answers(current(), "escrito"), **values(form)})
    if wizard_draft.LATER in request.form:
        return wizard_draft.go_on(draft, "escrito")
    return see_other("wizard_writing.content")


@blueprint.get("/escrito/contenido")
def content() -> BaseResponse:
    """The text, the PDF or the photographs."""
    if not _way():
        return see_other("wizard_writing.writing")
    form = filled(PetitionForm, "escrito") if _way() == "texto" else EmptyForm.blank()
    return _content_page(form, [], 200)


@blueprint.post("/escrito/contenido")
def say_content() -> BaseResponse:
    """Keeps it."""
    if not _way():
        return see_other("wizard_writing.writing")
    form = PetitionForm.sent() if _way() == "texto" else EmptyForm.sent()
    faults = form.check()
    if form.forged:
        return _content_page(form, faults, 400)
    if draft_uploads.taken_away(current().id):
        return _content_page(form, [], 200)
    faults += _files(SLOTS[_way()]) if _way() in SLOTS else []
    if faults:
        return _content_page(form, faults, 422)
    return wizard_draft.answered("escrito", {**answers(current(), "escrito"), **values(form)})


def _files(slot: str) -> list[FieldFault]:
    draft_id = current().id
    faults = draft_uploads.keep(draft_id, slot, alone=slot == "principal") or look_into(draft_id, slot)
    return faults or _wrong(runtime().drafts.open(draft_id), slot)


def _wrong(draft: Draft, slot: str) -> list[FieldFault]:
    files = draft.in_slot(slot)
    if draft.unfinished(slot):
        return [FieldFault(slot, UNFINISHED)]
    if not files:
        return [FieldFault(slot, NEEDED[_way()])]
    if slot == "principal" and is_picture(files[-1]):
        return [FieldFault(slot, NOT_PDF)]
    if slot == "fotos" and not all(map(is_picture, files)):
        return [FieldFault(slot, NOT_PICTURE)]
    if len(files) > filing.PHOTOS:
        return [FieldFault(slot, f"Envíe a lo más {filing.PHOTOS} fotografías, o un PDF con todas las páginas.")]
    return []


def _way() -> str:
    return str(answers(current(), "escrito").get("forma", ""))


def _writing_page(form: WritingForm, faults: list[FieldFault], status: int) -> Response:
    return wizard_draft.page("presentar/escrito.html", form, faults, status)


def _content_page(form: OfficeForm, faults: list[FieldFault], status: int) -> Response:
    draft = runtime().drafts.open(current().id)
    return wizard_draft.page(
        "presentar/contenido.html", form, faults, status, way=_way(), draft=draft, longest=PETITION
    )
