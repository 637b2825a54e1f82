"""Signing in at the desk: one form, one answer for whatever is wrong with it."""

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, OficialiaError
from oficialia.services import staff_sessions, staff_sign_in
from oficialia.services.staff_sign_in import Attempt, MustWait, SignInRefused
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.desk_forms import SignInForm
from oficialia.web.errors import tell_refusal
from oficialia.web.redirects import to_path
from oficialia.web.throttle import address

blueprint = Blueprint("desk_auth", __name__, url_prefix=desk.PREFIX)
blueprint.after_request(desk.unkept)


@blueprint.get("/entrar")
def show_form() -> BaseResponse:
    """The form; who is signed in goes on."""
    wanted = desk.way_back(request.args.get("siguiente"))
    if desk.token() and staff_sessions.use(runtime(), desk.token()):
        return to_path(wanted)
    return _page(SignInForm.blank(), [], 200)


@blueprint.post("/entrar")
def enter() -> BaseResponse:
    """Signs in, and on to the page that was wanted."""
    form = SignInForm.sent()
    faults = form.check()
    if faults:
        return _page(form, faults, 400 if form.forged else 422)
    attempt = Attempt(form.usuario.data, form.contrasena.data, form.codigo.data, address())
    try:
        token = staff_sign_in.sign_in(runtime(), attempt)
    except (SignInRefused, MustWait) as error:
        tell_refusal(error.status, error.code)
        return _refused(form, error)
    if old := desk.token():
        staff_sessions.end(runtime(), old)
    return desk.sign_in(to_path(desk.way_back(form.siguiente.data)), token)


def _refused(form: SignInForm, error: OficialiaError) -> Response:
    response = _page(form, [FieldFault("usuario", error.sentence)], error.status)
    if isinstance(error, MustWait):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _page(form: SignInForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "mesa/entrar.html",
        form=form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
        wanted=desk.way_back(form.siguiente.data or request.args.get("siguiente")),
    )
    return make_response(page, status)
