"""A page with files of a draft, as the wizard has them, on the whole site: for the tests of the uploads alone."""

from uuid import UUID

from flask import Blueprint, Flask, make_response, render_template_string, request
from werkzeug.wrappers import Response

from oficialia import app as office
from oficialia.errors import FieldFault
from oficialia.runtime import Runtime
from oficialia.web import draft_uploads, session
from oficialia.web.context import WebOptions, runtime
from oficialia.web.forms import EmptyForm
from oficialia.web.redirects import to_path
from oficialia.web.uploads import require_room

PATH = "/prueba-de-envios"
DONE = "/prueba-de-envios/lista"
blueprint = Blueprint("prueba", __name__)
_PAGE = """{% extends "base.html" %}
{% from "_envio.html" import envio, envio_cabeza %}
{% from "_piezas.html" import resumen, linea %}
{% block title %}Sus documentos{% endblock %}
{% block head %}{{ envio_cabeza() }}{% endblock %}
{% block main %}
<h1>Sus documentos</h1>
{{ resumen(faults) }}
<form method="post" enctype="multipart/form-data" action="{{ url_for('prueba.send') }}">
{{ form.csrf_token(id="csrf_token") }}
{{ linea("asunto", "Asunto", draft.answers.escrito.asunto, "", "", true) }}
{{ envio("principal", "PDF de su escrito", draft, errors.principal, "Hasta 25 MB.", ".pdf", required=true) }}
{{ envio("fotos", "Fotografías", draft, errors.fotos, "JPEG o PNG.", ".jpg,.png", multiple=true) }}
<button class="boton grande" type="submit">Continuar</button>
</form>
{% endblock %}"""


@blueprint.get(PATH)
def show() -> Response:
    """The page; a browser that was never here gets a draft."""
    draft_id = session.draft_id() or runtime().drafts.create({"escrito": {"asunto": ""}}).id
    session.set_draft(draft_id)
    return _page(draft_id, [], 200)


@blueprint.post(PATH)
def send() -> Response:
    """Keeps what came with the form; its answers are kept whichever button was pressed."""
    require_room()
    form, draft_id = EmptyForm.sent(), session.draft_id()
    assert draft_id
    if faults := form.check():
        return _page(draft_id, faults, 400)
    runtime().drafts.answer(draft_id, "escrito", {"asunto": request.form.get("asunto", "")})
    if draft_uploads.taken_away(draft_id):
        return to_path(PATH)
    faults = [*draft_uploads.keep(draft_id, "principal", alone=True), *draft_uploads.keep(draft_id, "fotos")]
    return _page(draft_id, faults, 422) if faults else to_path(DONE)


@blueprint.get(DONE)
def done() -> str:
    """Where the form leads."""
    return "Listo"


def _page(draft_id: UUID, faults: list[FieldFault], status: int) -> Response:
    errors = {fault.field: fault.sentence for fault in faults}
    draft = runtime().drafts.open(draft_id)
    page = render_template_string(_PAGE, form=EmptyForm.blank(), draft=draft, faults=faults, errors=errors)
    return make_response(page, status)


def create_app(runtime: Runtime | None = None, options: WebOptions | None = None) -> Flask:
    """The site of the office, and this page."""
    site = office.create_app(runtime, options)
    site.register_blueprint(blueprint)
    return site
