"""What follows a filing in the session that made it: folio and clave at once, then each stage as it is reached."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, TooMany
from oficialia.services import email_confirmation, tracking
from oficialia.services.tracking import FilingView
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.downloads import send
from oficialia.web.errors import page
from oficialia.web.forms import EXPIRED, EmailCodeForm, EmptyForm
from oficialia.web.progress import finished, sentence, steps, waits_long
from oficialia.web.redirects import see_other

blueprint = Blueprint("confirmation", __name__, url_prefix="/presentado/<folio>")
WRONG_CODE = "El código no es el que enviamos. Revíselo en su correo, o pida uno nuevo."


@blueprint.get("")
def show(folio: str) -> Response:
    """Folio, clave de seguimiento, stages and downloads."""
    return _page(_view(folio), EmailCodeForm.blank(), [], 200)


@blueprint.get("/estado")
def state(folio: str) -> Response:
    """The same stages as JSON: ``etapa``, ``terminado``, ``frase``, ``documentos`` and the fragment to show."""
    view = _view(folio)
    response = jsonify(
        etapa=view.etapa.value,
        terminado=finished(view),
        frase=sentence(view),
        documentos=[_link(view, each) for each in (view.acuse, view.sealed) if each],
        html=render_template("_etapas.html", view=view, steps=steps(view), documents="confirmation.download"),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _link(view: FilingView, document: tracking.DocumentView) -> dict[str, Any]:
    return {
        "nombre": document.label,
        "archivo": document.filename,
        "url": url_for("confirmation.download", folio=view.folio, object_id=document.object_id),
        "sha256": document.sha256,
    }


@blueprint.get("/documentos/<int(max=2147483647):object_id>")
def download(folio: str, object_id: int) -> Response:
    """One of its documents."""
    return send(session.opened(folio), object_id)


@blueprint.post("/correo")
def confirm_email(folio: str) -> BaseResponse:
    """Checks the code that was mailed."""
    view, form = _view(folio), EmailCodeForm.sent()
    faults = form.check()
    if faults:
        return _page(view, form, faults, 400 if form.forged else 422)
    try:
        confirmed = email_confirmation.confirm(runtime(), view.filing_id, form.codigo.data)
    except TooMany as error:
        return _page(view, form, [FieldFault("codigo", error.sentence)], error.status)
    if not confirmed:
        return _page(view, form, [FieldFault("codigo", WRONG_CODE)], 422)
    return see_other("confirmation.show", folio=folio, _anchor="correo")


@blueprint.post("/correo/reenviar")
def resend_email(folio: str) -> BaseResponse:
    """Mails another code."""
    view, form = _view(folio), EmptyForm.sent()
    if form.check():
        return page(400, EXPIRED)
    try:
        email_confirmation.resend(runtime(), view.filing_id)
    except TooMany as error:
        return _page(view, EmailCodeForm.blank(), [FieldFault("codigo", error.sentence)], error.status)
    return see_other("confirmation.show", folio=folio, _anchor="correo")


def _view(folio: str) -> FilingView:
    return tracking.view(runtime(), session.opened(folio))


def _page(view: FilingView, form: EmailCodeForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "presentado.html",
        view=view,
        form=form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
        steps=steps(view),
        finished=finished(view),
        sentence=sentence(view),
        refresh=not finished(view) and not waits_long(view, runtime().clock()),
        warnings=session.warnings(view.folio),
        repeated="repetido" in request.args,
        documents="confirmation.download",
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
