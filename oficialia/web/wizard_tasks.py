"""The list of tasks of a filing: what is done and what is left, and how to come back to it later."""

from flask import Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, TooMany
from oficialia.services import letters
from oficialia.services.level_words import LEVELS
from oficialia.web import wizard_draft, wizard_start
from oficialia.web.context import runtime
from oficialia.web.redirects import see_other
from oficialia.web.wizard_draft import current
from oficialia.web.wizard_forms import MailLinkForm, WhatForm
from oficialia.web.wizard_levels import level_needed
from oficialia.web.wizard_offer import asked_of, offered
from oficialia.web.wizard_plan import ASKED, REVIEW, answers, missing, plan

blueprint = wizard_draft.guarded("wizard_tasks")


@blueprint.get("/pasos")
def tasks() -> Response:
    """What is done and what is left."""
    return _tasks_page(MailLinkForm.blank(), [], 200)


@blueprint.post("/pasos")
def mail_link() -> BaseResponse:
    """Mails the link to the draft."""
    form = MailLinkForm.sent()
    faults = form.check()
    if faults:
        return _tasks_page(form, faults, wizard_draft.status_of(form))
    try:
        letters.ask_draft_link(runtime(), form.correo_borrador.data, current().id)
    except TooMany as error:
        return _tasks_page(form, [FieldFault("correo_borrador", error.sentence)], error.status)
    return see_other("wizard_tasks.tasks", enviado="1", _anchor="guardado")


@blueprint.get("/que")
def what() -> Response:
    """What is asked for, to be changed."""
    form = WhatForm.blank()
    form.destino.data = answers(current(), "que").get("destino", "")
    return wizard_start.what_page(form, [], 200, action="wizard_tasks.what")


@blueprint.post("/que")
def change_what() -> BaseResponse:
    """Asks for something else; whatever else was answered stays."""
    form = WhatForm.sent()
    faults = wizard_start.check(form)
    if faults:
        return wizard_start.what_page(form, faults, wizard_draft.status_of(form), action="wizard_tasks.what")
    return wizard_draft.answered("que", {"destino": form.destino.data})


def _tasks_page(form: MailLinkForm, faults: list[FieldFault], status: int) -> Response:
    draft = current()
    about = asked_of(draft, offered())
    page = render_template(
        "presentar/pasos.html",
        form=form,
        faults=faults,
        errors=wizard_draft.by_field(faults),
        draft=draft,
        steps=plan(draft),
        left=missing(draft),
        review=REVIEW,
        about=about,
        asked=answers(draft, ASKED),
        needed=level_needed(about),
        levels=LEVELS,
        code=runtime().drafts.code(draft.id),
        until=draft.expires_at,
    )
    return make_response(page, status)
