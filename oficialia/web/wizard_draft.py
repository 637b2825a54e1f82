"""The draft on which this session works, for every page of the wizard."""

from typing import TypeVar

from flask import Blueprint, Response, g, make_response, render_template, request

from oficialia.drafts.draft import Draft
from oficialia.drafts.errors import AlreadyFiled, DraftGone
from oficialia.errors import FieldFault
from oficialia.web import privacy, session
from oficialia.web.context import runtime
from oficialia.web.errors import page as error_page
from oficialia.web.forms import OfficeForm
from oficialia.web.redirects import see_other
from oficialia.web.uploads import require_room
from oficialia.web.wizard_plan import Answers, after, answers

Form = TypeVar("Form", bound=OfficeForm)
LATER = "despues"  # the button that saves and shows how to come back
MARK = "borrador"
"""Which draft a page shows: in another window another one may have been begun since."""
ANOTHER = "Esta página es de otro escrito que usted empezó. Ábralo con su código, o siga con el más nuevo en Presentar."
GONE = "borrado"
"""In the address of the first page, when the draft of this session is not there any more."""


def guarded(name: str) -> Blueprint:
    """A blueprint under `/presentar` whose every page has a draft: who has none begins at the first page, and who has
    filed it sees its folio."""
    blueprint = Blueprint(name, __name__, url_prefix="/presentar")
    blueprint.before_request(_load)
    blueprint.register_error_handler(DraftGone, lambda _error: _begin())
    blueprint.register_error_handler(AlreadyFiled, lambda _error: _load() or _begin())
    return blueprint


def current() -> Draft:
    """The draft of this request, as it was when the request came."""
    draft: Draft = g.draft
    return draft


def of_session() -> Draft | None:
    """The draft of this session; None where there is none, or no more."""
    draft_id = session.draft_id()
    if draft_id is None:
        return None
    try:
        return runtime().drafts.open(draft_id)
    except DraftGone:
        return None


def answered(step: str, values: Answers) -> Response:
    """Keeps the answers of a step and goes on."""
    return go_on(runtime().drafts.answer(current().id, step, values), step)


def go_on(draft: Draft, step: str) -> Response:
    """To the next open task or, by the other button, to the page that says how to come back."""
    if LATER in request.form:
        return see_other("wizard_tasks.tasks", _anchor="guardado")
    return see_other(after(draft, step))


def status_of(form: OfficeForm) -> int:
    """Of a page that is shown again with its faults."""
    return 400 if form.forged else 422


def by_field(faults: list[FieldFault]) -> dict[str, str]:
    """The sentence beside each field: its first."""
    return {fault.field: fault.sentence for fault in reversed(faults)}


def _load() -> Response | None:
    draft = of_session()
    if draft is None:
        return _begin()
    if draft.filing_id:
        session.remember(draft.folio, draft.filing_id)
        return see_other("confirmation.show", folio=draft.folio)
    g.draft = draft
    if request.method == "POST":
        require_room()
        if request.form.get(MARK, draft.id.hex) != draft.id.hex:
            return error_page(409, ANOTHER)
    return None


def _begin() -> Response:
    lost = session.draft_id() is not None
    session.drop_draft()
    return see_other("wizard_start.start", **({GONE: "1"} if lost else {}))


def filled(kind: type[Form], step: str) -> Form:
    """The form of a page with what the step was answered before."""
    form = kind.blank()
    for field in form:
        if field.name in answers(current(), step):
            field.data = answers(current(), step)[field.name]
    return form


def page(name: str, form: OfficeForm, faults: list[FieldFault], status: int, **more: object) -> Response:
    """A page of the wizard with its form, and what is wrong with it beside each field."""
    errors = by_field(faults)
    text = render_template(name, form=form, faults=faults, errors=errors, notice=privacy.current(), **more)
    return make_response(text, status)
