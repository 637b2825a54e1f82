"""Going on with a draft in any browser, by its code.

The code never stands in an address that reaches us: a link carries it behind ``#``, which browsers keep to themselves,
and a script of the page sends it as the form does that somebody fills by hand.
"""

from contextlib import suppress

from flask import Blueprint, Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.drafts.errors import DraftGone
from oficialia.errors import FieldFault
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.forms import DraftCodeForm
from oficialia.web.redirects import see_other

blueprint = Blueprint("draft_link", __name__)
UNKNOWN = (
    "No encontramos un borrador con ese código. Revíselo letra por letra. "
    "Los borradores se borran siete días después del último cambio."
)


@blueprint.get("/borrador")
def show_form() -> Response:
    """Asks for the code."""
    return _page(DraftCodeForm.blank(), [], 200)


@blueprint.post("/borrador")
def open_draft() -> BaseResponse:
    """Goes on with the draft in this session; of a filed one, to its filing."""
    form = DraftCodeForm.sent()
    faults = form.check()
    if faults:
        return _page(form, faults, 400 if form.forged else 422)
    try:
        draft = runtime().drafts.by_code(form.codigo.data)
    except DraftGone:
        return _page(form, [FieldFault("codigo", UNKNOWN)], 404)
    if draft.filing_id:
        session.remember(draft.folio, draft.filing_id)
        return see_other("confirmation.show", folio=draft.folio)
    session.set_draft(draft.id)
    return see_other("wizard_tasks.tasks")


def _page(form: DraftCodeForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "borrador.html",
        form=form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
        open_code=_open_code(),
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _open_code() -> str:
    """The code of the draft on which this session works, which another one would take the place of."""
    draft_id = session.draft_id()
    with suppress(DraftGone):
        if draft_id and not runtime().drafts.open(draft_id).folio:
            return runtime().drafts.code(draft_id)
    return ""
