"""Where filing begins: what is asked for, found by the citizen's own words."""

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain import names
from oficialia.drafts.draft import Draft
from oficialia.errors import FieldFault
from oficialia.services import catalog_search
from oficialia.services.catalog import AreaOption, Choices
from oficialia.services.level_words import LEVELS
from oficialia.web import session, wizard_draft
from oficialia.web.context import runtime
from oficialia.web.redirects import see_other
from oficialia.web.text import clean_code, clean_line
from oficialia.web.wizard_forms import WhatForm
from oficialia.web.wizard_offer import chosen, offered
from oficialia.web.wizard_plan import ASKED

blueprint = Blueprint("wizard_start", __name__, url_prefix="/presentar")
_WORDS = 80  # characters of a search


@blueprint.get("")
def start() -> Response:
    """What is to be asked for; what was left unfinished is offered. ``?tramite=`` or ``?area=``: that is chosen."""
    form = WhatForm.blank()
    given = (f"{kind}:{clean_code(request.args.get(kind))}" for kind in ("tramite", "area") if request.args.get(kind))
    form.destino.data = next(given, "")
    return what_page(form, [], 200, action="wizard_start.start")


@blueprint.post("")
def begin() -> BaseResponse:
    """A new draft about what was chosen. One that was open stays behind its code."""
    form = WhatForm.sent()
    faults = check(form)
    if faults:
        return what_page(form, faults, wizard_draft.status_of(form), action="wizard_start.start")
    session.set_draft(runtime().drafts.create({"que": {"destino": form.destino.data}}).id)
    return see_other("wizard_tasks.tasks")


def check(form: WhatForm) -> list[FieldFault]:
    """Its faults; the destination must be one of the catalogue."""
    faults = form.check()
    if not faults and chosen(offered(), form.destino.data) is None:
        return [FieldFault("destino", "Elija una opción de la lista.")]
    return faults


def what_page(form: WhatForm, faults: list[FieldFault], status: int, *, action: str) -> Response:
    """The search with what it found, and everything else there is to choose."""
    choices = offered()
    words = clean_line(request.args.get("q"))[:_WORDS]
    page = render_template(
        "presentar/que.html",
        form=form,
        faults=faults,
        errors=wizard_draft.by_field(faults),
        action=action,
        words=words,
        found=catalog_search.search(choices, words) if words else None,
        picked=chosen(choices, form.destino.data or ""),
        unsure=_office(choices),
        choices=choices,
        levels=LEVELS,
        open_draft=_unfinished() if action == "wizard_start.start" else None,
        lost=wizard_draft.GONE in request.args,
    )
    return make_response(page, status)


def _office(choices: Choices) -> AreaOption | None:
    """The area that is the office itself: for who does not know whom to ask, and a person sends it on."""
    office = names.fold(runtime().labels.office)
    return next((area for area in choices.areas if names.fold(area.nombre) in office), None)


def _unfinished() -> Draft | None:
    draft = wizard_draft.of_session()
    return draft if draft and not draft.filing_id and ASKED not in draft.answers else None
