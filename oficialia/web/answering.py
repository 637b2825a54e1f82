"""Answering a prevención, and adding to an expediente: a draft that knows already what the filing says."""

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.filing import Relacion
from oficialia.services import answering
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.errors import page
from oficialia.web.forms import EXPIRED, EmptyForm
from oficialia.web.redirects import see_other

blueprint = Blueprint("answering", __name__, url_prefix="/seguimiento/<folio>")


@blueprint.post("/responder")
def answer(folio: str) -> BaseResponse:
    """Begins the answer to what was asked."""
    return _begin(folio, Relacion.DESAHOGO)


@blueprint.post("/agregar")
def add(folio: str) -> BaseResponse:
    """Begins a writing that adds to it."""
    return _begin(folio, Relacion.ALCANCE)


def _begin(folio: str, meant: Relacion) -> BaseResponse:
    if EmptyForm.sent().check():
        return page(400, EXPIRED)
    answers = answering.prefilled(runtime(), session.opened(folio), meant)
    session.set_draft(runtime().drafts.create(answers).id)
    return see_other("wizard_tasks.tasks")
