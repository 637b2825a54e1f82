"""Following a filing with its folio and its clave de seguimiento."""

from flask import Blueprint, Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, NotFound
from oficialia.services import buzon, tracking
from oficialia.services.buzon import Medio
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.downloads import send
from oficialia.web.errors import page
from oficialia.web.forms import EXPIRED, EmptyForm, TrackingForm
from oficialia.web.progress import finished, sentence, steps
from oficialia.web.redirects import see_other

blueprint = Blueprint("tracking", __name__)


@blueprint.get("/seguimiento")
def show_form() -> Response:
    """Asks for folio and clave; lists what this session already opened."""
    return _form_page(TrackingForm.blank(), [], 200)


@blueprint.post("/seguimiento")
def open_filing() -> BaseResponse:
    """Opens a filing to this session. The clave travels in the body only, never in an address."""
    form = TrackingForm.sent()
    faults = form.check()
    if faults:
        return _form_page(form, faults, 400 if form.forged else 422)
    try:
        filing_id = tracking.open_with_key(runtime(), form.folio.data, form.clave.data)
    except NotFound as error:
        return _form_page(form, [FieldFault("folio", error.sentence)], 404)
    folio = tracking.view(runtime(), filing_id).folio
    session.remember(folio, filing_id, medio=Medio.CLAVE)
    return see_other("tracking.show", folio=folio)


@blueprint.get("/seguimiento/<folio>")
def show(folio: str) -> Response:
    """State, timeline, terms and documents."""
    view = tracking.view(runtime(), session.opened(folio))
    page = render_template(
        "expediente.html",
        view=view,
        steps=steps(view),
        finished=finished(view),
        sentence=sentence(view),
        documents="tracking.download",
        known=session.folios(),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/seguimiento/<folio>/documentos/<int(max=2147483647):object_id>")
def download(folio: str, object_id: int) -> Response:
    """One of its documents."""
    return send(session.opened(folio), object_id)


@blueprint.post("/seguimiento/<folio>/buzon/<int(max=2147483647):number>")
def open_message(folio: str, number: int) -> BaseResponse:
    """Opens a message of its buzón: the promovente is notified. Only by a button: who scans mail follows links."""
    if EmptyForm.sent().check():
        return page(400, EXPIRED)
    buzon.open_message(runtime(), session.opened(folio), number, session.medio(folio))
    return see_other("tracking.show", folio=folio, _anchor="buzon")


@blueprint.post("/salir")
def leave() -> BaseResponse:
    """Forgets this session, for people at a borrowed computer: Back shows nothing of it either."""
    if EmptyForm.sent().check():
        return page(400, EXPIRED)
    session.close()
    response = see_other("pages.left")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _form_page(form: TrackingForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "seguimiento.html",
        form=form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
        folios=session.folios(),
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
